import type { ScheduleSpec } from "../job.ts";
import type { Instant, Millis } from "../time.ts";
import { getZone, type Zone } from "../zone.ts";
import { createCronSlots, type Slots } from "./cron-slots.ts";
import type { CronDialect } from "./dialect.ts";
import { DIALECTS } from "./dialects.ts";
import { createIntervalSlots } from "./interval.ts";
import { createWallClock } from "./wall-clock.ts";

export type CronSpec = Extract<ScheduleSpec, { kind: "cron" }>;

/** What an expression comes to. `none`: it runs at an event, so no time can be expected. */
export type CronSchedule = Slots & {
  kind: ScheduleSpec["kind"];
  neverRuns: boolean;
  /** Delay that the scheduler adds by itself. */
  jitterMs: Millis;
  /** Whether the schedule may as well leave out this slot. */
  isOptional(slot: Instant): boolean;
  warnings: readonly string[];
};

const MOST_WARNINGS = 5;

/** The slots of a cron expression in `zone`. Throws a `ScheduleError`. */
export function compileCron(spec: CronSpec, zone: Zone): CronSchedule {
  return compileInDialect(DIALECTS[spec.dialect], spec.expression, zone);
}

/** The slots of an expression as one scheduler has them. Throws a `ScheduleError`. */
export function compileInDialect(dialect: CronDialect, expression: string, zone: Zone): CronSchedule {
  const plan = dialect.grammar(expression);
  const base = { neverRuns: false, jitterMs: dialect.jitterMs, isOptional: () => false, warnings: plan.warnings };
  if (plan.kind === "event") return { ...base, ...NO_SLOTS, kind: "none", jitterMs: 0 };
  if (plan.kind === "every") return { ...base, ...createIntervalSlots(plan.everyMs), kind: "interval" };
  const { fields } = plan;
  const clock = createWallClock(fields, dialect.dayRule(fields));
  const neverRuns = clock.next(ANY_DAY) === null;
  const warnings = [...new Set(plan.warnings)];
  if (neverRuns) warnings.push("This never runs.");
  const placed = plan.timeZone === undefined ? zone : getZone(plan.timeZone);
  const slots =
    dialect.slots?.(expression, placed) ?? createCronSlots(clock, placed, (jump) => dialect.policy(fields, jump));
  return {
    ...base,
    ...slots,
    kind: "cron",
    neverRuns,
    jitterMs: dialect.jitterMs + (plan.jitterMs ?? 0),
    warnings: warnings.slice(0, MOST_WARNINGS),
  };
}

const NO_SLOTS: Slots = { next: () => null, prev: () => null };

// Dates repeat after the clock's horizon, so any starting point tells whether one exists.
const ANY_DAY: Instant = 0;
