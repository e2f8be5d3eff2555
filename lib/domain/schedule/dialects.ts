import type { Dialect } from "../job.ts";
import { HOUR, type Millis } from "../time.ts";
import type { ClockChangePolicy, CronFields, CronPlan, DayRule } from "./cron-plan.ts";
import { parseDebianCron } from "./debian-grammar.ts";

/** One scheduler's rules. */
export type CronDialect = {
  /** Reads an expression. Throws a `ScheduleError`. */
  grammar(expression: string): CronPlan;
  /** How day and weekday go together. */
  dayRule(fields: CronFields): DayRule;
  /** What happens where the clock is changed by `jump`; positive where it is put forward. */
  policy(fields: CronFields, jump: Millis): ClockChangePolicy;
};

/** Every dialect that a schedule may be written in. */
export const DIALECTS: Record<Dialect, CronDialect> = {
  vixie: {
    grammar: parseDebianCron,
    dayRule: ({ days, weekdays }) => (days.starred || weekdays.starred ? "both" : "either"),
    policy: debianPolicy,
  },
};

// Cron takes a jump of three hours for a clock that was set: it catches up nothing and repeats everything.
const CLOCK_SET: Millis = 3 * HOUR;

function debianPolicy({ minutes, hours }: CronFields, jump: Millis): ClockChangePolicy {
  if (jump >= CLOCK_SET || -jump > CLOCK_SET) return { gap: "skip", fold: "both" };
  return minutes.starred || hours.starred ? { gap: "skip", fold: "both" } : { gap: "end", fold: "first" };
}
