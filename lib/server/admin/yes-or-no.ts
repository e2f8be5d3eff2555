import { AppError } from "../../errors.ts";

/** @throws AppError `invalid` for a word that is neither. */
export function yesOrNo(text: string | undefined, name: string): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === "yes" || text === "no") return text === "yes";
  throw new AppError("invalid", `--${name} is yes or no, not "${text.slice(0, 40)}".`, name);
}
