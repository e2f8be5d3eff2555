import type { CronField } from "./cron-plan.ts";
import { quoted, ScheduleError } from "./error.ts";

/** What one field of a dialect may hold. Debian's cron, which forgives more, has a reader of its own. */
export type FieldSyntax = {
  /** As in "the minute field". */
  name: string;
  low: number;
  high: number;
  /** Names in lower case, the first for `low`. */
  names: readonly string[];
  /** Names may be written out: "monday". */
  longNames?: boolean;
  example: string;
  /** As in "Spring does not know …". */
  scheduler: string;
  /** `?` stands for `*`. */
  question?: boolean;
  /** `5/15` is 5, 20, 35 … */
  stepFromValue?: boolean;
  /** `22-2`: goes round midnight, or is an error. */
  reversed: "wrap" | "reject";
  /** The longest step allowed; none: any from 1. */
  longestStep?: number;
  /** Takes an item that no field in general has, such as `L` or `MON#2`, and tells whether it did. */
  special?: (item: string) => boolean;
};

/** Reads one field: items between commas, each a value, a range or `*`, with a step. Throws a `ScheduleError`. */
export function readItems(text: string, syntax: FieldSyntax): CronField {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    if (item === "") throw wrong(`The ${syntax.name} field ${quoted(text)} has an empty item`, syntax.example);
    if (syntax.special?.(item) !== true) for (const value of readItem(item, text, syntax)) values.add(value);
  }
  return fieldOf(text, values);
}

/** A field with these values. */
export function fieldOf(text: string, values: Iterable<number>): CronField {
  return { text, values: [...new Set(values)].toSorted((a, b) => a - b), starred: text.startsWith("*") };
}

/** The field of values `low` to `high`, written `*`. */
export function anyOf(low: number, high: number): CronField {
  return fieldOf("*", valuesFrom(low, high, 1));
}

function readItem(item: string, field: string, syntax: FieldSyntax): number[] {
  const [range = "", stepText, more] = item.split("/");
  if (more !== undefined) throw wrong(`${placeOf(item, field, syntax)} has two slashes`, syntax.example);
  const step = stepText === undefined ? null : readStep(stepText, item, field, syntax);
  if (range === "*" || (range === "?" && syntax.question === true)) {
    return valuesFrom(syntax.low, syntax.high, step ?? 1);
  }
  const [first = "", last, third] = range.split("-");
  if (third !== undefined) throw wrong(`${placeOf(item, field, syntax)} has two hyphens`, syntax.example);
  const from = readValue(first, item, field, syntax);
  if (last === undefined) {
    if (step === null) return [from];
    if (syntax.stepFromValue === true) return valuesFrom(from, syntax.high, step);
    const right = `${first}-${syntax.high}/${stepText}`;
    throw wrong(`${placeOf(item, field, syntax)} needs a range before the slash`, right);
  }
  const to = readValue(last, item, field, syntax);
  if (from <= to) return valuesFrom(from, to, step ?? 1);
  if (syntax.reversed === "wrap") return wrapped(from, to, step ?? 1, syntax);
  throw wrong(
    `${placeOf(item, field, syntax)} runs backwards, which ${syntax.scheduler} refuses`,
    `${first}-${syntax.high},${syntax.low}-${last}`,
  );
}

/** From `from` up to `to` in steps. */
export function valuesFrom(from: number, to: number, step: number): number[] {
  const values: number[] = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return values;
}

function wrapped(from: number, to: number, step: number, { name, low, high }: FieldSyntax): number[] {
  // Sunday may have two numbers and is one day all the same.
  const size = name === "weekday" ? 7 : high - low + 1;
  return valuesFrom(from, to + size, step).map((value) => low + ((value - low) % size));
}

function readStep(text: string, item: string, field: string, syntax: FieldSyntax): number {
  const step = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (step < 1) throw wrong(`${placeOf(item, field, syntax)} needs a whole number from 1 after the slash`, "*/5");
  const { longestStep } = syntax;
  if (longestStep !== undefined && step > longestStep) {
    throw wrong(`${placeOf(item, field, syntax)} has a step above ${longestStep}`, "a shorter step");
  }
  return step;
}

function readValue(word: string, item: string, field: string, syntax: FieldSyntax): number {
  const value = /^\d{1,9}$/.test(word) ? Number(word) : namedValue(word, syntax);
  if (value === null) throw unknown(word, item, field, syntax);
  if (value >= syntax.low && value <= syntax.high) return value;
  throw wrong(`${placeOf(item, field, syntax)} is not between ${syntax.low} and ${syntax.high}`, syntax.example);
}

/** The number behind a name; null where it is none. */
export function namedValue(word: string, { names, longNames, low }: FieldSyntax): number | null {
  const lower = word.toLowerCase();
  const index = names.indexOf(lower);
  if (index >= 0) return index + low;
  if (longNames !== true) return null;
  const long = LONG_NAMES.findIndex((name) => name === lower);
  const short = long < 0 ? -1 : names.indexOf(lower.slice(0, 3));
  return short < 0 ? null : short + low;
}

export const MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
export const WEEKDAY_NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const LONG_NAMES = [
  ...["january", "february", "march", "april", "may", "june", "july", "august", "september", "october"],
  ...["november", "december", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"],
];

function unknown(word: string, item: string, field: string, syntax: FieldSyntax): ScheduleError {
  if (word === "") return wrong(`${placeOf(item, field, syntax)} lacks a value`, syntax.example);
  const short = word.slice(0, 3).toLowerCase();
  const right = syntax.names.includes(short) ? short : syntax.example;
  return wrong(`${placeOf(word, field, syntax)} is not known to ${syntax.scheduler}`, right);
}

/** "\"61\" in the minute field" with the whole field where that is longer. */
export function placeOf(word: string, field: string, { name }: Pick<FieldSyntax, "name">): string {
  const place = `the ${name} field`;
  return word === field ? `${quoted(word)} in ${place}` : `${quoted(word)} in ${place} ${quoted(field)}`;
}

/** The error that says what is wrong and what would be right. */
export function wrong(complaint: string, right: string): ScheduleError {
  return new ScheduleError("schedule", `${complaint}; write ${right}.`);
}
