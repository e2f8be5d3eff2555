import { findZone, getZone } from "../zone.ts";
import type { CronFields, CronPlan, MonthDayRule } from "./cron-plan.ts";
import { quoted, ScheduleError } from "./error.ts";
import { anyOf, fieldOf, wrong } from "./field-reader.ts";
import {
  type Chain,
  chainField,
  chainLints,
  DAYS,
  daysFromEnd,
  HOURS,
  LAST_DAYS,
  MINUTES,
  MONTHS,
  overshootOf,
  readChain,
  SECONDS,
  startOf,
  YEARS,
} from "./on-calendar-chain.ts";
import { readWeekdays, startsWithWeekday } from "./on-calendar-weekdays.ts";

/** What an `OnCalendar=` comes to. */
export type OnCalendarPlan = Extract<CronPlan, { kind: "times" }> & { overshoot: Overshoot };

/**
 * How many of the first seconds of an hour, minutes of a day, hours of a month and days of a year systemd passes over
 * where a repetition of the unit before counts on beyond its end.
 */
export type Overshoot = { seconds: number; minutes: number; hours: number; days: number };

/** Words that stand for a whole expression; systemd takes its own old misspelling too. */
const WORDS = new Map([
  ["minutely", "*:*"],
  ["hourly", "*:0"],
  ["daily", "0:0"],
  ["weekly", "Mon 0:0"],
  ["monthly", "*-*-1"],
  ["quarterly", "*-1,4,7,10-1"],
  ...["semiannually", "semi-annually", "biannually", "bi-annually"].map((word) => [word, "*-1,7-1"] as const),
  ...["yearly", "annually", "anually"].map((word) => [word, "*-1-1"] as const),
]);

/**
 * Reads what a systemd timer has as `OnCalendar=`: weekdays, a date, a time and a time zone, each of which may be left
 * out. Throws a `ScheduleError`.
 */
export function parseOnCalendar(expression: string): OnCalendarPlan {
  const { text, timeZone } = takeZone(expression.replaceAll(/^[ \t]+|[ \t]+$/g, ""));
  const plan = readParts(WORDS.get(text.toLowerCase()) ?? text);
  return plan.timeZone === undefined && timeZone !== undefined ? { ...plan, timeZone } : plan;
}

/** Splits off a last word that names a zone. */
function takeZone(text: string): { text: string; timeZone?: string } {
  if (text === "") throw wrong("The schedule is empty", 'an OnCalendar expression, such as "Mon..Fri 02:00"');
  if (text.includes("\t")) throw wrong("The schedule contains a tab, which systemd refuses", "blanks instead");
  const space = text.lastIndexOf(" ");
  const last = text.slice(space + 1);
  if (space < 0 || !/^[A-Za-z]/.test(last) || startsWithWeekday(last)) return { text };
  const rest = text.slice(0, space);
  if (last.toUpperCase() === "UTC") return { text: rest, timeZone: "UTC" };
  checkZoneName(last, text);
  return { text: rest, timeZone: last };
}

/** Systemd finds a zone by the name of its file, so capitals matter. */
function checkZoneName(name: string, text: string): void {
  if (WORDS.has(name.toLowerCase())) throw wrong(`Nothing may stand before ${quoted(name)} in ${quoted(text)}`, name);
  const zone = findZone(name);
  if (zone === null) throw unknownZone(name);
  if (zone.name !== name && zone.name.toLowerCase() === name.toLowerCase()) {
    throw wrong(`Systemd does not know the time zone ${quoted(name)} in these letters`, zone.name);
  }
}

function unknownZone(name: string): ScheduleError {
  try {
    getZone(name);
  } catch (error) {
    if (error instanceof ScheduleError) return new ScheduleError("schedule", error.message);
  }
  return wrong(`There is no time zone ${quoted(name)}`, "a place, such as Europe/Riga, or UTC");
}

function readParts(text: string): OnCalendarPlan {
  const words = text.split(/ +/);
  if (words.length >= 5 && !text.includes(":")) throw cronInstead(text);
  const weekdayText = startsWithWeekday(words[0] ?? "") ? words.shift() : undefined;
  const weekdays = weekdayText === undefined ? anyOf(0, 6) : fieldOf(weekdayText, readWeekdays(weekdayText));
  const [first = ""] = words;
  if (first.startsWith("@")) return planOf({ ...atEpoch(words.join(" ")), weekdays }, "UTC");
  const dateText = /^[^~:-]*[~-]/.test(first) ? words.shift() : undefined;
  const timeText = words.shift();
  if (words.length > 0) {
    const rest = quoted(words.join(" "));
    throw wrong(`${quoted(text)} goes on with ${rest} after the time`, "weekdays, date, time and zone in this order");
  }
  return planOf({ ...readDate(dateText), ...readTime(timeText, text), weekdays });
}

function cronInstead(text: string): ScheduleError {
  return wrong(
    `${quoted(text)} is a cron expression, which systemd does not read`,
    '"Mon..Fri *-*-* 02:00:00" or "daily"',
  );
}

type DateParts = { years: Chain; months: Chain; days: Chain };
type TimeParts = { hours: Chain; minutes: Chain; seconds: Chain };

/** `year-month-day`, `month-day`, or either with `~` before a day counted from the end of the month. */
function readDate(text = "*-*"): DateParts {
  const [, one = "", firstMark = "", two = "", secondMark, three] =
    /^([^~-]*)([~-])([^~-]*)(?:([~-])([^~-]*))?$/.exec(text) ?? [];
  if (firstMark === "" || (secondMark !== undefined && firstMark === "~")) {
    throw wrong(`${quoted(text)} is not a date that systemd reads`, "year-month-day, month-day or year-month~day");
  }
  const days = three ?? two;
  return {
    years: readChain(three === undefined ? "*" : one, YEARS),
    months: readChain(three === undefined ? one : two, MONTHS),
    days: readChain(days, (secondMark ?? firstMark) === "~" && days !== "*" ? LAST_DAYS : DAYS),
  };
}

/** `hour:minute` or `hour:minute:second`; midnight where there is none. */
function readTime(text: string | undefined, whole: string): TimeParts {
  if (text === undefined || text === "") {
    return { hours: startOf(HOURS), minutes: startOf(MINUTES), seconds: startOf(SECONDS) };
  }
  const [hours = "", minutes, seconds, more] = text.split(":");
  if (minutes === undefined || more !== undefined) {
    const place = text === whole ? quoted(text) : `${quoted(text)} in ${quoted(whole)}`;
    throw wrong(`${place} is not a time that systemd reads`, "hour:minute, hour:minute:second or a word such as daily");
  }
  return {
    hours: readChain(hours, HOURS),
    minutes: readChain(minutes, MINUTES),
    seconds: seconds === undefined ? startOf(SECONDS) : readChain(seconds, SECONDS),
  };
}

/** `@` and seconds since 1970, in UTC. */
function atEpoch(text: string): DateParts & TimeParts {
  const digits = /^@ *\+?(\d+)$/.exec(text)?.[1];
  const at = new Date(Number(digits ?? Number.NaN) * 1_000);
  if (Number.isNaN(at.getTime()) || at.getUTCFullYear() > YEARS.high) {
    throw wrong(`${quoted(text)} is not a number of seconds from 1970 to 2199`, "something like @1893456000");
  }
  return {
    years: readChain(String(at.getUTCFullYear()), YEARS),
    months: readChain(String(at.getUTCMonth() + 1), MONTHS),
    days: readChain(String(at.getUTCDate()), DAYS),
    hours: readChain(String(at.getUTCHours()), HOURS),
    minutes: readChain(String(at.getUTCMinutes()), MINUTES),
    seconds: readChain(String(at.getUTCSeconds()), SECONDS),
  };
}

type Parts = DateParts & TimeParts & Pick<CronFields, "weekdays">;

function planOf({ weekdays, ...parts }: Parts, timeZone?: string): OnCalendarPlan {
  const { years, months, days, hours, minutes, seconds } = parts;
  const fromEnd = days.syntax === LAST_DAYS;
  const fields: CronFields = {
    seconds: chainField(seconds),
    minutes: chainField(minutes),
    hours: chainField(hours),
    days: fromEnd ? fieldOf(`~${days.text}`, []) : chainField(days),
    months: chainField(months),
    weekdays,
    dayRules: fromEnd ? daysFromEnd(days).map((before): MonthDayRule => ({ kind: "last", before })) : [],
    weekdayRules: [],
    years: years.spans === null ? null : chainField(years),
  };
  const overshoot = {
    seconds: overshootOf(seconds),
    minutes: overshootOf(minutes),
    hours: overshootOf(hours),
    days: overshootOf(days),
  };
  const lints = [...Object.values(parts).flatMap(chainLints), ...overshootLints(fields, overshoot)];
  return { kind: "times", fields, overshoot, ...(timeZone === undefined ? {} : { timeZone }), warnings: lints };
}

function overshootLints({ seconds, minutes, hours, days }: CronFields, overshoot: Overshoot): string[] {
  return [
    { field: seconds, low: 0, count: overshoot.seconds, where: "seconds of an hour" },
    { field: minutes, low: 0, count: overshoot.minutes, where: "minutes of a day" },
    { field: hours, low: 0, count: overshoot.hours, where: "hours of a month" },
    { field: days, low: 1, count: overshoot.days, where: "days of a year" },
  ].flatMap(({ field, low, count, where }) => {
    if (!field.values.some((value) => value < low + count)) return [];
    const first = count === 1 ? where.replace("s of", " of") : `${count} ${where}`;
    return [`Systemd counts ${quoted(field.text)} on and passes over the first ${first}.`];
  });
}
