import { parseDuration } from "../duration.ts";
import { DAY, HOUR, MINUTE, SECOND, type Millis } from "../time.ts";
import type { Slots } from "./cron-slots.ts";
import { quoted, ScheduleError } from "./error.ts";

const SHORTEST_INTERVAL: Millis = SECOND;
const LONGEST_INTERVAL: Millis = 366 * DAY;

/** Throws a `ScheduleError` unless an interval of that length can be watched. */
export function checkInterval(everyMs: Millis): void {
  if (Number.isSafeInteger(everyMs) && everyMs >= SHORTEST_INTERVAL && everyMs <= LONGEST_INTERVAL) return;
  throw new ScheduleError("schedule", "An interval may be from 1 second to 366 days long.");
}

/** Slots that are counted from whatever was last: an interval has no times of its own. Throws a `ScheduleError`. */
export function createIntervalSlots(everyMs: Millis): Slots {
  checkInterval(everyMs);
  return { next: (from) => from + everyMs, prev: (from) => from };
}

const UNITS: readonly { ms: Millis; label: string; word: string }[] = [
  { ms: DAY, label: "d", word: "day" },
  { ms: HOUR, label: "h", word: "hour" },
  { ms: MINUTE, label: "min", word: "minute" },
  { ms: SECOND, label: "s", word: "second" },
  { ms: 1, label: "ms", word: "millisecond" },
];

/** Reads what follows "every": "5s", "90 min", "1.5h", "2 hours", "week", "PT15M". Throws a `ScheduleError`. */
export function parseInterval(text: string): Millis {
  const typed = text.trim();
  const everyMs = readLength(typed) ?? parseIsoDuration(typed);
  if (everyMs === null) throw notAnInterval(typed);
  checkInterval(everyMs);
  return everyMs;
}

/** Whether a text starts as one of ISO 8601's durations does. */
export function startsAsIsoDuration(text: string): boolean {
  return /^P(?:[T\d]|$)/i.test(text);
}

/** Throws a `ScheduleError` where "every" is all that a text lacks. */
export function checkEvery(text: string): void {
  if (readLength(text) === null) return;
  throw new ScheduleError("schedule", `${quoted(text)} lacks its first word; write ${quoted(`every ${text}`)}.`);
}

function readLength(text: string): Millis | null {
  if (/^(?:week|day|hour|minute|second)$/i.test(text)) return parseDuration(`1 ${text}`);
  const [, count, unit = ""] = /^(\d{1,9}\.\d{1,6}) *([a-z]+)$/i.exec(text) ?? [];
  if (count === undefined) return parseDuration(text);
  const unitMs = parseDuration(`1${unit}`);
  return unitMs === null ? null : Math.round(Number(count) * unitMs);
}

// Only the last number may have a fraction.
const ISO_NUMBER = String.raw`(\d{1,9}(?:[.,]\d{1,6}(?=[A-Z]$))?)`;
const ISO_FORM = new RegExp("^P(?=.)(?:#W)?(?:#D)?(?:T(?=.)(?:#H)?(?:#M)?(?:#S)?)?$".replaceAll("#", ISO_NUMBER), "i");
const ISO_UNITS: readonly Millis[] = [7 * DAY, DAY, HOUR, MINUTE, SECOND];

/** Reads a duration of ISO 8601, such as "P1DT12H" or "PT1.5H"; null for anything else, months and years too. */
function parseIsoDuration(text: string): Millis | null {
  const counts = ISO_FORM.exec(text)?.slice(1);
  if (counts === undefined) return null;
  const parts = counts.map((count, index) => Number((count ?? "0").replace(",", ".")) * (ISO_UNITS[index] ?? 0));
  return parts.reduce((total, part) => total + Math.round(part), 0);
}

function notAnInterval(typed: string): ScheduleError {
  if (startsAsIsoDuration(typed)) {
    return new ScheduleError(
      "schedule",
      `${quoted(typed)} is not an interval; write weeks, days, hours, minutes or seconds, such as "PT15M" or "P1D".`,
    );
  }
  const shown = typed === "" ? '"every" alone' : quoted(`every ${typed}`);
  return new ScheduleError(
    "schedule",
    `${shown} is not an interval; write a number and a unit, such as "every 90 min" or "every 5s".`,
  );
}

/** What `parseInterval` reads, in the largest unit that fits: "90 min", "5 s". */
export function formatInterval(everyMs: Millis): string {
  const { count, unit } = inLargestUnit(everyMs);
  return `${count} ${unit.label}`;
}

/** "Every 5 minutes", "Every hour". */
export function describeInterval(everyMs: Millis): string {
  return `Every ${lengthInWords(everyMs).replace(/^1 /, "")}`;
}

/** "5 minutes", "1 hour". */
export function lengthInWords(lengthMs: Millis): string {
  const { count, unit } = inLargestUnit(lengthMs);
  return `${count} ${unit.word}${count === 1 ? "" : "s"}`;
}

function inLargestUnit(everyMs: Millis): { count: number; unit: (typeof UNITS)[number] } {
  const unit = UNITS.find(({ ms }) => everyMs % ms === 0) ?? { ms: 1, label: "ms", word: "millisecond" };
  return { count: everyMs / unit.ms, unit };
}
