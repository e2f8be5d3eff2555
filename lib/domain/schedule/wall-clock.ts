import { DAY, SECOND, type Instant, type Millis } from "../time.ts";
import type { CronFields, DayRule } from "./cron-plan.ts";
import { createDayCalendar, type DayCalendar } from "./day-calendar.ts";

/** A wall-clock reading, written as the instant at which a clock in UTC would show it. */
export type WallTime = Instant;

/** Finds the wall times that match; it knows no zones. */
export type WallClock = {
  /** The first match strictly after `wall`; null where there is none within 41 years that may match. */
  next(wall: WallTime): WallTime | null;
  /** The last match at or before `wall`; null where there is none within 41 such years before. */
  prev(wall: WallTime): WallTime | null;
  /** How many matches there are after `from` up to and including `to`, without looking at each. */
  count(from: WallTime, to: WallTime): number;
};

// 29 February and a weekday meet again after 40 years at most, across a century without a leap day.
const HORIZON_MONTHS = 41 * 12;

// A test holds this against cron-parser in UTC, which finds the same times but is some 50 times slower and cannot ask
// for a day and a weekday both.
/** Matches of `fields`; seconds are the finest unit. */
export function createWallClock(fields: CronFields, dayRule: DayRule): WallClock {
  const times: TimesOfDay = {
    hours: fields.hours.values,
    minutes: fields.minutes.values,
    seconds: fields.seconds.values,
  };
  const first = nextTime(times, 0);
  const last = prevTime(times, DAY - SECOND);
  const daysOf = createDayCalendar(fields, dayRule);
  const years = fields.years?.values ?? null;
  const nextDay = (day: Instant) => findDay(daysOf, years, day, 1);
  const prevDay = (day: Instant) => findDay(daysOf, years, day, -1);

  return {
    next(wall) {
      if (first === null) return null;
      const from = Math.floor(wall / SECOND) * SECOND + SECOND;
      const today = startOfDay(from);
      const day = nextDay(today);
      if (day === null || day > today) return day === null ? null : day + first;
      const time = nextTime(times, from - today);
      if (time !== null) return today + time;
      const later = nextDay(today + DAY);
      return later === null ? null : later + first;
    },
    prev(wall) {
      if (last === null) return null;
      const today = startOfDay(wall);
      const day = prevDay(today);
      if (day === null || day < today) return day === null ? null : day + last;
      const time = prevTime(times, wall - today);
      if (time !== null) return today + time;
      const earlier = prevDay(today - DAY);
      return earlier === null ? null : earlier + last;
    },
    count(from, to) {
      const [fromDay, toDay] = [startOfDay(from), startOfDay(to)];
      const whole = countDays(daysOf, years, fromDay, toDay) * countTimes(times, DAY - SECOND);
      const upTo = (at: WallTime, day: WallTime) => (nextDay(day) === day ? countTimes(times, at - day) : 0);
      return whole + upTo(to, toDay) - upTo(from, fromDay);
    },
  };
}

function startOfDay(wall: WallTime): WallTime {
  return Math.floor(wall / DAY) * DAY;
}

/** The nearest matching day at `from` (the start of a day) or in the given direction from it. */
function findDay(
  daysOf: DayCalendar,
  years: readonly number[] | null,
  from: WallTime,
  direction: 1 | -1,
): WallTime | null {
  const date = new Date(from);
  let year = date.getUTCFullYear();
  let month = date.getUTCMonth();
  const today = date.getUTCDate() - 1;
  let reachable = direction === 1 ? -1 << today : 2 ** (today + 1) - 1;
  for (let step = 0; step <= HORIZON_MONTHS; step++) {
    const allowed = years === null ? year : nearestYear(years, year, direction);
    if (allowed === null) return null;
    if (allowed !== year) {
      year = allowed;
      month = direction === 1 ? 0 : 11;
      reachable = -1;
    }
    const days = daysOf(year, month) & reachable;
    if (days !== 0) return Date.UTC(year, month, direction === 1 ? lowestBit(days) + 1 : highestBit(days) + 1);
    reachable = -1;
    month += direction;
    if (month < 0 || month > 11) {
      year += direction;
      month = month < 0 ? 11 : 0;
    }
  }
  return null;
}

/** The matching days from `from` up to but not including `to`, both starts of days. */
function countDays(daysOf: DayCalendar, years: readonly number[] | null, from: WallTime, to: WallTime): number {
  let count = 0;
  for (let day = from; day < to;) {
    const date = new Date(day);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    const next = Math.min(Date.UTC(year, month + 1, 1), to);
    const first = date.getUTCDate() - 1;
    const span = 2 ** (first + (next - day) / DAY) - 2 ** first;
    if (years === null || years.includes(year)) count += countBits(daysOf(year, month) & span);
    day = next;
  }
  return count;
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function nearestYear(years: readonly number[], year: number, direction: 1 | -1): number | null {
  return (direction === 1 ? atLeast(years, year) : atMost(years, year)) ?? null;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function highestBit(bits: number): number {
  return 31 - Math.clz32(bits);
}

type TimesOfDay = { hours: readonly number[]; minutes: readonly number[]; seconds: readonly number[] };

/** The first time of day at or after `time`, both counted from midnight. */
function nextTime(times: TimesOfDay, time: Millis): Millis | null {
  const { hour, minute, second } = partsOf(time);
  const hereHour = times.hours.includes(hour);
  const hereMinute = hereHour && times.minutes.includes(minute);
  const nextSecond = hereMinute ? atLeast(times.seconds, second) : undefined;
  if (nextSecond !== undefined) return timeOf(hour, minute, nextSecond);
  const nextMinute = hereHour ? atLeast(times.minutes, minute + 1) : undefined;
  if (nextMinute !== undefined) return timeOf(hour, nextMinute, times.seconds[0]);
  return timeOf(atLeast(times.hours, hour + 1), times.minutes[0], times.seconds[0]);
}

/** The last time of day at or before `time`. */
function prevTime(times: TimesOfDay, time: Millis): Millis | null {
  const { hour, minute, second } = partsOf(time);
  const hereHour = times.hours.includes(hour);
  const hereMinute = hereHour && times.minutes.includes(minute);
  const prevSecond = hereMinute ? atMost(times.seconds, second) : undefined;
  if (prevSecond !== undefined) return timeOf(hour, minute, prevSecond);
  const prevMinute = hereHour ? atMost(times.minutes, minute - 1) : undefined;
  if (prevMinute !== undefined) return timeOf(hour, prevMinute, times.seconds.at(-1));
  return timeOf(atMost(times.hours, hour - 1), times.minutes.at(-1), times.seconds.at(-1));
}

/** The times of day up to and including `time`. */
function countTimes({ hours, minutes, seconds }: TimesOfDay, time: Millis): number {
  const { hour, minute, second } = partsOf(time);
  const inMinute = minutes.includes(minute) ? countBelow(seconds, second + 1) : 0;
  const inHour = hours.includes(hour) ? countBelow(minutes, minute) * seconds.length + inMinute : 0;
  return countBelow(hours, hour) * minutes.length * seconds.length + inHour;
}

function countBelow(values: readonly number[], limit: number): number {
  return values.reduce((count, value) => (value < limit ? count + 1 : count), 0);
}

function partsOf(time: Millis): { hour: number; minute: number; second: number } {
  const seconds = Math.floor(time / SECOND);
  return { hour: Math.floor(seconds / 3600), minute: Math.floor(seconds / 60) % 60, second: seconds % 60 };
}

function timeOf(hour: number | undefined, minute: number | undefined, second: number | undefined): Millis | null {
  if (hour === undefined || minute === undefined || second === undefined) return null;
  return ((hour * 60 + minute) * 60 + second) * SECOND;
}

function atLeast(values: readonly number[], limit: number): number | undefined {
  return values.find((value) => value >= limit);
}

function atMost(values: readonly number[], limit: number): number | undefined {
  return values.findLast((value) => value <= limit);
}
