import type { NamedDialect } from "../../lib/domain/job.ts";
import { compileSchedule, type Schedule, ScheduleError } from "../../lib/domain/schedule.ts";

/** What one dialect makes of expressions; times in UTC, as in "2027-01-31T02:00:00". */
export function readerOf(dialect: NamedDialect) {
  function compile(expression: string, timeZone = "UTC"): Schedule {
    return compileSchedule({ kind: "cron", dialect, expression, timeZone });
  }

  return {
    compile,
    /** The first slots after `from`. */
    slots(expression: string, from: string, { count = 12, timeZone = "UTC" } = {}): string[] {
      const found = compile(expression, timeZone).between(Date.parse(`${from}Z`), Infinity, count);
      return found.map((slot) => new Date(slot).toISOString().slice(0, 19));
    },
    /** Why it is refused. */
    refusal(expression: string): string {
      try {
        compile(expression);
      } catch (error) {
        if (error instanceof ScheduleError) return error.message;
        throw error;
      }
      return "accepted";
    },
  };
}
