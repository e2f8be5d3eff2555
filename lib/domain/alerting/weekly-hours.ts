import { inWords } from "../schedule/word-list.ts";
import { mergeSpans, type Span } from "../span.ts";
import { DAY, HOUR, MINUTE, type Instant, type Millis } from "../time.ts";
import { dayOf, instantsOf, weekdayOf, wallTimeOf } from "../wall-time.ts";
import { findZone } from "../zone.ts";

/** Hours that come back every week, such as nights and weekends. */
export type WeeklyHours = {
  timeZone: string;
  /** Days on which they begin: 1 Monday … 7 Sunday. */
  days: readonly number[];
  /** "HH:MM" of the zone's clocks. */
  from: string;
  /** "HH:MM", not included. At or before `from` it is the next day's; the same is a whole day. */
  to: string;
};

// A change of the clock may swallow an occurrence, so that the next one is two weeks away.
const HORIZON: Millis = 16 * DAY;

/** Whether `at` lies in these hours. Hours in a zone that nobody knows are never. */
export function isWithin(hours: WeeklyHours, at: Instant): boolean {
  return weeklySpans(hours, { start: at, end: at + 1 }).length > 0;
}

/** When `isWithin` changes next, strictly after `at`; null where it never does. */
export function nextEdge(hours: WeeklyHours, at: Instant): Instant | null {
  const end = at + HORIZON;
  const [first] = weeklySpans(hours, { start: at, end });
  if (first === undefined) return null;
  if (first.start > at) return first.start;
  return first.end >= end ? null : first.end;
}

/** The stretches of these hours that reach into a stretch of time, as long as they are; what is adjacent is one. */
export function weeklySpans({ timeZone, days, from, to }: WeeklyHours, within: Span): Span[] {
  const [fromMs, toMs, zone] = [timeOfDay(from), timeOfDay(to), findZone(timeZone)];
  if (fromMs === null || toMs === null || zone === null) return [];
  const length = toMs > fromMs ? toMs - fromMs : toMs - fromMs + DAY;
  const spans: Span[] = [];
  const last = dayOf(wallTimeOf(within.end, zone)) + DAY;
  for (let day = dayOf(wallTimeOf(within.start, zone)) - 2 * DAY; day <= last; day += DAY) {
    if (!days.includes(weekdayOf(day))) continue;
    const start = instantsOf(day + fromMs, zone).first;
    spans.push({ start, end: instantsOf(day + fromMs + length, zone).last });
  }
  return mergeSpans(spans).filter(({ start, end }) => start < within.end && end > within.start);
}

/** "HH:MM" since midnight; null where it is none. */
export function timeOfDay(text: string): Millis | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? null : Number(match[1]) * HOUR + Number(match[2]) * MINUTE;
}

/** "Monday to Friday, 22:00 to 07:00 (Europe/Riga)". */
export function weeklyHoursInWords({ timeZone, days, from, to }: WeeklyHours): string {
  const sorted = [...new Set(days)].toSorted((a, b) => a - b);
  const names = sorted.length === 7 ? "every day" : inWords(sorted, weekdayName);
  return `${names}, ${from === to ? `24 hours from ${from}` : `${from} to ${to}`} (${timeZone})`;
}

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** @param day 1 Monday … 7 Sunday. */
export function weekdayName(day: number): string {
  return WEEKDAYS[day - 1] ?? "";
}
