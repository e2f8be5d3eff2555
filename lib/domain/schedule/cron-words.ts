import type { NamedDialect } from "../job.ts";
import type { CronFields, CronPlan, DayRule } from "./cron-plan.ts";
import { datesInWords } from "./day-words.ts";
import type { CronDialect } from "./dialect.ts";
import { DIALECTS } from "./dialects.ts";
import { describeInterval } from "./interval.ts";
import { timesInWords } from "./time-words.ts";
import { createWallClock } from "./wall-clock.ts";
import type { Brevity } from "./word-list.ts";

/** A cron expression as a sentence without a full stop, at most 300 characters long. Throws a `ScheduleError`. */
export function describeCron(dialect: NamedDialect, expression: string): string {
  const row = DIALECTS[dialect];
  return describePlan(row.grammar(expression), row);
}

/** What a grammar made of an expression, as a sentence without a full stop. */
export function describePlan(plan: CronPlan, { dayRule }: Pick<CronDialect, "dayRule">): string {
  if (plan.kind === "event") return "When the machine starts";
  if (plan.kind === "every") return describeInterval(plan.everyMs);
  const rule = dayRule(plan.fields);
  if (createWallClock(plan.fields, rule).next(0) === null) return "Never";
  const zone = plan.timeZone === undefined ? "" : ` (${plan.timeZone})`;
  return shortEnough((most) => describeFields(plan.fields, rule, most) + zone);
}

const LONGEST = 300;
const BREVITIES: readonly Brevity[] = [Infinity, 8, 4, 2];

/** The first wording that fits: lists of everything, then of ever fewer items. */
function shortEnough(wording: (most: Brevity) => string): string {
  let words = "";
  for (const most of BREVITIES) {
    words = wording(most);
    if (words.length < LONGEST) return words;
  }
  return `${words.slice(0, LONGEST - 2)}…`;
}

function describeFields(fields: CronFields, rule: DayRule, most: Brevity): string {
  const times = timesInWords(fields, most);
  const dates = datesInWords(fields, rule, most);
  const everyDay = times.namesTimesOfDay && !dates.startsWith("on ") ? "every day" : "";
  return [times.words, everyDay, dates].filter((words) => words !== "").join(" ");
}
