import type { Schedule } from "./schedule.ts";
import { HOUR, MINUTE, type Instant, type Millis } from "./time.ts";
import type { Zone } from "./zone.ts";

/** What the times of runs say about the clock of the machine that runs the job. */
export type HostZone = {
  /** How far its runs are from the slots; positive where they come later. Whole half hours, not 0. */
  shiftMs: Millis;
  /** Local time − UTC that the machine must have. */
  offsetMs: Millis;
  /** "your host seems to run in UTC, not in Europe/Riga" as a part of a sentence. */
  words: string;
};

/** Fewer runs may all be late for another reason. */
const ENOUGH = 5;

/** Machines start jobs within so much of the time they mean to. */
const NEAR: Millis = 3 * MINUTE;

const GRID: Millis = HOUR / 2;
const LARGEST_SHIFT: Millis = 14 * HOUR;

/**
 * Recognises a machine whose zone is not the schedule's: its latest runs all lie the same whole half hours away from the
 * slots. Null where they do not, where there are too few, or where slots are so close that no shift shows.
 */
export function hostZoneOf(schedule: Schedule, zone: Zone, starts: readonly Instant[]): HostZone | null {
  if (schedule.kind !== "cron" || starts.length < ENOUGH) return null;
  const offsets = starts.map((start) => hostOffset(schedule, zone, start));
  const [first] = offsets;
  if (first === undefined || first === null || offsets.some((offset) => offset !== first)) return null;
  const last = starts.at(-1) ?? 0;
  const shiftMs = zone.offsetAt(last) - first;
  if (shiftMs === 0 || !isUsedSomewhere(first)) return null;
  return { shiftMs, offsetMs: first, words: `your host seems to run in ${offsetName(first)}, not in ${zone.name}` };
}

/** The offset of a machine that starts a job at `start`, seen from the nearest slot; null where no slot fits it. */
function hostOffset(schedule: Schedule, zone: Zone, start: Instant): Millis | null {
  const nearest = nearestSlot(schedule, start);
  if (nearest === null) return null;
  const shift = Math.round((start - nearest) / GRID) * GRID;
  if (Math.abs(start - nearest - shift) > NEAR || Math.abs(shift) > LARGEST_SHIFT) return null;
  return zone.offsetAt(nearest) - shift;
}

function nearestSlot(schedule: Schedule, start: Instant): Instant | null {
  const before = schedule.prev(start);
  const after = schedule.next(start);
  if (before === null || after === null) return before ?? after;
  return start - before <= after - start ? before : after;
}

// A job that always waits half an hour for another is no reason to look for an island.
const HALF_HOURS_IN_USE = new Set([-9.5, -3.5, -2.5, 3.5, 4.5, 5.5, 6.5, 9.5, 10.5]);

function isUsedSomewhere(offsetMs: Millis): boolean {
  const hours = offsetMs / HOUR;
  return (Number.isInteger(hours) && hours >= -12 && hours <= 14) || HALF_HOURS_IN_USE.has(hours);
}

/** "UTC", "UTC+5:30". */
function offsetName(offsetMs: Millis): string {
  if (offsetMs === 0) return "UTC";
  const minutes = Math.abs(offsetMs) / MINUTE;
  const rest = minutes % 60 === 0 ? "" : `:${String(minutes % 60).padStart(2, "0")}`;
  return `UTC${offsetMs < 0 ? "-" : "+"}${Math.floor(minutes / 60)}${rest}`;
}
