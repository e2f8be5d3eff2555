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

/** Reads what follows "every": "5s", "90 min", "2 hours", "hour", "PT15M". Throws a `ScheduleError`. */
export function parseInterval(text: string): Millis {
  const typed = text.trim();
  const single = UNITS.find(({ word, ms }) => word === typed.toLowerCase() && ms >= SECOND);
  const everyMs = single?.ms ?? parseDuration(typed) ?? parseIsoDuration(typed);
  if (everyMs === null) throw notAnInterval(typed);
  checkInterval(everyMs);
  return everyMs;
}

const ISO_DURATION =
  /^P(?=.)(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?$/i;
const ISO_UNITS: readonly Millis[] = [7 * DAY, DAY, HOUR, MINUTE, SECOND];

/** Reads a duration of ISO 8601, such as "P1DT12H"; null for anything else, months and years too. */
function parseIsoDuration(text: string): Millis | null {
  const counts = ISO_DURATION.exec(text)?.slice(1);
  return counts === undefined
    ? null
    : counts.reduce((total, count, index) => total + Math.round(Number(count ?? 0) * (ISO_UNITS[index] ?? 0)), 0);
}

function notAnInterval(typed: string): ScheduleError {
  if (/^P[T\d]/i.test(typed)) {
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
  const { count, unit } = inLargestUnit(everyMs);
  return count === 1 ? `Every ${unit.word}` : `Every ${count} ${unit.word}s`;
}

function inLargestUnit(everyMs: Millis): { count: number; unit: (typeof UNITS)[number] } {
  const unit = UNITS.find(({ ms }) => everyMs % ms === 0) ?? { ms: 1, label: "ms", word: "millisecond" };
  return { count: everyMs / unit.ms, unit };
}
