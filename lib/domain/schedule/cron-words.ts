import type { NamedDialect } from "../job.ts";
import type { CronFields, CronPlan, DayRule } from "./cron-plan.ts";
import { datesInWords } from "./day-words.ts";
import type { CronDialect } from "./dialect.ts";
import { DIALECTS } from "./dialects.ts";
import { describeInterval, lengthInWords } from "./interval.ts";
import { LruMap } from "./lru.ts";
import { timesInWords } from "./time-words.ts";
import { createWallClock } from "./wall-clock.ts";
import type { Brevity } from "./word-list.ts";

/** What an expression says, and the zone where it names one itself. */
export type CronWords = { words: string; timeZone: string | null };

const REMEMBERED = 5_000;
const known = new LruMap<string, CronWords>(REMEMBERED);

/** A cron expression as a sentence without a full stop, of less than 300 characters. Throws a `ScheduleError`. */
export function describeCron(dialect: NamedDialect, expression: string): string {
  const { words, timeZone } = wordsOfCron(dialect, expression);
  return timeZone === null ? words : `${words} (${timeZone})`;
}

/** The same with the zone beside it. Cheap for an expression that was seen before: lists ask for many. */
export function wordsOfCron(dialect: NamedDialect, expression: string): CronWords {
  const key = `${dialect} ${expression}`;
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const row = DIALECTS[dialect];
  const plan = row.grammar(expression);
  const timeZone = plan.kind === "times" ? (plan.timeZone ?? null) : null;
  const words = { words: describePlan(plan, row), timeZone };
  known.set(key, words);
  return words;
}

/** What a grammar made of an expression, as a sentence without a full stop; it does not name the zone. */
export function describePlan(plan: CronPlan, { dayRule }: Pick<CronDialect, "dayRule">): string {
  if (plan.kind === "event") return "When the machine starts";
  if (plan.kind === "every") return describeInterval(plan.everyMs);
  const rule = dayRule(plan.fields);
  if (createWallClock(plan.fields, rule).next(0) === null) return "Never";
  const drawnMs = plan.jitterMs ?? 0;
  const lot = drawnMs === 0 ? "" : `, or up to ${lengthInWords(drawnMs)} later by lot`;
  return shortEnough((most) => `${describeFields(plan.fields, rule, most)}${lot}`);
}

// With room for a zone behind it.
const LONGEST = 250;
const BREVITIES: readonly Brevity[] = [Infinity, 8, 4, 2];

/** The first wording that fits: lists of everything, then of ever fewer items. */
function shortEnough(wording: (most: Brevity) => string): string {
  let words = "";
  for (const most of BREVITIES) {
    words = wording(most);
    if (words.length <= LONGEST) return words;
  }
  return `${words.slice(0, LONGEST - 1)}…`;
}

function describeFields(fields: CronFields, rule: DayRule, most: Brevity): string {
  const times = timesInWords(fields, most);
  const dates = datesInWords(fields, rule, most);
  const everyDay = times.namesTimesOfDay && !dates.startsWith("on ") ? "every day" : "";
  return [times.words, everyDay, dates].filter((words) => words !== "").join(" ");
}
