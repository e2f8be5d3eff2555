import type { ScheduleSpec } from "./job.ts";
import type { Instant, Millis } from "./time.ts";
// SEAM ONLY: replaced by the schedule work.
export type Schedule = {
  kind: ScheduleSpec["kind"];
  /** First slot strictly after `from`; null where there is none. For an interval: `from` + interval. */
  next(from: Instant): Instant | null;
  /** Last slot at or before `from`; null where there is none within 5 years. For an interval: `from`. */
  prev(from: Instant): Instant | null;
};
export function compileSchedule(_spec: ScheduleSpec): Schedule {
  throw new Error("seam");
}
export type Unused = Millis;
