import { SECOND } from "../../time.ts";
import { type CeleryField, readCeleryField } from "../celery-field.ts";
import type { CronFields, CronPlan } from "../cron-plan.ts";
import type { CronDialect } from "../dialect.ts";
import { quoted } from "../error.ts";
import { fieldOf, wrong } from "../field-reader.ts";
import { createFirstPassSlots } from "../first-pass-slots.ts";
import { FIVE_FIELDS, splitByLayout } from "../split-fields.ts";
import { createWallClock } from "../wall-clock.ts";

const SCHEDULER = "Celery";
const EXAMPLE = "0 2 * * mon-fri";

/** The crontab of Celery beat 5, its arguments in the order in which it prints them. */
export const celery: CronDialect = {
  title: "Celery beat",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseCelery,
  dayRule: () => "both",
  policy: () => ({ gap: GAP, fold: "first" }),
  // Beat wakes for the next job, or every 5 s where its schedule is in a database.
  jitterMs: 5 * SECOND,
  slots: (expression, zone) => createFirstPassSlots(createWallClock(readFields(expression, []), "both"), zone, GAP),
};

const GAP = "end";

const FIELDS: Record<"minute" | "hour" | "day" | "month" | "weekday", CeleryField> = {
  minute: { name: "minute", low: 0, high: 59, example: "something like 0, */5 or 10,40" },
  hour: { name: "hour", low: 0, high: 23, example: "something like 2, */4 or 9-17" },
  day: { name: "day", low: 1, high: 31, example: "something like 1, */2 or 1-7" },
  month: { name: "month", low: 1, high: 12, example: "a number from 1 to 12, such as 6-8" },
  weekday: { name: "weekday", low: 0, high: 6, example: "0 or sun for Sunday, or something like mon-fri" },
};

function parseCelery(expression: string): CronPlan {
  const warnings: string[] = [];
  return { kind: "times", fields: readFields(expression, warnings), warnings };
}

function readFields(expression: string, warnings: string[]): CronFields {
  const text = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  if (text.startsWith("@")) {
    throw wrong(
      `${quoted(text)} is not known to Celery, which has no words with @`,
      `five fields, such as "${EXAMPLE}"`,
    );
  }
  const texts = splitByLayout(text, { layouts: [FIVE_FIELDS], scheduler: SCHEDULER, example: EXAMPLE });
  const { minute = "", hour = "", day = "", month = "", weekday = "" } = texts;
  return {
    seconds: fieldOf("0", [0]),
    minutes: readCeleryField(minute, FIELDS.minute, warnings),
    hours: readCeleryField(hour, FIELDS.hour, warnings),
    days: readCeleryField(day, FIELDS.day, warnings),
    months: readCeleryField(month, FIELDS.month, warnings),
    weekdays: readCeleryField(weekday, FIELDS.weekday, warnings),
    dayRules: [],
    weekdayRules: [],
    years: null,
  };
}
