import type { Draft } from "./draft.ts";
import type { Cause } from "./incident.ts";
import { openIncident, openNew, resolve } from "./incident-steps.ts";
import type { Run } from "./run.ts";
import type { Instant, Millis } from "./time.ts";
import { localWeekday } from "./usual.ts";

// Warnings never make a job down, and one at a time is enough: while one is open, no other opens.

/** Opens or closes the overlap warning to match the runs now open. */
export function watchOverlap(draft: Draft, at: Instant): void {
  const warning = openIncident(draft, "warning");
  if (warning === null && draft.memory.openRuns.length < 2) return;
  const openRuns = draft.memory.openRuns.filter((run) => run.heldUntil === null || run.heldUntil <= at);
  const newest = openRuns.at(-1);
  if (openRuns.length >= 2 && newest !== undefined && warning === null && draft.job.limits.overlap === "alert") {
    warn(draft, "overlap", newest, at);
  }
  if (openRuns.length < 2 && warning?.cause === "overlap") {
    resolve(draft, warning, { reason: "no-overlap", run: newest ?? null, at });
  }
}

/** When a run that started at `at` is slower than usual; null where that is not known or nobody wants to hear of it. */
export function slowByOf({ job, schedule }: Draft, at: Instant): Instant | null {
  if (job.usual === null || job.limits.unusual === "ignore") return null;
  const slowAfter = job.usual.slowAfterMs[localWeekday(schedule, at)] ?? null;
  return slowAfter === null ? null : at + slowAfter;
}

/** Warns of a run that is still open long after it usually ends. */
export function warnOfSlow(draft: Draft, run: Run, at: Instant): void {
  if (openIncident(draft, "warning") === null) warn(draft, "slow", run, at);
}

/** Ends the warning about a slow run as that run ends; as withdrawn where it had ended before, by its own time. */
export function endSlow(draft: Draft, run: Run, at: Instant): void {
  const warning = openIncident(draft, "warning");
  if (warning?.cause !== "slow" || warning.runNumber !== run.number) return;
  const wasWrong = run.finishedAt !== null && run.finishedAt <= warning.openedAt;
  resolve(draft, warning, { reason: wasWrong ? "withdrawn" : "usual", run, at });
}

/** Warns of a good run that ended far sooner than usual, until one does not. `tookMs` is null where nobody knows. */
export function watchFast(draft: Draft, run: Run, tookMs: Millis | null, at: Instant): void {
  const warning = openIncident(draft, "warning");
  const fast = tookMs !== null && tookMs < fastBelowOf(draft, run.startedAt ?? at);
  if (fast && warning === null) warn(draft, "fast", run, at);
  if (!fast && warning?.cause === "fast") resolve(draft, warning, { reason: "usual", run, at });
}

/** Ends a warning of unusual runs as nobody wants to hear of them any more. */
export function dropUnusual(draft: Draft, at: Instant): void {
  const warning = openIncident(draft, "warning");
  if (warning?.cause !== "slow" && warning?.cause !== "fast") return;
  resolve(draft, warning, { reason: "edited", run: null, at });
}

function fastBelowOf({ job, schedule }: Draft, at: Instant): Millis {
  if (job.usual === null || job.limits.unusual === "ignore") return 0;
  return job.usual.fastBelowMs[localWeekday(schedule, at)] ?? 0;
}

function warn(draft: Draft, cause: Cause, run: Run, at: Instant): void {
  openNew(draft, { severity: "warning", cause, run, at, badCount: 1, missedCount: 0 });
}
