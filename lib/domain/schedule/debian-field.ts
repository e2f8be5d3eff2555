import type { Millis } from "../time.ts";
import type { CronField } from "./cron-plan.ts";
import { quoted, type ScheduleError } from "./error.ts";
import { placeOf, wrong } from "./field-reader.ts";

/** What one field of a crontab may hold. */
export type FieldRule = {
  name: string;
  low: number;
  high: number;
  /** Three-letter names in lower case, the first for `low`. */
  names: readonly string[];
  example: string;
  /** How far two values in a row are apart. */
  unitMs: Millis;
};

/** What the reading of fields finds besides their values. */
export type Findings = {
  /** What the scheduler silently does. */
  warnings: string[];
  /** How much later than the values found a run may be, because it is drawn by lot. */
  jitterMs: Millis;
};

/** Reads one field as Debian's cron does and adds what it silently does. */
export function readDebianField(text: string, rule: FieldRule, { warnings }: Findings): CronField {
  const values = new Set<number>();
  let rest = text;
  for (;;) {
    const range = readRange(rest, text, rule);
    if (range.from > range.to) warnings.push(backwards(rest, range, rule));
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
    if (!range.rest.startsWith(",")) {
      if (range.rest !== "") warnings.push(ignored(text, range, rule));
      return { text, values: [...values].toSorted((a, b) => a - b), starred: text.startsWith("*") };
    }
    rest = range.rest.slice(1);
  }
}

/** `rest` is the text after the range. */
type Range = { from: number; to: number; step: number; rest: string };

function backwards(text: string, range: Range, rule: FieldRule): string {
  const written = text.slice(0, text.length - range.rest.length);
  return `${quoted(written)} in the ${rule.name} field never matches: cron does not wrap ranges around.`;
}

function ignored(text: string, range: Range, rule: FieldRule): string {
  const read = text.slice(0, text.length - range.rest.length);
  return `Cron ignores ${quoted(range.rest)} in the ${rule.name} field and reads ${quoted(read)}.`;
}

function readRange(text: string, field: string, rule: FieldRule): Range {
  if (text.startsWith("*"))
    return readStep({ from: rule.low, to: rule.high, step: 1, rest: text.slice(1) }, field, rule);
  const first = readValue(text, field, rule);
  if (first.rest.startsWith("/")) {
    const range = `${first.value}-${rule.high}${first.rest}`;
    throw wrong(`The ${rule.name} field ${quoted(field)} needs a range before the slash`, range);
  }
  if (!first.rest.startsWith("-")) return { from: first.value, to: first.value, step: 1, rest: first.rest };
  const last = readValue(first.rest.slice(1), field, rule);
  return readStep({ from: first.value, to: last.value, step: 1, rest: last.rest }, field, rule);
}

function readStep(range: Range, field: string, rule: FieldRule): Range {
  if (!range.rest.startsWith("/")) return range;
  const digits = leadingWord(range.rest.slice(1));
  const step = /^\d+$/.test(digits) ? int32(digits) : 0;
  if (step < 1)
    throw wrong(`The ${rule.name} field ${quoted(field)} needs a whole number from 1 after the slash`, "*/5");
  return { ...range, step, rest: range.rest.slice(1 + digits.length) };
}

function readValue(text: string, field: string, rule: FieldRule): { value: number; rest: string } {
  const word = leadingWord(text);
  if (word === "") throw missing(text, field, rule);
  const named = rule.names.indexOf(word.toLowerCase());
  if (named >= 0) return { value: named + rule.low, rest: text.slice(word.length) };
  if (!/^\d+$/.test(word)) throw unknown(word, field, rule);
  const value = int32(word);
  if (value < rule.low || value > rule.high) {
    throw wrong(`${placeOf(word, field, rule)} is not between ${rule.low} and ${rule.high}`, rule.example);
  }
  return { value, rest: text.slice(word.length) };
}

function leadingWord(text: string): string {
  return /^[0-9A-Za-z]*/.exec(text)?.[0] ?? "";
}

const INT64_MAX = 2n ** 63n - 1n;

// Cron reads digits with C's atoi, which cuts to 32 bits.
/** The number that cron makes of digits. */
export function int32(digits: string): number {
  const value = BigInt(digits);
  return Number(BigInt.asIntN(32, value > INT64_MAX ? INT64_MAX : value));
}

function missing(text: string, field: string, rule: FieldRule): ScheduleError {
  if (text.startsWith("?")) {
    return wrong(`${placeOf("?", field, rule)} is not known to Debian's cron`, `* for any ${rule.name}`);
  }
  const where = text === "" ? "at its end" : `before ${quoted(text)}`;
  return wrong(`The ${rule.name} field ${quoted(field)} lacks a value ${where}`, rule.example);
}

function unknown(word: string, field: string, rule: FieldRule): ScheduleError {
  const short = word.slice(0, 3).toLowerCase();
  const right = rule.names.includes(short) ? short : rule.example;
  return wrong(`${placeOf(word, field, rule)} is not known to Debian's cron`, right);
}
