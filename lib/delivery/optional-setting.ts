import { parseSetting, type SettingRule } from "./setting.ts";

/** Null where it was left out. @throws AppError `invalid` about the field, like `parseSetting`. */
export function parseOptional(value: string | undefined, rule: SettingRule): string | null {
  return (value?.trim() ?? "") === "" ? null : parseSetting(value, rule);
}
