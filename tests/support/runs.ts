import type { Run } from "../../lib/domain/run.ts";
import type { Instant } from "../../lib/domain/time.ts";

/** A run that was told by its success alone, as most are. */
export function successAt(number: number, at: Instant): Run {
  return {
    ...{
      number,
      outcome: "ok",
      count: 1,
      slotAt: null,
      lastSlotAt: null,
      startedAt: at,
      finishedAt: at,
      settledAt: at,
    },
    ...{ durationMs: null, finishBy: null, heartbeatAt: null, slowBy: null, heldUntil: null, exitCode: null },
    ...{ runId: null, host: null, source: null, reason: null, output: null },
    ...{ finishedLate: false, ambiguous: false, startSeen: false },
  };
}
