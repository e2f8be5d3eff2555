import { quoted, ScheduleError } from "./error.ts";

/** Which fields an expression may have, in order; a dialect may know several layouts of different lengths. */
export type FieldLayout = readonly string[];

export const FIVE_FIELDS: FieldLayout = ["minute", "hour", "day", "month", "weekday"];
export const SIX_FIELDS: FieldLayout = ["second", ...FIVE_FIELDS];

/** The texts of the fields by name; blanks and tabs separate them. Throws a `ScheduleError` for any other number. */
export function splitByLayout(
  text: string,
  { layouts, scheduler, example }: { layouts: readonly FieldLayout[]; scheduler: string; example: string },
): Record<string, string> {
  const words = text.split(/[ \t]+/).filter((word) => word !== "");
  const layout = layouts.find(({ length }) => length === words.length);
  if (layout !== undefined) return Object.fromEntries(layout.map((name, index) => [name, words[index] ?? ""]));
  const needed = layouts.map((names) => `${names.length} (${names.join(" ")})`).join(" or ");
  const right = `write ${needed}, such as "${example}"`;
  if (words.length === 0) throw new ScheduleError("schedule", `The schedule is empty; ${right}.`);
  const count = words.length === 1 ? "only one field" : `${words.length > 9 ? "more than nine" : words.length} fields`;
  throw new ScheduleError("schedule", `${quoted(words.join(" "))} has ${count} for ${scheduler}; ${right}.`);
}
