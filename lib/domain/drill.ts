import { DAY, HOUR, MINUTE, type Instant, type Millis } from "./time.ts";
import type { Zone } from "./zone.ts";

/** How often a project drills by itself. */
export type DrillRhythm = "never" | "week" | "month" | "quarter";

export const DRILL_RHYTHMS: readonly DrillRhythm[] = ["never", "week", "month", "quarter"];

/** A channel that took nothing within so long was not reached. */
export const DRILL_PATIENCE_MS: Millis = 15 * MINUTE;

/** Whole weeks, so that a drill stays on its weekday. */
const WEEKS: Readonly<Record<Exclude<DrillRhythm, "never">, number>> = { week: 1, month: 4, quarter: 13 };

const TUESDAY = 2;
const FIRST_AT: Millis = 10 * HOUR;

/** When people are at work and have no week to begin or to end: the next Tuesday at 10:00 by their clocks. */
export function firstDrillAt(zone: Zone, now: Instant): Instant {
  const offset = zone.offsetAt(now);
  const today = Math.floor((now + offset) / DAY) * DAY;
  const ahead = (TUESDAY - new Date(today).getUTCDay() + 7) % 7;
  const at = (days: number): Instant => {
    const wall = today + days * DAY + FIRST_AT;
    return wall - zone.offsetAt(wall - offset);
  };
  return at(ahead) > now ? at(ahead) : at(ahead + 7);
}

/** The one after `due`, later than now: drills that nobody could hold are not made up for. */
export function nextDrillAt(rhythm: Exclude<DrillRhythm, "never">, due: Instant, now: Instant): Instant {
  const every = WEEKS[rhythm] * 7 * DAY;
  return due + Math.max(1, Math.floor((now - due) / every) + 1) * every;
}
