import type { CronField } from "./cron-plan.ts";
import { quoted, ScheduleError } from "./error.ts";

/** What one field may hold. */
export type FieldRule = {
  name: string;
  low: number;
  high: number;
  /** Three-letter names in lower case, the first for `low`. */
  names: readonly string[];
  example: string;
};

/** Reads one field as Debian's cron does and adds to `warnings` what it silently does. */
export function readField(text: string, rule: FieldRule, warnings: string[]): CronField {
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
  return `Cron does not wrap ranges around: "${written}" in the ${rule.name} field never matches.`;
}

function ignored(text: string, range: Range, rule: FieldRule): string {
  const read = text.slice(0, text.length - range.rest.length);
  return `Cron ignores ${quoted(range.rest)} in the ${rule.name} field and reads "${read}".`;
}

function readRange(text: string, field: string, rule: FieldRule): Range {
  if (text.startsWith("*"))
    return readStep({ from: rule.low, to: rule.high, step: 1, rest: text.slice(1) }, field, rule);
  const first = readNumber(text, field, rule);
  if (first.rest.startsWith("/")) {
    throw wrong(field, rule, `a step needs a range before it, such as ${first.value}-${rule.high}${first.rest}`);
  }
  if (!first.rest.startsWith("-")) return { from: first.value, to: first.value, step: 1, rest: first.rest };
  const last = readNumber(first.rest.slice(1), field, rule);
  return readStep({ from: first.value, to: last.value, step: 1, rest: last.rest }, field, rule);
}

function readStep(range: Range, field: string, rule: FieldRule): Range {
  if (!range.rest.startsWith("/")) return range;
  const digits = leadingWord(range.rest.slice(1));
  const step = /^\d+$/.test(digits) ? int32(digits) : 0;
  if (step < 1) throw wrong(field, rule, "after the slash must stand a whole number from 1 on, such as */5");
  return { ...range, step, rest: range.rest.slice(1 + digits.length) };
}

function readNumber(text: string, field: string, rule: FieldRule): { value: number; rest: string } {
  const word = leadingWord(text);
  if (word === "") throw wrong(field, rule, `${complaintAbout(text)}; write something like ${rule.example}`);
  const named = rule.names.indexOf(word.toLowerCase());
  const value = named >= 0 ? named + rule.low : /^\d+$/.test(word) ? int32(word) : null;
  if (value === null)
    throw wrong(field, rule, `${complaintAboutWord(word, rule)}; write something like ${rule.example}`);
  if (value < rule.low || value > rule.high) {
    throw wrong(field, rule, `${quoted(word)} is not a ${rule.name} from ${rule.low} to ${rule.high}`);
  }
  return { value, rest: text.slice(word.length) };
}

function leadingWord(text: string): string {
  return /^[0-9A-Za-z]*/.exec(text)?.[0] ?? "";
}

// Cron reads digits with C's atoi, which cuts to 32 bits.
function int32(digits: string): number {
  const largest = 2n ** 63n - 1n;
  const value = BigInt(digits);
  return Number(BigInt.asIntN(32, value > largest ? largest : value));
}

function complaintAbout(text: string): string {
  if (text === "") return "a number is missing at its end";
  if (text.startsWith("?")) return 'Debian\'s cron does not know "?", use * for any value';
  return `a number is missing before ${quoted(text)}`;
}

function complaintAboutWord(word: string, rule: FieldRule): string {
  const short = word.slice(0, 3).toLowerCase();
  if (rule.names.includes(short)) return `cron knows names by three letters, so ${short} instead of ${quoted(word)}`;
  return `${quoted(word)} is not a ${rule.name} that Debian's cron knows`;
}

function wrong(field: string, rule: FieldRule, complaint: string): ScheduleError {
  return new ScheduleError("schedule", `In the ${rule.name} field ${quoted(field)} ${complaint}.`);
}
