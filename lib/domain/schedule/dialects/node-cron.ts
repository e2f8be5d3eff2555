import type { Millis } from "../../time.ts";
import type { ClockChangePolicy, CronFields, CronPlan } from "../cron-plan.ts";
import { readDayField, readWeekdayField } from "../day-rules.ts";
import type { CronDialect } from "../dialect.ts";
import { quoted } from "../error.ts";
import { type FieldSyntax, placeOf, readItems, wrong } from "../field-reader.ts";
import { expandMacro } from "../macros.ts";
import { longestMonth } from "../month-lengths.ts";
import { FIVE_FIELDS, SIX_FIELDS, splitByLayout } from "../split-fields.ts";
import { usualFields } from "../usual-fields.ts";

const SCHEDULER = "node-cron";
const EXAMPLE = "0 2 * * MON-FRI";

/** The package node-cron 4.6 for Node. */
export const nodeCron: CronDialect = {
  title: "node-cron (Node)",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseNodeCron,
  dayRule: () => "both",
  policy: nodeCronPolicy,
  jitterMs: 0,
};

/** It looks for the offset of a wall time as if that were UTC, and so finds the later one from Greenwich on to the east. */
function nodeCronPolicy(_: CronFields, jump: Millis, offset: Millis): ClockChangePolicy {
  return { gap: "skip", fold: jump < 0 && offset >= 0 ? "second" : "first" };
}

const NICKNAMES = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

const USUAL = usualFields({ scheduler: SCHEDULER, reversed: "wrap" });
const MONTH = { ...USUAL.month, longNames: true };
const WEEKDAY = { ...USUAL.weekday, longNames: true };

function parseNodeCron(expression: string): CronPlan {
  const trimmed = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  const text = trimmed.startsWith("@") ? expandMacro(trimmed, NICKNAMES, SCHEDULER) : trimmed;
  const texts = splitByLayout(text, { layouts: [FIVE_FIELDS, SIX_FIELDS], scheduler: SCHEDULER, example: EXAMPLE });
  const { second = "0", minute = "", hour = "", day = "", month = "", weekday = "" } = texts;
  checkDays(day, USUAL.day);
  const days = readDayField(anyIfQuestion(day), USUAL.day);
  const weekdays = readWeekdayField(shortNames(anyIfQuestion(weekday)), WEEKDAY);
  const fields: CronFields = {
    seconds: readItems(second, USUAL.second),
    minutes: readItems(minute, USUAL.minute),
    hours: readItems(hour, USUAL.hour),
    days: days.field,
    months: readItems(month, MONTH),
    weekdays: weekdays.field,
    dayRules: days.rules,
    weekdayRules: weekdays.rules,
    years: null,
  };
  checkDates(fields);
  return { kind: "times", fields, warnings: [] };
}

/** It refuses what no month has. */
function checkDates({ days, dayRules, months }: CronFields): void {
  const [first = 0] = days.values;
  if (dayRules.length > 0 || months.values.some((month) => first <= longestMonth(month))) return;
  const where = `month ${quoted(months.text)}, and node-cron refuses it`;
  throw wrong(`Day ${quoted(days.text)} never comes in ${where}`, "a day which that month has");
}

function anyIfQuestion(text: string): string {
  return text === "?" ? "*" : text;
}

/** "friday#2" is Friday's second as well. */
function shortNames(text: string): string {
  return text.replaceAll(/(sun|mon|tue|wed|thu|fri|sat)[a-z]*day/gi, "$1");
}

function checkDays(text: string, syntax: FieldSyntax): void {
  const item = text.split(",").find((each) => /^L-(?:0+$|\d+W$)/i.test(each));
  if (item !== undefined) throw wrong(`${placeOf(item, text, syntax)} is not known to node-cron`, "L, LW or L-3");
}
