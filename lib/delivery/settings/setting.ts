import { AppError } from "../../errors.ts";

export type SettingRule = {
  field: string;
  pattern: RegExp;
  /** Says what to write instead. */
  sentence: string;
};

/** Reads a setting of one line. @throws AppError `invalid` about the field. */
export function parseSetting(value: string | undefined, { field, pattern, sentence }: SettingRule): string {
  const text = value?.trim() ?? "";
  if (pattern.test(text)) return text;
  throw new AppError("invalid", sentence, field);
}

/** Null where it was left out. @throws AppError `invalid` about the field, like `parseSetting`. */
export function parseOptional(value: string | undefined, rule: SettingRule): string | null {
  return (value?.trim() ?? "") === "" ? null : parseSetting(value, rule);
}

/** One of the choices; the first where nothing was chosen. @throws AppError `invalid` about the field. */
export function parseChoice<T extends string>(
  value: string | undefined,
  choices: readonly [T, ...T[]],
  field: string,
): T {
  const text = value?.trim() ?? "";
  if (text === "") return choices[0];
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new AppError("invalid", `Choose one of ${choices.join(", ")}.`, field);
}

/** The end of a key, by which people tell two of them apart; nothing of a short one. */
export function maskKey(key: string): string {
  return key.length < 16 ? "…" : `…${key.slice(-4)}`;
}
