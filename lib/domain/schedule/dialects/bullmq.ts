import { type CronExpression, CronExpressionParser } from "cron-parser";
import { intlZone, type Zone } from "../../zone.ts";
import { createCronParserSlots } from "../cron-parser-slots.ts";
import type { CronField, CronFields, CronPlan, DayRule, WeekdayRule } from "../cron-plan.ts";
import { createCronSlots, type Slots } from "../cron-slots.ts";
import type { CronDialect } from "../dialect.ts";
import { engineZoneLint } from "../engine-zone.ts";
import { quoted, ScheduleError } from "../error.ts";
import { fieldOf, type FieldSyntax, placeOf, wrong } from "../field-reader.ts";
import { FIVE_FIELDS, SIX_FIELDS, splitByLayout } from "../split-fields.ts";
import { usualFields } from "../usual-fields.ts";
import { createWallClock } from "../wall-clock.ts";

const SCHEDULER = "BullMQ";
const EXAMPLE = "0 2 * * 1-5";

/** Job schedulers of BullMQ, which asks cron-parser 5.10 for its times. So do we, with the same zone data. */
export const bullmq: CronDialect = {
  title: "BullMQ (Node)",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseBullmq,
  dayRule: bullmqDayRule,
  // For the reader only: a time in a gap runs as much later as the clock is put forward.
  policy: () => ({ gap: "end", fold: "first" }),
  jitterMs: 0,
  slots: bullmqSlots,
  zoneLint: (zone, from, to) => engineZoneLint(SCHEDULER, zone, from, to),
};

function bullmqDayRule({ days, weekdays }: CronFields): DayRule {
  return days.starred || weekdays.starred ? "both" : "either";
}

const MACROS = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
  ["@minutely", "* * * * *"],
  ["@secondly", "* * * * * *"],
  ["@weekdays", "0 0 * * 1-5"],
  ["@weekends", "0 0 * * 0,6"],
]);

const USUAL = usualFields({ scheduler: SCHEDULER, reversed: "reject" });
const LAYOUTS = [FIVE_FIELDS, SIX_FIELDS];

function parseBullmq(expression: string): CronPlan {
  return { kind: "times", fields: readFields(fieldTexts(expression)), warnings: [] };
}

function readFields(texts: FieldTexts): CronFields {
  const { fields } = parse(texts, "UTC");
  const days = numbersOf(fields.dayOfMonth.values);
  const weekdays = weekdaysOf(fields.dayOfWeek.values, fields.dayOfWeek.nthDay);
  return {
    seconds: fieldOf(texts.second, fields.second.values),
    minutes: fieldOf(texts.minute, fields.minute.values),
    hours: fieldOf(texts.hour, fields.hour.values),
    days: { ...fieldOf(texts.day, days), starred: fields.dayOfMonth.isWildcard },
    months: fieldOf(texts.month, fields.month.values),
    weekdays: { ...weekdays.field(texts.weekday), starred: fields.dayOfWeek.isWildcard },
    dayRules: fields.dayOfMonth.hasLastChar ? [{ kind: "last", before: 0 }] : [],
    weekdayRules: weekdays.rules,
    years: null,
  };
}

type FieldTexts = Record<FieldName, string>;
type FieldName = "second" | "minute" | "hour" | "day" | "month" | "weekday";

// cron-parser would fill up what is missing: "0" would be every minute of Sundays.
function fieldTexts(expression: string): FieldTexts {
  const trimmed = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  const text = trimmed.startsWith("@") ? MACROS.get(trimmed) : trimmed;
  if (text === undefined)
    throw wrong(`${quoted(trimmed)} is not known to BullMQ`, `one of ${[...MACROS.keys()].join(", ")}`);
  const texts = splitByLayout(text, { layouts: LAYOUTS, scheduler: SCHEDULER, example: EXAMPLE });
  const { second = "0", minute = "", hour = "", day = "", month = "", weekday = "" } = texts;
  const fields = { second, minute, hour, day, month, weekday };
  for (const syntax of Object.values(USUAL)) checkHashes(texts[syntax.name] ?? "", syntax);
  return fields;
}

function checkHashes(text: string, syntax: FieldSyntax): void {
  if (!/H/.test(text.replaceAll(/[a-z]{3}/gi, ""))) return;
  throw wrong(`BullMQ draws ${placeOf(text, text, syntax)} by lot each time it reads it`, syntax.example);
}

const NAMES: readonly FieldName[] = ["second", "minute", "hour", "day", "month", "weekday"];

/** Lets cron-parser judge, and finds the field that it complains about. */
function parse(texts: FieldTexts, timeZone: string): CronExpression {
  const text = NAMES.map((name) => texts[name]).join(" ");
  const options = { tz: timeZone, currentDate: new Date(0) };
  try {
    return CronExpressionParser.parse(text, options);
  } catch (error) {
    const complaint = error instanceof Error ? error.message : "";
    throw complaintAbout(texts, complaint);
  }
}

function complaintAbout(texts: FieldTexts, complaint: string): ScheduleError {
  for (const name of NAMES) {
    const reason = complaintOf(texts[name], name);
    if (reason === null) continue;
    const right = goingRound(texts[name], name) ?? USUAL[name].example;
    return wrong(`${placeOf(texts[name], texts[name], USUAL[name])} ${reason}`, right);
  }
  if (/day of month/.test(complaint)) {
    return wrong(`Day ${quoted(texts.day)} never comes in month ${quoted(texts.month)}`, "a day which that month has");
  }
  return wrong("BullMQ cannot read this", `something like "${EXAMPLE}"`);
}

const BACKWARDS = "runs backwards, which BullMQ refuses";

/** The two ranges to write for one that runs backwards; null where there is none. */
function goingRound(text: string, name: FieldName): string | null {
  const item = text.split(",").find((each) => /^\w+-\w+$/.test(each) && complaintOf(each, name) === BACKWARDS);
  if (item === undefined) return null;
  const [first, last] = item.split("-");
  // BullMQ takes 0 and 7 for one day named twice.
  const high = name === "weekday" ? 6 : USUAL[name].high;
  return `${first}-${high},${USUAL[name].low}-${last}`;
}

/** What is wrong with a field alone; null where nothing is. */
function complaintOf(text: string, name: FieldName): string | null {
  const fields = NAMES.map((other) => (other === name ? text : "*"));
  try {
    CronExpressionParser.parse(fields.join(" "), { tz: "UTC", currentDate: new Date(0) });
    return null;
  } catch (error) {
    const complaint = error instanceof Error ? error.message : "";
    if (/duplicate/.test(complaint)) return "names a value twice, which BullMQ refuses";
    if (/min\(?.*> max/.test(complaint)) return BACKWARDS;
    if (/cannot repeat/.test(complaint)) return "needs a whole number from 1 after the slash";
    const { low, high } = USUAL[name];
    if (/expected range/.test(complaint)) return `is not between ${low} and ${high}`;
    return "is not known to BullMQ";
  }
}

function numbersOf(values: readonly (number | string)[]): number[] {
  return values.filter((value) => typeof value === "number");
}

function weekdaysOf(
  values: readonly (number | string)[],
  nth: number,
): { field: (text: string) => CronField; rules: WeekdayRule[] } {
  const numbers = numbersOf(values).map((weekday) => weekday % 7);
  const last = values.filter((value) => typeof value === "string").map((value) => Number.parseInt(value, 10) % 7);
  const rules = last.map((weekday): WeekdayRule => ({ kind: "nth", weekday, nth: -1 }));
  if (nth > 0) for (const weekday of new Set(numbers)) rules.push({ kind: "nth", weekday, nth });
  return { field: (text) => fieldOf(text, nth > 0 ? [] : numbers), rules };
}

function bullmqSlots(expression: string, { name }: Zone): Slots {
  const zone = intlZone(name);
  if (zone === null) {
    const complaint = `BullMQ takes zones from Node, which does not know ${quoted(name)}`;
    throw new ScheduleError("timeZone", `${complaint}; choose another.`);
  }
  const texts = fieldTexts(expression);
  const fields = readFields(texts);
  const clock = createWallClock(fields, bullmqDayRule(fields));
  const near = createCronSlots(clock, zone, () => ({ gap: "end", fold: "both" }));
  return createCronParserSlots(parse(texts, name), zone, near);
}
