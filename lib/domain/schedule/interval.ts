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

/** Reads what follows "every": "5s", "90 min", "2 hours", "hour". Throws a `ScheduleError`. */
export function parseInterval(text: string): Millis {
  const single = UNITS.find(({ word, ms }) => word === text.trim().toLowerCase() && ms >= SECOND);
  const everyMs = single?.ms ?? parseDuration(text);
  if (everyMs === null) {
    const shown = text.trim() === "" ? '"every" alone' : quoted(`every ${text.trim()}`);
    throw new ScheduleError(
      "schedule",
      `${shown} is not an interval; write a number and a unit, such as "every 90 min" or "every 5s".`,
    );
  }
  checkInterval(everyMs);
  return everyMs;
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
