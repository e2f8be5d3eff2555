import type { Dialect } from "../job.ts";
import type { CronFields, DayRule } from "./cron-plan.ts";
import { DIALECTS } from "./dialects.ts";
import { describeInterval } from "./interval.ts";
import { timesInWords } from "./time-words.ts";
import { createWallClock } from "./wall-clock.ts";
import { inWords, progressionOf } from "./word-list.ts";

/** A cron expression as a sentence without a full stop. Throws a `ScheduleError`. */
export function describeCron(dialect: Dialect, expression: string): string {
  const { grammar, dayRule } = DIALECTS[dialect];
  const plan = grammar(expression);
  if (plan.kind === "event") return "When the machine starts";
  if (plan.kind === "every") return describeInterval(plan.everyMs);
  const { fields } = plan;
  const rule = dayRule(fields);
  if (createWallClock(fields, rule).next(0) === null) return "Never";
  const times = timesInWords(fields);
  const days = daysInWords(fields, rule);
  const months = monthsInWords(fields);
  if (days === null) return joinWords(times.words, times.namesTimesOfDay ? "every day" : "", months);
  const date = datesInWords(fields, days);
  return date === null ? joinWords(times.words, days.words, months) : joinWords(times.words, date);
}

function joinWords(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}

type DayWords = { words: string; datesOnly: boolean };

/** On which days of a matching month; null for all of them. */
function daysInWords({ days, weekdays }: CronFields, rule: DayRule): DayWords | null {
  const anyDay = days.values.length === 31;
  const anyWeekday = weekdays.values.length === 7;
  const dates = monthDaysInWords(days.values);
  const names = weekdaysInWords(weekdays.values);
  if (rule === "both") {
    if (anyDay) return anyWeekday ? null : { words: `on ${names}`, datesOnly: false };
    if (anyWeekday) return { words: `on ${dates}`, datesOnly: true };
    return { words: `on ${names} when it falls on ${dates}`, datesOnly: false };
  }
  if (anyDay || anyWeekday) return null;
  if (weekdays.values.length === 0) return { words: `on ${dates}`, datesOnly: true };
  if (days.values.length === 0) return { words: `on ${names}`, datesOnly: false };
  return { words: `on ${dates}, and on every ${names}`, datesOnly: false };
}

function monthDaysInWords(values: readonly number[]): string {
  const progression = progressionOf(values);
  if (progression !== null && values.length >= 4) {
    return `every ${ordinal(progression.step)} day of the month from day ${progression.first} to day ${progression.last}`;
  }
  return `${values.length === 1 ? "day" : "days"} ${inWords(values, String)} of the month`;
}

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function weekdaysInWords(values: readonly number[]): string {
  const fromMonday = values.map((weekday) => (weekday === 0 ? 7 : weekday)).toSorted((a, b) => a - b);
  return inWords(fromMonday, (weekday) => WEEKDAYS[weekday % 7] ?? String(weekday));
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

function monthName(month: number): string {
  return MONTHS[month - 1] ?? String(month);
}

function monthsInWords({ months }: CronFields): string {
  return months.values.length === 12 ? "" : `in ${inWords(months.values, monthName)}`;
}

/** "on 1 January" reads better than "on day 1 of the month in January". */
function datesInWords({ days, months }: CronFields, words: DayWords): string | null {
  const [month] = months.values;
  if (!words.datesOnly || months.values.length !== 1 || days.values.length > 3 || month === undefined) return null;
  return `on ${inWords(days.values, String)} ${monthName(month)}`;
}

function ordinal(count: number): string {
  const ending = ["th", "st", "nd", "rd"][count % 10] ?? "th";
  return `${count}${count > 10 && count < 14 ? "th" : ending}`;
}
