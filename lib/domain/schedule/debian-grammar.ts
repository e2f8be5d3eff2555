import type { CronField, CronPlan } from "./cron-plan.ts";
import { readField, type FieldRule } from "./debian-field.ts";
import { quoted, ScheduleError } from "./error.ts";
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
  const text = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  if (text === "@reboot") {
    return { kind: "event", warnings: ["@reboot runs when the machine starts, so no time can be expected."] };
  }
  return parseFields(text.startsWith("@") ? expandNickname(text) : text);
}

function expandNickname(text: string): string {
  const expanded = NICKNAMES.get(text);
  if (expanded !== undefined) return expanded;
  const [word = "", ...rest] = text.split(/[ \t]+/);
  if (rest.length > 0) {
    throw new ScheduleError("schedule", `Nothing may follow ${quoted(word)}; leave out ${quoted(rest.join(" "))}.`);
  }
  const known = [...NICKNAMES.keys(), "@reboot"];
  const lower = word.toLowerCase();
  if (known.includes(lower)) {
    throw new ScheduleError(
      "schedule",
      `Cron knows its nicknames in lower case only; write ${lower}, not ${quoted(word)}.`,
    );
  }
  throw new ScheduleError("schedule", `Cron does not know ${quoted(word)}; it knows ${known.join(", ")}.`);
}

const MINUTE: FieldRule = { name: "minute", low: 0, high: 59, names: [], example: "something like 0, */5 or 10,40" };
const HOUR: FieldRule = { name: "hour", low: 0, high: 23, names: [], example: "something like 2, */4 or 9-17" };
const DAY: FieldRule = { name: "day", low: 1, high: 31, names: [], example: "something like 1, */2 or 1-7" };
const MONTH: FieldRule = {
  name: "month",
  low: 1,
  high: 12,
  names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  example: "something like 1, jan or 6-8",
};
const WEEKDAY: FieldRule = {
  name: "weekday",
  low: 0,
  high: 7,
  names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
  example: "something like 1, mon-fri or 0,6",
};

function parseFields(text: string): CronPlan {
  const [minute, hour, day, month, weekday] = splitFields(text, isReadable);
  const warnings: string[] = [];
  const fields = {
    seconds: { text: "0", values: [0], starred: false },
    minutes: readField(minute, MINUTE, warnings),
    hours: readField(hour, HOUR, warnings),
    days: readField(day, DAY, warnings),
    months: readField(month, MONTH, warnings),
    weekdays: sundayOnce(readField(weekday, WEEKDAY, warnings)),
    dayRules: [],
    weekdayRules: [],
    years: null,
  };
  return { kind: "times", fields, warnings };
}

function isReadable(text: string): boolean {
  try {
    parseFields(text);
    return true;
  } catch {
    return false;
  }
}

function sundayOnce(field: CronField): CronField {
  const values = new Set(field.values.map((weekday) => weekday % 7));
  return { ...field, values: [...values].toSorted((a, b) => a - b) };
}
