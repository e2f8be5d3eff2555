import { DAY, type Instant } from "../time.ts";
import type { CronFields, DayRule, MonthDayRule, WeekdayRule } from "./cron-plan.ts";

/** Bit d − 1 is set where day d of the month matches. `month` counts from 0. */
export type DayCalendar = (year: number, month: number) => number;

/** A month as the rules need it. */
type Month = { year: number; month: number; length: number; firstWeekday: number };

/** The matching days of each month of each year. */
export function createDayCalendar(fields: CronFields, rule: DayRule): DayCalendar {
  const fixedDays = fields.days.values.reduce((bits, day) => bits | bitOf(day), 0);
  const weekdays = new Set(fields.weekdays.values);
  const fixedWeekdays = Array.from({ length: 7 }, (_, firstWeekday) => bitsOfWeekdays(weekdays, firstWeekday));
  const months = new Set(fields.months.values);

  function daysOf(month: Month): number {
    const days = fields.dayRules.reduce((bits, dayRule) => bits | dayBits(dayRule, month), fixedDays);
    const byWeekday = fields.weekdayRules.reduce(
      (bits, weekdayRule) => bits | weekdayBits(weekdayRule, month),
      fixedWeekdays[month.firstWeekday] ?? 0,
    );
    return (rule === "both" ? days & byWeekday : days | byWeekday) & (2 ** month.length - 1);
  }

  // Most questions are about the same month as the one before.
  let latest = { year: Number.NaN, index: 0, days: 0 };

  return (year, index) => {
    if (!months.has(index + 1)) return 0;
    if (latest.year !== year || latest.index !== index) {
      latest = { year, index, days: daysOf(monthOf(year, index)) };
    }
    return latest.days;
  };
}

function monthOf(year: number, month: number): Month {
  return {
    year,
    month,
    length: new Date(Date.UTC(year, month + 1, 0)).getUTCDate(),
    firstWeekday: new Date(Date.UTC(year, month, 1)).getUTCDay(),
  };
}

function bitOf(day: number): number {
  return day >= 1 && day <= 31 ? 1 << (day - 1) : 0;
}

function bitsOfWeekdays(weekdays: ReadonlySet<number>, firstWeekday: number): number {
  let bits = 0;
  for (let day = 0; day < 31; day++) if (weekdays.has((firstWeekday + day) % 7)) bits |= 1 << day;
  return bits;
}

function dayBits(rule: MonthDayRule, month: Month): number {
  if (rule.kind === "last") return bitOf(month.length - rule.before);
  const day = rule.kind === "last-weekday" ? month.length - rule.before : rule.day;
  if (day < 1 || day > month.length) return 0;
  if (rule.kind === "nearest-weekday" && rule.lastSunday === "never" && isLastSunday(day, month)) return 0;
  return bitOf(nearestWeekday(day, month));
}

function isLastSunday(day: number, { length, firstWeekday }: Month): boolean {
  return day === length && (firstWeekday + day - 1) % 7 === 0;
}

/** Saturday goes to the Friday before and Sunday to the Monday after, unless that leaves the month. */
function nearestWeekday(day: number, { length, firstWeekday }: Month): number {
  const weekday = (firstWeekday + day - 1) % 7;
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < length ? day + 1 : day - 2;
  return day;
}

function weekdayBits(rule: WeekdayRule, month: Month): number {
  const first = 1 + ((rule.weekday - month.firstWeekday + 7) % 7);
  if (rule.kind === "weeks") return weeksBits(rule, first, month);
  if (rule.nth > 0) return bitOf(first + 7 * (rule.nth - 1)) & (2 ** month.length - 1);
  const last = first + 7 * Math.floor((month.length - first) / 7);
  return bitOf(last + 7 * (rule.nth + 1));
}

const FIRST_WEEK: Instant = Date.UTC(2019, 0, 1);

function weeksBits(rule: Extract<WeekdayRule, { kind: "weeks" }>, first: number, { year, month }: Month): number {
  let bits = 0;
  for (let day = first; day <= 31; day += 7) {
    const week = Math.floor((Date.UTC(year, month, day) - FIRST_WEEK) / (7 * DAY));
    if ((((week - rule.remainder) % rule.every) + rule.every) % rule.every === 0) bits |= bitOf(day);
  }
  return bits;
}
