import type { NamedDialect, ScheduleSpec } from "../job.ts";
import type { Instant, Millis } from "../time.ts";
import { getZone, type Zone } from "../zone.ts";
import type { PolicyAt } from "./cron-slots.ts";
import { dayRuleLint } from "./day-rule-lint.ts";
import { DIALECTS } from "./dialects.ts";
import { type DialectReading, readByGuess } from "./guess.ts";
import { createIntervalSlots } from "./interval.ts";
import { createUnionSlots, requireAll, type UnionSlots } from "./union-slots.ts";
import { createWallClock, type WallClock } from "./wall-clock.ts";

export type CronSpec = Extract<ScheduleSpec, { kind: "cron" }>;

/** What an expression comes to. `none`: it runs at an event, so no time can be expected. */
export type CronSchedule = UnionSlots & {
  kind: ScheduleSpec["kind"];
  neverRuns: boolean;
  /** Null unless its kind is `interval`. */
  everyMs: Millis | null;
  /** Delay that the scheduler adds by itself. */
  jitterMs: Millis;
  warnings: readonly string[];
  /** The zone whose clocks it goes by; null without times. */
  zone: Zone | null;
  /** The wall times that its slots are, but near changes of the clock; null where they are not just those. */
  clock: WallClock | null;
};

const MOST_WARNINGS = 5;

/** As those read it who may run it. */
type Readings = readonly [DialectReading, ...DialectReading[]];

/** The slots of a cron expression in `zone`. Throws a `ScheduleError`. */
export function compileCron({ dialect, expression }: CronSpec, zone: Zone): CronSchedule {
  const readings: Readings = dialect === "auto" ? readByGuess(expression) : [readingIn(dialect, expression)];
  const [{ row, plan }] = readings;
  const none = { neverRuns: false, everyMs: null, zone: null, clock: null };
  const base = { ...none, jitterMs: row.jitterMs, warnings: plan.warnings };
  if (plan.kind === "event") return { ...base, ...requireAll(NO_SLOTS), kind: "none", jitterMs: 0 };
  if (plan.kind === "every") {
    const { everyMs } = plan;
    return { ...base, ...requireAll(createIntervalSlots(everyMs)), kind: "interval", everyMs };
  }
  const rule = row.dayRule(plan.fields);
  const clock = createWallClock(plan.fields, rule);
  const neverRuns = clock.next(ANY_DAY) === null;
  const last = neverRuns ? "This never runs." : dayRuleLint(plan.fields, rule, row.scheduler);
  const warnings = [...new Set([...plan.warnings, ...(last === null ? [] : [last])])];
  const placed = plan.timeZone === undefined ? zone : getZone(plan.timeZone);
  // In company a scheduler goes by its policy: how it answers a question asked in between is an accident.
  const ownSlots = readings.length === 1 ? row.slots?.(expression, placed) : undefined;
  return {
    ...base,
    ...(ownSlots === undefined ? createUnionSlots(clock, placed, readings.flatMap(policyOf)) : requireAll(ownSlots)),
    kind: "cron",
    neverRuns,
    jitterMs: row.jitterMs + (plan.jitterMs ?? 0),
    warnings: warnings.slice(0, MOST_WARNINGS),
    zone: placed,
    clock: ownSlots === undefined ? clock : null,
  };
}

function readingIn(name: NamedDialect, expression: string): DialectReading {
  const row = DIALECTS[name];
  return { name, row, plan: row.grammar(expression) };
}

/** A policy looks at the fields as its own grammar reads them: at what is starred, say. */
function policyOf({ row, plan }: DialectReading): PolicyAt[] {
  return plan.kind === "times" ? [(...change) => row.policy(plan.fields, ...change)] : [];
}

const NO_SLOTS = { next: () => null, prev: () => null };

// Dates repeat after the clock's horizon, so any starting point tells whether one exists.
const ANY_DAY: Instant = 0;
