import type { CronField, MonthDayRule, WeekdayRule } from "./cron-plan.ts";
import { quoted } from "./error.ts";
import { fieldOf, MONTH_NAMES, placeOf, valuesFrom, WEEKDAY_NAMES, wrong } from "./field-reader.ts";

/** What one field may hold for fugit. */
export type FugitField = {
  name: string;
  low: number;
  high: number;
  /** One item: the first value, the last and the step, each of which may be missing. */
  item: RegExp;
  names: readonly string[];
  example: string;
};

function itemOf(value: string): RegExp {
  return new RegExp(`^(?:\\*|(${value})(?:-(${value}))?)?(?:/(\\d\\d?))?$`, "i");
}

const WEEKDAY_VALUE = `[0-7]|${WEEKDAY_NAMES.join("|")}`;
const WEEKDAY_RULE = new RegExp(`^(${WEEKDAY_VALUE})(?:#(-?[1-5]|last|l)|%(\\d{1,9})(?:\\+(\\d{1,9}))?)$`, "i");
const SIXTY = { low: 0, high: 59, item: itemOf(String.raw`[0-5]?\d`), names: [] };

export const FUGIT_FIELDS: Record<"second" | "minute" | "hour" | "day" | "month" | "weekday", FugitField> = {
  second: { ...SIXTY, name: "second", example: "something like 0, */10 or 15,45" },
  minute: { ...SIXTY, name: "minute", example: "something like 0, */5 or 10,40" },
  hour: {
    name: "hour",
    low: 0,
    high: 23,
    item: itemOf(String.raw`2[0-4]|[01]?\d`),
    names: [],
    example: "something like 2, */4 or 9-17",
  },
  day: {
    name: "day",
    low: 1,
    high: 31,
    item: itemOf(String.raw`-?(?:3[01]|[12]\d|0?[1-9])|last|l`),
    names: [],
    example: "something like 1, 1-7, L or -2",
  },
  month: {
    name: "month",
    low: 1,
    high: 12,
    item: itemOf(`1[0-2]|0?[1-9]|${MONTH_NAMES.join("|")}`),
    names: MONTH_NAMES,
    example: "something like 1, jan or 6-8",
  },
  weekday: {
    name: "weekday",
    low: 0,
    high: 6,
    item: itemOf(WEEKDAY_VALUE),
    names: WEEKDAY_NAMES,
    example: "something like mon, mon-fri, mon#2 or mon%2",
  },
};

/**
 * Reads a field other than the weekday. It is starred where it restricts nothing, as `*` or `1-31` do, alone or in a list;
 * days counted from the end of the month become rules. Throws a `ScheduleError`.
 */
export function readFugitField(text: string, field: FugitField): { field: CronField; rules: MonthDayRule[] } {
  const all = itemsOf(text, field).flatMap((item) => expand(item, text, field));
  const starred = all.includes(ANY);
  const values = starred ? valuesFrom(field.low, field.high, 1) : all.filter((value) => value >= field.low);
  const fromEnd = starred || field.name !== "day" ? [] : all.filter((value) => value < 0);
  const rules = [...new Set(fromEnd)].map((day): MonthDayRule => ({ kind: "last", before: -day - 1 }));
  // fugit takes 24 for midnight.
  const hours = field.name === "hour" ? values.map((hour) => hour % 24) : values;
  return { field: { ...fieldOf(text, hours), starred }, rules };
}

/** Reads the weekday. It is starred where it names none. Throws a `ScheduleError`. */
export function readFugitWeekdays(text: string): { field: CronField; rules: WeekdayRule[] } {
  const field = FUGIT_FIELDS.weekday;
  const values: number[] = [];
  const rules: WeekdayRule[] = [];
  for (const item of itemsOf(text, field)) {
    const rule = readWeekdayRule(item, text, field);
    if (rule !== null) rules.push(rule);
    else for (const weekday of expandWeekdays(item, text, field)) values.push(weekday % 7);
  }
  const starred = values.length + rules.length === 0;
  return { field: { ...fieldOf(text, starred ? valuesFrom(0, 6, 1) : values), starred }, rules };
}

/** An item that restricts nothing. */
const ANY = Number.NaN;

function itemsOf(text: string, field: FugitField): string[] {
  const items = text.split(",").filter((item) => item !== "");
  if (items.length > 0) return items;
  throw wrong(`The ${field.name} field ${quoted(text)} names no value`, field.example);
}

type Item = { first: number | null; last: number | null; step: number | null };

function readItem(item: string, text: string, field: FugitField): Item {
  const match = item === "" ? null : field.item.exec(item);
  if (match === null) throw unreadable(item, text, field);
  const [, first, last, step] = match;
  return { first: valueOf(first, field), last: valueOf(last, field), step: step === undefined ? null : Number(step) };
}

function valueOf(word: string | undefined, { names, low }: FugitField): number | null {
  if (word === undefined) return null;
  if (/^l/i.test(word)) return -1;
  const named = names.indexOf(word.toLowerCase());
  return named < 0 ? Number(word) : named + low;
}

function unreadable(item: string, text: string, field: FugitField): Error {
  const short = /[a-z]{3}/i.exec(item)?.[0].toLowerCase() ?? "";
  return wrong(
    `${placeOf(item, text, field)} is not known to Sidekiq`,
    field.names.includes(short) ? short : field.example,
  );
}

/** From the first value to the last, going round, in steps. */
function expand(item: string, text: string, field: FugitField): number[] {
  const { first, last, step } = readItem(item, text, field);
  if (first === null && step === null) return [ANY];
  if (first !== null && last === null && step === null) return [first];
  const place = placeOf(item, text, field);
  if (step === 0) throw wrong(`${place} needs a whole number from 1 after the slash`, "*/5");
  const from = first ?? field.low;
  const to = last === null || (last < 0 && from > 0) ? field.high : last;
  if (from < 0 && to > 0) throw wrong(`${place} goes from the end of the month to its start`, "-3-L or 28-L");
  if (from === field.low && to === field.high && (step ?? 1) === 1) return [ANY];
  const [low, high] = from < 0 ? [-field.high, -1] : [field.low, field.high];
  const values = [from];
  for (let value = from, end = to; value !== end; values.push(value)) {
    value += 1;
    if (value <= high) continue;
    value = low;
    if (end > high) end -= high + 1;
  }
  return values.filter((_, index) => index % (step ?? 1) === 0);
}

// A step goes from 0 or to 6 at most, and not round; what is left of "fri-mon/2" is nothing.
function expandWeekdays(item: string, text: string, field: FugitField): number[] {
  const { first, last, step } = readItem(item, text, field);
  if (step !== null) return valuesFrom(first ?? 0, last ?? first ?? field.high, Math.max(step, 1));
  if (first === null) return [];
  if (last === null) return [first];
  return valuesFrom(first, first > last ? last + 7 : last, 1);
}

function readWeekdayRule(item: string, text: string, field: FugitField): WeekdayRule | null {
  const [, word, nth, every, offset] = WEEKDAY_RULE.exec(item) ?? [];
  if (word === undefined) return null;
  const weekday = (valueOf(word, field) ?? 0) % 7;
  if (nth !== undefined) return { kind: "nth", weekday, nth: /^l/i.test(nth) ? -1 : Number(nth) };
  const weeks = Number(every);
  if (weeks < 1) throw wrong(`${placeOf(item, text, field)} needs a number of weeks from 1 after the %`, `${word}%2`);
  // fugit calls the week of 1 January 2019 week 1, the calendar of days calls it 0.
  return { kind: "weeks", weekday, every: weeks, remainder: (Number(offset ?? 0) + weeks - 1) % weeks };
}
