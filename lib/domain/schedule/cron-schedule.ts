import type { ScheduleSpec } from "../job.ts";
import type { Instant, Millis } from "../time.ts";
import { getZone, type Zone } from "../zone.ts";
import type { PolicyAt } from "./cron-slots.ts";
import type { CronDialect } from "./dialect.ts";
import { DIALECTS } from "./dialects.ts";
import { guessDialect } from "./guess.ts";
import { createIntervalSlots } from "./interval.ts";
import { createUnionSlots, requireAll, type UnionSlots } from "./union-slots.ts";
import { createWallClock } from "./wall-clock.ts";

export type CronSpec = Extract<ScheduleSpec, { kind: "cron" }>;

/** What an expression comes to. `none`: it runs at an event, so no time can be expected. */
export type CronSchedule = UnionSlots & {
  kind: ScheduleSpec["kind"];
  neverRuns: boolean;
  /** Delay that the scheduler adds by itself. */
  jitterMs: Millis;
  warnings: readonly string[];
};

const MOST_WARNINGS = 5;

/** The slots of a cron expression in `zone`. Throws a `ScheduleError`. */
export function compileCron({ dialect, expression }: CronSpec, zone: Zone): CronSchedule {
  if (dialect !== "auto") return compileInDialect(DIALECTS[dialect], expression, zone);
  const guess = guessDialect(expression);
  const others = guess.family.filter((name) => name !== guess.dialect).map((name) => DIALECTS[name]);
  return compileInDialect(DIALECTS[guess.dialect], expression, zone, others);
}

/** The slots of an expression as one scheduler has them, or as it or any of `others` that go by the same times may. */
function compileInDialect(
  dialect: CronDialect,
  expression: string,
  zone: Zone,
  others: readonly CronDialect[] = [],
): CronSchedule {
  const plan = dialect.grammar(expression);
  const base = { neverRuns: false, jitterMs: dialect.jitterMs, warnings: plan.warnings };
  if (plan.kind === "event") return { ...base, ...requireAll(NO_SLOTS), kind: "none", jitterMs: 0 };
  if (plan.kind === "every") return { ...base, ...requireAll(createIntervalSlots(plan.everyMs)), kind: "interval" };
  const { fields } = plan;
  const clock = createWallClock(fields, dialect.dayRule(fields));
  const neverRuns = clock.next(ANY_DAY) === null;
  const warnings = [...new Set(plan.warnings)];
  if (neverRuns) warnings.push("This never runs.");
  const placed = plan.timeZone === undefined ? zone : getZone(plan.timeZone);
  const ownSlots = others.length === 0 ? dialect.slots?.(expression, placed) : undefined;
  // In company a scheduler goes by its policy: how it answers a question asked in between is an accident.
  const policies = [dialect, ...others].flatMap((each) => policyIn(each, expression));
  return {
    ...base,
    ...(ownSlots === undefined ? createUnionSlots(clock, placed, policies) : requireAll(ownSlots)),
    kind: "cron",
    neverRuns,
    jitterMs: dialect.jitterMs + (plan.jitterMs ?? 0),
    warnings: warnings.slice(0, MOST_WARNINGS),
  };
}

/** A policy looks at the fields as its own grammar reads them: at what is starred, say. */
function policyIn({ grammar, policy }: CronDialect, expression: string): PolicyAt[] {
  const plan = grammar(expression);
  return plan.kind === "times" ? [(jump) => policy(plan.fields, jump)] : [];
}

const NO_SLOTS = { next: () => null, prev: () => null };

// Dates repeat after the clock's horizon, so any starting point tells whether one exists.
const ANY_DAY: Instant = 0;
