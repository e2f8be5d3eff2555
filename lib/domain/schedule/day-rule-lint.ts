import type { CronFields, DayRule } from "./cron-plan.ts";

/** What day and weekday come to where both are set; null where they are not. */
export function dayRuleLint(fields: CronFields, rule: DayRule, scheduler: string): string | null {
  const anyDay = fields.days.values.length === 31;
  const anyWeekday = fields.weekdays.values.length === 7;
  if (rule === "both") {
    if (anyDay || anyWeekday) return null;
    return `Day and weekday are both set: ${scheduler} runs only on days that match both.`;
  }
  const result = anyDay || anyWeekday ? "either of them matches, which is every day" : "either of them matches";
  return `Day and weekday are both set: ${scheduler} runs when ${result}.`;
}
