import type { Draft } from "./draft.ts";
import { countInWindow } from "./failure-window.ts";
import type { Cause, ResolveReason } from "./incident.ts";
import { advance, isTold, openIncident, openNew, resolve } from "./incident-steps.ts";
import type { Run } from "./run.ts";
import type { Instant } from "./time.ts";

/** Counts a bad verdict about `run`, given at `at`; opens the job's incident when there are enough in a row, or among the latest. */
export function countBad(draft: Draft, cause: Cause, run: Run, at: Instant): void {
  const { memory, job } = draft;
  memory.badStreak += 1;
  const missed = cause === "missed" ? 1 : 0;
  const open = openIncident(draft, "critical");
  if (open !== null) {
    // Further misses in the same row only count: a job that is down for weeks gets no timeline of a million lines.
    const silent = cause === "missed" && run.count > 1 && isTold(open, cause);
    advance(draft, open, {
      kind: silent ? "counted" : "bad-run",
      at,
      run,
      cause,
      badCount: open.badCount + 1,
      missedCount: open.missedCount + missed,
    });
    return;
  }
  const badCount = Math.max(memory.badStreak, countInWindow(draft));
  if (badCount < job.limits.failuresToOpen) return;
  openNew(draft, {
    severity: "critical",
    cause,
    run,
    at,
    badCount,
    missedCount: missed ? run.count : 0,
  });
}

/** Counts a good finish at `at`; closes the job's incident when there are enough in a row. */
export function countOk(draft: Draft, run: Run, at: Instant): void {
  const { memory, job } = draft;
  memory.okStreak = memory.badStreak > 0 ? 1 : memory.okStreak + 1;
  memory.badStreak = 0;
  memory.lastOkAt = Math.max(memory.lastOkAt ?? at, at);
  const open = openIncident(draft, "critical");
  if (open !== null && memory.okStreak >= job.limits.successesToClose) {
    resolve(draft, open, { reason: "recovered", run, at });
  }
}

/** Takes a bad verdict back whose row gave way to a real run. */
export function uncountBad(draft: Draft): void {
  draft.memory.badStreak = Math.max(0, draft.memory.badStreak - 1);
}

/** Takes a bad verdict back that a ping's own time has shown to be wrong: an incident made of it alone ends as withdrawn. */
export function withdrawBad(draft: Draft, cause: Cause, run: Run, at: Instant): void {
  uncountBad(draft);
  const open = openIncident(draft, "critical");
  if (open === null) return;
  if (open.badCount <= 1) {
    resolve(draft, open, { reason: "withdrawn", run, at });
    return;
  }
  const missedCount = Math.max(0, open.missedCount - (cause === "missed" ? 1 : 0));
  // Its cause stays told, also where this evaluation told it: a sweep just before would have done so for good.
  advance(draft, open, { kind: "counted", at, run, cause, badCount: open.badCount - 1, missedCount });
}

/** Ends whatever is open, since a person asked for it: few hear of that (`isClosing`). */
export function closeAll(draft: Draft, reason: ResolveReason, at: Instant): void {
  for (const incident of [...draft.memory.incidents]) {
    resolve(draft, incident, { reason, run: null, at });
  }
  draft.memory.badStreak = 0;
  draft.memory.countsSince = at;
}
