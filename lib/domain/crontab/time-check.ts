import type { CronDialect } from "../schedule/dialect.ts";
import { dayRuleLint } from "../schedule/day-rule-lint.ts";
import { ScheduleError } from "../schedule/error.ts";
import { createWallClock } from "../schedule/wall-clock.ts";

/** What a daemon says to the time part of an entry: what it silently does with it, or what is wrong; a sentence each. */
export type TimeVerdict = { accepted: true; warnings: readonly string[] } | { accepted: false; reason: string };

export type TimeCheck = (schedule: string) => TimeVerdict;

const LONGEST = 10_000;
const TOO_LONG: TimeVerdict = { accepted: false, reason: `The schedule has more than ${LONGEST} characters.` };

/** Checks as one scheduler reads it, each text once: the lines of a crontab repeat each other. */
export function createTimeCheck(row: CronDialect): TimeCheck {
  const known = new Map<string, TimeVerdict>();
  return (schedule) => {
    if (schedule.length > LONGEST) return TOO_LONG;
    const verdict = known.get(schedule) ?? verdictOf(row, schedule);
    known.set(schedule, verdict);
    return verdict;
  };
}

function verdictOf(row: CronDialect, schedule: string): TimeVerdict {
  try {
    return { accepted: true, warnings: warningsOf(row, schedule) };
  } catch (error) {
    if (error instanceof ScheduleError) return { accepted: false, reason: error.message };
    throw error;
  }
}

function warningsOf({ grammar, dayRule, scheduler }: CronDialect, schedule: string): readonly string[] {
  const plan = grammar(schedule);
  if (plan.kind !== "times") return plan.warnings;
  const rule = dayRule(plan.fields);
  const neverRuns = createWallClock(plan.fields, rule).next(0) === null;
  const last = neverRuns ? "This never runs." : dayRuleLint(plan.fields, rule, scheduler);
  return last === null ? plan.warnings : [...plan.warnings, last];
}
