import type { CronField } from "./cron-plan.ts";
import { quoted, type ScheduleError } from "./error.ts";
import { anyOf, fieldOf, valuesFrom, wrong } from "./field-reader.ts";

/** What one part of an OnCalendar expression may hold. */
export type ChainSyntax = {
  /** As in "the minute part". */
  name: string;
  low: number;
  high: number;
  example: string;
};

/** One item of a part; in microseconds for seconds, which alone have fractions. */
type Span = { start: number; stop: number | null; step: number };

/** A part as read; `spans` is null for `*`. */
export type Chain = { text: string; spans: readonly Span[] | null; syntax: ChainSyntax };

export const YEARS: ChainSyntax = { name: "year", low: 1970, high: 2199, example: "*, 2027 or 2026..2028" };
export const MONTHS: ChainSyntax = { name: "month", low: 1, high: 12, example: "*, 1 or 1/3" };
export const DAYS: ChainSyntax = { name: "day", low: 1, high: 31, example: "*, 1,15 or 1..7" };
/** Counted from the end of the month; even the shortest has that many. */
export const LAST_DAYS: ChainSyntax = {
  name: "day",
  low: 1,
  high: 28,
  example: "1 for the last day, 7/1 for the last week",
};
export const HOURS: ChainSyntax = { name: "hour", low: 0, high: 23, example: "*, 2 or 9..17" };
export const MINUTES: ChainSyntax = { name: "minute", low: 0, high: 59, example: "*, 30 or 0/15" };
export const SECONDS: ChainSyntax = { name: "second", low: 0, high: 59, example: "*, 0 or 0/10" };

const MICROS = 1_000_000;

/** Reads one part: `*`, or items between commas, each a value, a range `a..b`, or either with a repetition `/n`. */
export function readChain(text: string, syntax: ChainSyntax): Chain {
  if (text === "*") return { text, spans: null, syntax };
  const spans = text.split(",").map((item) => readSpan(item, text, syntax));
  if (syntax === LAST_DAYS) checkListFromEnd(spans, text);
  return { text, spans, syntax };
}

/** Of days counted from the end of the month, sorted, systemd allows the second up to 25, the third up to 22 and so on. */
function checkListFromEnd(spans: readonly Span[], field: string): void {
  const keys = spans.map(({ start, stop, step }) => [start, stop ?? -1, step] as const);
  const sorted = keys.toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  const distinct = sorted.filter((key, index) => key.join() !== sorted[index - 1]?.join());
  distinct.forEach(([start, stop, step], index) => {
    const top = LAST_DAYS.high - 3 * index;
    if (Math.max(start, stop, step + LAST_DAYS.low) <= top) return;
    const complaint = `${quoted(field)} in the day part goes back too far for a list, in which item ${index + 1} may be`;
    throw wrong(`${complaint} at most ${top}`, "a range or several timers");
  });
}

/** The part that is left out: the first value, such as second 0. */
export function startOf(syntax: ChainSyntax): Chain {
  return { text: String(syntax.low), spans: [{ start: syntax.low, stop: null, step: 0 }], syntax };
}

const SPAN = /^(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?(?:\/(\d+(?:\.\d+)?))?$/;

function readSpan(item: string, field: string, syntax: ChainSyntax): Span {
  const fractions = syntax === SECONDS;
  const [, startText, stopText, stepText] = SPAN.exec(item) ?? [];
  if (startText === undefined || (!fractions && /\d\.\d/.test(item))) throw unreadable(item, field, syntax);
  const numberOf = (text: string) => (fractions ? microseconds(text) : fullYear(Number(text), syntax));
  const start = numberOf(startText);
  const stop = stopText === undefined ? null : numberOf(stopText);
  if (stepText === undefined) {
    const step = stop === null ? 0 : unitOf(syntax);
    if (fractions && stop !== null && start + step > stop) throw tooShort(item, field, syntax);
    return checked({ start, stop, step }, item, field, syntax);
  }
  const step = fractions ? microseconds(stepText) : Number(stepText);
  if (step === 0) throw badStep(item, field, syntax);
  return checked({ start, stop, step }, item, field, syntax);
}

function unitOf(syntax: ChainSyntax): number {
  return syntax === SECONDS ? MICROS : 1;
}

/** Two digits are a year from 1970 to 2069. */
function fullYear(value: number, syntax: ChainSyntax): number {
  if (syntax !== YEARS || value >= 100) return value;
  return value + (value < 70 ? 2000 : 1900);
}

/** Six digits count; the seventh rounds. */
function microseconds(text: string): number {
  const [whole = "", fraction = ""] = text.split(".");
  const rounded = Number(fraction.slice(0, 6).padEnd(6, "0")) + (Number(fraction[6] ?? 0) >= 5 ? 1 : 0);
  return Number(whole) * MICROS + rounded;
}

/** Ends a range at its last repetition, as systemd does before it looks whether the numbers are within bounds. */
function checked(written: Span, item: string, field: string, syntax: ChainSyntax): Span {
  const span = normalised(written);
  const { start, stop, step } = span;
  const top = syntax === SECONDS ? 60 * MICROS - 1 : syntax.high;
  if (start < syntax.low || Math.max(start, stop ?? start) > top) throw outside(item, field, syntax);
  if (stop !== null && stop < start) throw backwards(item, field, syntax);
  if (step > top - syntax.low) throw badStep(item, field, syntax);
  const repeats = syntax === LAST_DAYS ? start - step >= syntax.low : start + step <= top;
  if (stop === null && !repeats) throw neverRepeats(item, field, syntax);
  return span;
}

function normalised(span: Span): Span {
  const { start, stop, step } = span;
  if (stop === null || stop < start) return span;
  const last = stop - ((stop - start) % step);
  return last === start ? { start, stop: null, step: 0 } : { start, stop: last, step };
}

/** The values of a part, counted from the front; fractions of a second are cut off. */
export function chainField({ text, spans, syntax }: Chain): CronField {
  if (spans === null) return anyOf(syntax.low, syntax.high);
  const unit = unitOf(syntax);
  return fieldOf(
    text,
    spans.flatMap((span) => spanValues(span, unit, syntax.high)),
  );
}

function spanValues({ start, stop, step }: Span, unit: number, high: number): number[] {
  const first = Math.floor(start / unit);
  if (step === 0) return [first];
  const last = stop ?? (high + 1) * unit - 1;
  if (step <= unit) return valuesFrom(first, Math.floor(last / unit), 1);
  return valuesFrom(start, last, step).map((value) => Math.floor(value / unit));
}

/** The days of a part counted from the end of the month: 0 is the last. */
export function daysFromEnd({ spans }: Chain): number[] {
  return (spans ?? []).flatMap(({ start, stop, step }) => {
    if (step === 0) return [start - 1];
    // 7/2 counts from the seventh last day to the end of the month, 1..7/2 from the seventh last to the last.
    const days = stop === null ? valuesFrom(1 + ((start - 1) % step), start, step) : valuesFrom(start, stop, step);
    return days.map((day) => day - 1);
  });
}

/** How far a repetition counts on beyond the unit above: 3 for the minutes `0/7`, which go on to 63; 0 where it ends there. */
export function overshootOf({ spans, syntax }: Chain): number {
  const unit = unitOf(syntax);
  const values = spans?.flatMap((span) => spanValues(span, unit, syntax.high)) ?? [];
  // After the last minute the hour is over; within the last second time goes on.
  if (syntax === LAST_DAYS || (syntax !== SECONDS && values.includes(syntax.high))) return 0;
  const beyond = (spans ?? [])
    .filter(({ stop, step }) => stop === null && step > 0)
    .map(({ start, step }) => start + step * Math.ceil(((syntax.high + 1) * unit - start) / step));
  return beyond.length === 0 ? 0 : Math.ceil(Math.min(...beyond) / unit) - syntax.high - 1;
}

/** What the part does that its author may not expect. */
export function chainLints({ text, spans, syntax }: Chain): string[] {
  const lints: string[] = [];
  if (syntax === SECONDS && /\d\.\d/.test(text)) {
    lints.push(`Fractions of a second in ${quoted(text)} are cut off here; systemd runs within that second.`);
  }
  if (syntax === YEARS && /(^|[,.])\d\d?(?!\d)/.test(text)) {
    const first = spans?.[0]?.start ?? syntax.low;
    lints.push(`Systemd takes years of two digits for 1970 to 2069: ${quoted(text)} begins in ${first}.`);
  }
  for (const item of text.split(",")) {
    const [, from, to, step] = /^(\d+)\.\.(\d+)\/(\d+)$/.exec(item) ?? [];
    if (Number(step) > Number(to) - Number(from)) {
      lints.push(`${quoted(item)} in the ${syntax.name} part is ${from} only: its step is longer than the range.`);
    }
  }
  return lints;
}

function placeOf(item: string, field: string, { name }: ChainSyntax): string {
  const place = `the ${name} part`;
  return item === field ? `${quoted(item)} in ${place}` : `${quoted(item)} in ${place} ${quoted(field)}`;
}

function unreadable(item: string, field: string, syntax: ChainSyntax): ScheduleError {
  const place = placeOf(item, field, syntax);
  if (item === "") return wrong(`The ${syntax.name} part ${quoted(field)} lacks a value`, syntax.example);
  const step = /^\*\/(\d+)$/.exec(item)?.[1];
  if (step !== undefined) return wrong(`${place} is not known to systemd`, `${syntax.low}/${step}`);
  if (item.includes("*")) return wrong(`${place} mixes * with other values`, "* alone");
  return wrong(`${place} is not known to systemd`, syntax.example);
}

function outside(item: string, field: string, syntax: ChainSyntax): ScheduleError {
  const counted = syntax === LAST_DAYS ? " from the end of the month" : "";
  const bounds = `between ${syntax.low} and ${syntax.high}${counted}`;
  return wrong(`${placeOf(item, field, syntax)} is not ${bounds}`, syntax.example);
}

function backwards(item: string, field: string, syntax: ChainSyntax): ScheduleError {
  const [, first = "", last = ""] = SPAN.exec(item) ?? [];
  const right = syntax === LAST_DAYS ? `${last}..${first}` : `${first}..${syntax.high},${syntax.low}..${last}`;
  return wrong(`${placeOf(item, field, syntax)} runs backwards, which systemd refuses`, right);
}

function badStep(item: string, field: string, syntax: ChainSyntax): ScheduleError {
  const longest = syntax.high - syntax.low;
  return wrong(`${placeOf(item, field, syntax)} needs a repetition from 1 to ${longest}`, syntax.example);
}

function tooShort(item: string, field: string, syntax: ChainSyntax): ScheduleError {
  return wrong(`${placeOf(item, field, syntax)} is a range of less than a second`, "a single value");
}

function neverRepeats(item: string, field: string, syntax: ChainSyntax): ScheduleError {
  const single = item.slice(0, item.indexOf("/"));
  return wrong(`${placeOf(item, field, syntax)} has no room for one repetition, which systemd refuses`, single);
}
