import { HOUR, type Millis } from "../../time.ts";
import type { ClockChangePolicy, CronFields } from "../cron-plan.ts";
import { parseDebianCron } from "../debian-grammar.ts";
import type { CronDialect } from "../dialect.ts";

/** cron 3.0pl1 as Debian and Ubuntu ship it. */
export const vixie: CronDialect = {
  title: "Debian, Ubuntu (cron)",
  scheduler: "Debian's cron",
  example: "0 2 * * 1-5",
  grammar: parseDebianCron,
  dayRule: ({ days, weekdays }) => (days.starred || weekdays.starred ? "both" : "either"),
  policy: vixiePolicy,
  jitterMs: 0,
};

// Cron takes a jump of three hours for a clock that was set: it catches up nothing and repeats everything.
const CLOCK_SET: Millis = 3 * HOUR;

/** Jobs at fixed times are caught up and not repeated; jobs with a `*` in minute or hour follow the clock. */
export function vixiePolicy({ minutes, hours }: CronFields, jump: Millis): ClockChangePolicy {
  if (jump >= CLOCK_SET || -jump > CLOCK_SET) return { gap: "skip", fold: "both" };
  return minutes.starred || hours.starred ? { gap: "skip", fold: "both" } : { gap: "end", fold: "first" };
}
