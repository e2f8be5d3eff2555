import type { ScheduleSpec } from "../job.ts";
import type { Instant } from "../time.ts";
import type { Zone } from "../zone.ts";
import { createCronSlots, type Slots } from "./cron-slots.ts";
import { DIALECTS } from "./dialects.ts";
import { createWallClock } from "./wall-clock.ts";

export type CronSpec = Extract<ScheduleSpec, { kind: "cron" }>;

export type CronSchedule = Slots & { neverRuns: boolean; warnings: readonly string[] };

const MOST_WARNINGS = 5;

/** The slots of a cron expression in `zone`. Throws a `ScheduleError`. */
export function compileCron(spec: CronSpec, zone: Zone): CronSchedule {
  const dialect = DIALECTS[spec.dialect];
  const plan = dialect.grammar(spec.expression);
  if (plan.kind === "event") return { ...NO_SLOTS, neverRuns: true, warnings: plan.warnings };
  const { fields } = plan;
  const clock = createWallClock(fields, dialect.dayRule(fields));
  const neverRuns = clock.next(ANY_DAY) === null;
  const warnings = [...new Set(plan.warnings)];
  if (neverRuns) warnings.push("This never runs.");
  return {
    ...createCronSlots(clock, zone, (jump) => dialect.policy(fields, jump)),
    neverRuns,
    warnings: warnings.slice(0, MOST_WARNINGS),
  };
}

const NO_SLOTS: Slots = { next: () => null, prev: () => null };

// Dates repeat after the clock's horizon, so any starting point tells whether one exists.
const ANY_DAY: Instant = 0;
