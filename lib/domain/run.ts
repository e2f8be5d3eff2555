import type { Instant, Millis } from "./time.ts";

export type Outcome = "running" | "ok" | "failed" | "missed" | "overlong" | "abandoned" | "skipped" | "unknown";

/** Why a run has its outcome, where the outcome alone does not say it. */
export type RunReason =
  | "still-running" // skipped: an earlier run was open at the slot
  | "announced" // skipped: the job itself said that it would not run this time
  | "too-quick" // failed: it succeeded sooner than it can have done its work
  | "optional" // skipped: it depends on the scheduler whether anything runs at this slot
  | "own-gap" // unknown: Belfry itself could not watch
  | "paused" // unknown: the job was paused while the run was open
  | "withdrawn" // a late-delivered ping contradicted an earlier verdict
  | "next-slot" // abandoned: still open at a later slot's deadline
  | "too-many-open" // abandoned: more than 50 open runs
  | "newer-ended" // abandoned: an end came that belongs to a newer run
  | "day-without-end"; // abandoned: a job without a schedule, open for 24 h

/**
 * One execution of a job, or one verdict about slots in which none happened.
 * `number` counts from 1 within the job. Consecutive missed (or unknown, or skipped) slots share one row:
 * `slotAt` is the first, `lastSlotAt` the last, `count` how many; otherwise `lastSlotAt` equals `slotAt` and `count` is 1.
 */
export type Run = {
  number: number;
  outcome: Outcome;
  slotAt: Instant | null;
  lastSlotAt: Instant | null;
  count: number;
  /** Null for verdicts without an execution. Equal to `finishedAt` where only an end was seen and no duration sent. */
  startedAt: Instant | null;
  finishedAt: Instant | null;
  /** The client's own measure, else end − start; null where no start was seen. */
  durationMs: Millis | null;
  /** When the run becomes overlong; null without a limit. */
  finishBy: Instant | null;
  /** The latest repeated start of the same run id; null without one. Kept in the job's memory only. */
  heartbeatAt: Instant | null;
  /** When the run, still open, is slower than usual; null where that is not told. Kept in the job's memory only. */
  slowBy: Instant | null;
  /** Its start was told late, so its end may be on its way: no deadline of it passes before. Kept in the memory only. */
  heldUntil: Instant | null;
  /** Succeeded after its finish-by. */
  finishedLate: boolean;
  exitCode: number | null;
  runId: string | null;
  host: string | null;
  source: string | null;
  /** Open beside another run without run ids: which end belongs to which is a guess. */
  ambiguous: boolean;
  /** False where the run was first seen by its end. */
  startSeen: boolean;
  reason: RunReason | null;
  /** When the verdict was given; null while running. */
  settledAt: Instant | null;
  /** The ping whose body is the run's output. */
  output: { pingId: string; receivedAt: Instant } | null;
};
