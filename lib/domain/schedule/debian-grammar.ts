import { DAY, HOUR, MINUTE } from "../time.ts";
import type { CronField, CronPlan } from "./cron-plan.ts";
import { type FieldRule, type Findings, readDebianField } from "./debian-field.ts";
import { quoted, ScheduleError } from "./error.ts";
import { fieldOf, MONTH_NAMES, WEEKDAY_NAMES } from "./field-reader.ts";
import { splitFields } from "./five-fields.ts";

const NICKNAMES = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/**
 * Reads the time part of a line as Debian's cron 3.0pl1 does, its oddities included: what follows a complete number is
 * ignored (`1#2` is 1), and a range that runs backwards is accepted and never matches. Throws a `ScheduleError`.
 */
export function parseDebianCron(expression: string): CronPlan {
  return parseCrontabTime(expression.replaceAll(/^[ \t]+|[ \t]+$/g, ""), readDebianField);
}

/** What every cron does with `@reboot`. */
export const REBOOT: CronPlan = {
  kind: "event",
  warnings: ["@reboot runs when the machine starts, so no time can be expected."],
};

/** How one of the crons that read the same crontabs reads a field. */
export type CrontabFieldReader = (text: string, rule: FieldRule, found: Findings) => CronField;

/** Reads a nickname or five fields, without blanks around. Throws a `ScheduleError`. */
export function parseCrontabTime(text: string, readField: CrontabFieldReader): CronPlan {
  if (text === "@reboot") return REBOOT;
  return parseFields(text.startsWith("@") ? expandNickname(text) : text, readField);
}

/** The five fields that a word such as `@daily` stands for. Throws a `ScheduleError`. */
export function expandNickname(text: string): string {
  const expanded = NICKNAMES.get(text);
  if (expanded !== undefined) return expanded;
  const [word = "", ...rest] = text.split(/[ \t]+/);
  const known = [...NICKNAMES.keys(), "@reboot"];
  const lower = word.toLowerCase();
  if (!known.includes(lower)) {
    throw new ScheduleError("schedule", `Cron does not know ${quoted(word)}; it knows ${known.join(", ")}.`);
  }
  if (lower !== word) {
    throw new ScheduleError(
      "schedule",
      `Cron knows its nicknames in lower case only; write ${lower}, not ${quoted(word)}.`,
    );
  }
  throw new ScheduleError("schedule", `Nothing may follow ${quoted(word)}; leave out ${quoted(rest.join(" "))}.`);
}

const CRONTAB_FIELDS: Record<"minute" | "hour" | "day" | "month" | "weekday", FieldRule> = {
  minute: { name: "minute", low: 0, high: 59, names: [], example: "something like 0, */5 or 10,40", unitMs: MINUTE },
  hour: { name: "hour", low: 0, high: 23, names: [], example: "something like 2, */4 or 9-17", unitMs: HOUR },
  day: { name: "day", low: 1, high: 31, names: [], example: "something like 1, */2 or 1-7", unitMs: DAY },
  month: {
    name: "month",
    low: 1,
    high: 12,
    names: MONTH_NAMES,
    example: "something like 1, jan or 6-8",
    unitMs: 31 * DAY,
  },
  weekday: {
    name: "weekday",
    low: 0,
    high: 7,
    names: WEEKDAY_NAMES,
    example: "something like 1, mon-fri or 0,6",
    unitMs: DAY,
  },
};

function parseFields(text: string, readField: CrontabFieldReader): CronPlan {
  const [minute, hour, day, month, weekday] = splitFields(text, (shorter) => isReadable(shorter, readField));
  const found: Findings = { warnings: [], jitterMs: 0 };
  const fields = {
    seconds: fieldOf("0", [0]),
    minutes: readField(minute, CRONTAB_FIELDS.minute, found),
    hours: readField(hour, CRONTAB_FIELDS.hour, found),
    days: readField(day, CRONTAB_FIELDS.day, found),
    months: readField(month, CRONTAB_FIELDS.month, found),
    weekdays: sundayOnce(readField(weekday, CRONTAB_FIELDS.weekday, found)),
    dayRules: [],
    weekdayRules: [],
    years: null,
  };
  return { kind: "times", fields, ...found };
}

function isReadable(text: string, readField: CrontabFieldReader): boolean {
  try {
    parseFields(text, readField);
    return true;
  } catch {
    return false;
  }
}

function sundayOnce(field: CronField): CronField {
  const values = new Set(field.values.map((weekday) => weekday % 7));
  return { ...field, values: [...values].toSorted((a, b) => a - b) };
}
