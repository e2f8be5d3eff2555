import { AppError } from "../../errors.ts";
import type { Options, OptionSpec } from "./arguments.ts";

/** How many entries a list shows. */
export const LIMIT: OptionSpec = { name: "limit", required: false, value: "N" };

/** For lists that people read. */
export const SHORT_LIST = 500;
/** For lists that scripts have always taken whole. */
export const LONG_LIST = 10_000;
const LONGEST_LIST = 100_000;

/** @throws AppError `invalid` for what is no number from 1 to 100,000. */
export function limitOf(options: Options, fallback: number): number {
  const text = options.get("limit");
  if (text === undefined) return fallback;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LONGEST_LIST) return limit;
  throw new AppError(
    "invalid",
    `--limit takes a number from 1 to ${LONGEST_LIST}, not "${text.slice(0, 40)}".`,
    "limit",
  );
}

/** What is printed of a list that was asked for with one entry more than `limit`. `more` is only there where there are more. */
export function cut<T>(entries: readonly T[], limit: number): { shown: readonly T[]; more: { more?: string } } {
  if (entries.length <= limit) return { shown: entries, more: {} };
  const more = `There are more; --limit takes up to ${LONGEST_LIST}.`;
  return { shown: entries.slice(0, limit), more: { more } };
}
