import { quoted } from "./error.ts";
import { wrong } from "./field-reader.ts";

/** The expression that a word such as `@daily` stands for, in whatever case. Throws a `ScheduleError`. */
export function expandMacro(text: string, macros: ReadonlyMap<string, string>, scheduler: string): string {
  const expanded = macros.get(text.toLowerCase());
  if (expanded !== undefined) return expanded;
  throw wrong(`${quoted(text)} is not known to ${scheduler}`, `one of ${[...macros.keys()].join(", ")}`);
}
