import { DAY, HOUR, type Instant, type Millis } from "../time.ts";
import type { Zone } from "../zone.ts";

/** How often a person gets a report. */
export type ReportPeriod = "day" | "week" | "month";

export const REPORT_PERIODS: readonly ReportPeriod[] = ["day", "week", "month"];

/** A stretch [from, to). */
export type ReportSpan = { from: Instant; to: Instant };

/** When reports leave by the clocks of their readers: 08:00. */
const LEAVES_AT: Millis = 8 * HOUR;
/** No month is longer. */
const DAYS_AHEAD = 32;

/** When the next report of that kind leaves: the first 08:00 after `after`, on a Monday for a week, on the 1st for a month. */
export function nextReportAt(period: ReportPeriod, zone: Zone, after: Instant): Instant {
  const today = startOfDay(after + zone.offsetAt(after));
  for (let days = 0; days <= DAYS_AHEAD; days += 1) {
    const day = today + days * DAY;
    const at = instantOfWall(zone, day + LEAVES_AT);
    if (at > after && startOf(period, day) === day) return at;
  }
  throw new Error("No month is longer than 31 days.");
}

/** The last whole day, week from Monday, or calendar month before `at`, by the clocks of the zone. */
export function spanBefore(period: ReportPeriod, zone: Zone, at: Instant): ReportSpan {
  const to = startOf(period, startOfDay(at + zone.offsetAt(at)));
  const from = startOf(period, to - DAY);
  return { from: instantOfWall(zone, from), to: instantOfWall(zone, to) };
}

/** A wall time is an instant whose UTC fields read like the clocks on the wall. */
function startOfDay(wall: Instant): Instant {
  return Math.floor(wall / DAY) * DAY;
}

/** Of the day, week or month that this day lies in. */
function startOf(period: ReportPeriod, day: Instant): Instant {
  const date = new Date(day);
  if (period === "month") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return period === "week" ? day - ((date.getUTCDay() + 6) % 7) * DAY : day;
}

/** A wall time that a change of the clock leaves out is the moment of the change; of two, it is the first. */
function instantOfWall(zone: Zone, wall: Instant): Instant {
  const offsets = [zone.offsetAt(wall - DAY), zone.offsetAt(wall + DAY)];
  const fitting = offsets.map((offset) => wall - offset).filter((at) => at + zone.offsetAt(at) === wall);
  return fitting.length > 0 ? Math.min(...fitting) : (zone.nextTransition(wall - DAY) ?? wall);
}
