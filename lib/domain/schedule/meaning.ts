import type { CronField, CronFields, CronPlan, DayRule } from "./cron-plan.ts";
import type { CronDialect } from "./dialect.ts";

/** A text that is the same for plans that run at the same times of the same days; it knows no changes of the clock. */
export function meaningOf(plan: CronPlan, { dayRule }: Pick<CronDialect, "dayRule">): string {
  if (plan.kind === "event") return "event";
  if (plan.kind === "every") return `every ${plan.everyMs}`;
  const { fields, timeZone, jitterMs } = plan;
  const { seconds, minutes, hours, months } = fields;
  const times = [seconds, minutes, hours, months].map(({ values }) => values);
  return JSON.stringify([times, yearsOf(fields.years), daysOf(fields, dayRule(fields)), timeZone, jitterMs ?? 0]);
}

const THIS_CENTURY = 100;

/** Schedulers end at different years when they say "every year". */
function yearsOf(years: CronField | null): readonly number[] | null {
  return years === null || years.values.length >= THIS_CENTURY ? null : years.values;
}

/** The days as far as the rule lets them matter. */
function daysOf(fields: CronFields, rule: DayRule): unknown {
  const dates = [fields.days.values, sorted(fields.dayRules)];
  const weekdays = [fields.weekdays.values, sorted(fields.weekdayRules)];
  const anyDate = fields.days.values.length === 31;
  const anyWeekday = fields.weekdays.values.length === 7;
  if (rule === "both") {
    if (anyDate && anyWeekday) return "any";
    if (anyDate) return { weekdays };
    return anyWeekday ? { dates } : { both: [dates, weekdays] };
  }
  if (anyDate || anyWeekday) return "any";
  if (isNone(weekdays)) return { dates };
  return isNone(dates) ? { weekdays } : { either: [dates, weekdays] };
}

function sorted(rules: readonly object[]): string[] {
  return rules.map((rule) => JSON.stringify(rule)).toSorted();
}

function isNone(days: readonly (readonly unknown[])[]): boolean {
  return days.every((values) => values.length === 0);
}
