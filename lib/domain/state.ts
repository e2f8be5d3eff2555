import type { IncidentAlert, IncidentEvent, OpenIncident } from "./incident.ts";
import type { Job, JobStatus } from "./job.ts";
import type { PingDisposition } from "./ping.ts";
import type { RecentPings } from "./recent-pings.ts";
import type { Run } from "./run.ts";
import type { Instant } from "./time.ts";

/** A stretch in which no process of ours could take pings. */
export type Gap = { from: Instant; to: Instant };

/**
 * Everything the rules remember of a job between two evaluations; plain JSON, stored with the job's row.
 * A new job starts with `newMemory()`.
 */
export type Memory = {
  /** Every slot at or before it has a run row. Null before the first ping. For intervals also the anchor of the next. */
  accountedThrough: Instant | null;
  /** First slot after `accountedThrough`; kept so that most pings need no schedule arithmetic. Null: there is none. */
  nextSlotAt: Instant | null;
  pausedAt: Instant | null;
  firstPingAt: Instant | null;
  lastPingAt: Instant | null;
  lastOkAt: Instant | null;
  /** Runs without an end, oldest first; at most 50. Overlong ones stay here until they end or are abandoned. */
  openRuns: Run[];
  /** The latest settled runs, oldest first; at most 8. */
  recentRuns: Run[];
  /** Of the latest pings, at most 16, what it takes to recognise re-sends. */
  recentPings: RecentPings;
  /** At most one critical and one warning. */
  incidents: OpenIncident[];
  badStreak: number;
  /** What was bad until then counts for nothing any more: the job recovered, or was paused. Null: it never did. */
  countsSince: Instant | null;
  okStreak: number;
  /** Highest numbers given so far. */
  lastRunNumber: number;
  lastIncidentNumber: number;
};

/** What `applyPing` and `applyDeadline` look at: configuration, memory, and our own gaps of the last 8 days, oldest first. */
export type JobState = Memory & { job: Job; gaps: readonly Gap[] };

/** What an evaluation changed. The shell writes all of it in one transaction. */
export type Transition = {
  state: JobState;
  /** What became of the ping; null for a deadline. */
  disposition: PingDisposition | null;
  /** Number of the run the ping was booked on, if any. */
  pingRunNumber: number | null;
  /** Rows to insert or replace, by number. */
  runs: Run[];
  /** Numbers of rows to delete: a verdict that was replaced leaves none behind. */
  removedRuns: number[];
  incidents: IncidentEvent[];
  alerts: IncidentAlert[];
  /** Lower bound of the next deadline; null: nothing to wait for. */
  checkAt: Instant | null;
};

/** The narrow facts from which a job's status follows; stored as columns so that lists need not read the memory. */
export type StatusFacts = {
  pausedAt: Instant | null;
  firstPingAt: Instant | null;
  /** A critical incident is open. */
  down: boolean;
  /** A warning incident is open. */
  warning: boolean;
  /** Runs without an end. */
  running: number;
  /** First slot that waits for a run and must not stay empty; may have passed. */
  nextSlotAt: Instant | null;
  /** From this instant on the job is late: that slot + jitter. */
  lateAt: Instant | null;
  /** The latest verdict is `unknown`. */
  unknown: boolean;
};

/** The status a person sees at `now`: the first of `JobStatus` that applies. */
export function statusOf(facts: StatusFacts, now: Instant): JobStatus {
  if (facts.pausedAt !== null) return "paused";
  if (facts.down) return "down";
  if (facts.lateAt !== null && now > facts.lateAt) return "late";
  if (facts.running > 0) return "running";
  if (facts.unknown) return "unknown";
  if (facts.firstPingAt === null) return "new";
  return "ok";
}
