import type { WallTime } from "../schedule/wall-clock.ts";
import type { Span } from "../span.ts";
import { DAY, type Instant, type Millis } from "../time.ts";
import { dayOf, instantsOf, weekdayOf, wallTimeOf } from "../wall-time.ts";
import { findZone } from "../zone.ts";

/** A day off, or several, or hours of one; as clocks on the wall show it. */
export type Holiday = {
  name: string;
  start: WallTime;
  length: Millis;
  /** Null: that of the window. */
  timeZone: string | null;
  /** Null: it comes once. */
  yearly: Yearly | null;
  /** Days, by their midnights, on which it does not begin. */
  except: readonly WallTime[];
};

/** How it comes back, at the time of day at which it begins first. */
export type Yearly = {
  /** Every so many years. */
  interval: number;
  /** The last moment at which it may begin; null: for ever. */
  until: WallTime | null;
  /** 0 January … 11. */
  month: number;
  /** A day of that month, or its `nth` weekday (1 Monday … 7); below zero counted from the month's end. */
  day: { kind: "date"; date: number } | { kind: "weekday"; nth: number; weekday: number };
};

/** Whether it will not come again, whatever its zone. */
export function isOver({ start, length, yearly }: Holiday, now: Instant): boolean {
  const last = yearly === null ? start : (yearly.until ?? Infinity);
  return last + length + DAY < now;
}

/** When a holiday is within a stretch of time; one in a zone that nobody knows is never. */
export function holidaySpans(holiday: Holiday, timeZone: string, within: Span): Span[] {
  const zone = findZone(holiday.timeZone ?? timeZone);
  if (zone === null) return [];
  const from = wallTimeOf(within.start, zone) - holiday.length - DAY;
  return startsOf(holiday, from, wallTimeOf(within.end, zone) + DAY)
    .filter((start) => !holiday.except.includes(dayOf(start)))
    .map((start) => ({
      start: instantsOf(start, zone).first,
      end: instantsOf(start + holiday.length, zone).last,
    }))
    .filter(({ start, end }) => start < within.end && end > within.start);
}

function startsOf({ start, yearly }: Holiday, from: WallTime, to: WallTime): WallTime[] {
  if (yearly === null) return start >= from && start <= to ? [start] : [];
  const starts: WallTime[] = [];
  const first = new Date(start).getUTCFullYear();
  const earliest = Math.max(first, new Date(from).getUTCFullYear());
  // The first year at or after `earliest` in which it comes at all.
  let year = first + Math.ceil((earliest - first) / yearly.interval) * yearly.interval;
  for (; Date.UTC(year, 0, 1) <= to; year += yearly.interval) {
    const day = dayIn(year, yearly);
    const at = day === null ? null : day + (start - dayOf(start));
    if (at !== null && at >= start && at >= from && at <= to && at <= (yearly.until ?? at)) starts.push(at);
  }
  return starts;
}

/** The midnight of that day in a year; null where there is none, as of 29 February mostly. */
function dayIn(year: number, { month, day }: Yearly): WallTime | null {
  const first = Date.UTC(year, month, 1);
  const last = Date.UTC(year, month + 1, 0);
  const at = day.kind === "date" ? dateIn(first, last, day.date) : weekdayIn(first, last, day);
  return at >= first && at <= last ? at : null;
}

function dateIn(first: WallTime, last: WallTime, date: number): WallTime {
  return date > 0 ? first + (date - 1) * DAY : last + (date + 1) * DAY;
}

function weekdayIn(first: WallTime, last: WallTime, { nth, weekday }: { nth: number; weekday: number }): WallTime {
  if (nth > 0) return first + (((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7) * DAY;
  return last - (((weekdayOf(last) - weekday + 7) % 7) + (-nth - 1) * 7) * DAY;
}
