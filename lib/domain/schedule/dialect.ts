import type { Instant, Millis } from "../time.ts";
import type { Zone } from "../zone.ts";
import type { ClockChangePolicy, CronFields, CronPlan, DayRule } from "./cron-plan.ts";
import type { Slots } from "./cron-slots.ts";
import type { UnionSlots } from "./union-slots.ts";

/** One scheduler's rules; a row of the registry. */
export type CronDialect = {
  /** What people choose it by: "Debian, Ubuntu (cron)". */
  title: string;
  /** As the subject of a sentence: "Debian's cron". */
  scheduler: string;
  /** An expression that this scheduler reads. */
  example: string;
  /** Reads an expression. Throws a `ScheduleError`. */
  grammar(expression: string): CronPlan;
  /** How day and weekday go together. */
  dayRule(fields: CronFields): DayRule;
  /** What happens where the clock is changed by `jump`, positive where it is put forward, to `offset` ahead of UTC. */
  policy(fields: CronFields, jump: Millis, offset: Millis): ClockChangePolicy;
  /** The delay that this scheduler adds by itself as it is usually set up; inside it a job is not late. */
  jitterMs: Millis;
  /** The slots of a scheduler that no calendar with a policy describes. */
  slots?(expression: string, zone: Zone): Slots | UnionSlots;
  /** A sentence where this scheduler's data for a zone is not that in use, after `from` up to `to`. */
  zoneLint?(zone: Zone, from: Instant, to: Instant): string | null;
};
