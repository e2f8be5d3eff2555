import type { Cause } from "../../lib/domain/incident.ts";
import type { JobStatus } from "../../lib/domain/job.ts";
import type { Outcome } from "../../lib/domain/run.ts";
import type { Instant, Millis } from "../../lib/domain/time.ts";

/** In a larger list strips are fetched for the rows in sight only. */
export const LARGE_LIST = 500;

/** One mark of a strip of runs. */
export type StripMark = {
  number: number;
  outcome: Outcome;
  at: Instant | null;
  durationMs: Millis | null;
  /** Slots it stands for. */
  count: number;
};

/** A job as a list shows it. */
export type JobView = {
  id: string;
  slug: string;
  name: string;
  /** Null: production. */
  environment: string | null;
  tags: string[];
  status: JobStatus;
  /** What the open warning is about; null without one. */
  warning: Cause | null;
  running: number;
  scheduleWords: string;
  timeZone: string | null;
  /** Oldest first; undefined where it was not sent yet. */
  strip?: StripMark[];
  lastDurationMs: Millis | null;
  nextExpectedAt: Instant | null;
  /** From this instant on it counts as late. */
  lateAt: Instant | null;
  lastPingAt: Instant | null;
  lastOkAt: Instant | null;
  channelCount: number;
};

/** The status at `now`: a job turns late between two visits of the server. */
export function statusAt(job: Pick<JobView, "status" | "lateAt">, now: Instant): JobStatus {
  if (job.status === "paused" || job.status === "down" || job.lateAt === null) return job.status;
  return now > job.lateAt ? "late" : job.status;
}
