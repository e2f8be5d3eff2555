import { nominalDeadline } from "./deadline.ts";
import type { Draft } from "./draft.ts";
import type { Outcome, Run } from "./run.ts";
import { isVerdict } from "./slots.ts";

const BAD: ReadonlySet<Outcome> = new Set(["failed", "missed", "overlong", "abandoned"]);

/**
 * How many of the job's latest verdicts are bad, as far as its window goes and since it last recovered; 0 without a
 * window. Unknown and skipped ones are neutral, and each missed slot is one.
 */
export function countInWindow(draft: Draft): number {
  const { memory, job } = draft;
  const { failureWindow } = job.limits;
  if (failureWindow === null) return 0;
  const since = memory.countsSince ?? -Infinity;
  const judged = [...memory.recentRuns, ...memory.openRuns]
    .filter((run) => (run.outcome === "ok" || BAD.has(run.outcome)) && (run.settledAt ?? since) > since)
    .filter((run) => hasCounted(draft, run))
    .sort((a, b) => (b.settledAt ?? 0) - (a.settledAt ?? 0));
  let left = failureWindow;
  let bad = 0;
  for (const { outcome, count } of judged) {
    const taken = Math.min(left, count);
    if (outcome !== "ok") bad += taken;
    left -= taken;
  }
  return bad;
}

/** With a grace longer than the interval, the end of a later run settles earlier slots: those are missed and count for nothing. */
function hasCounted(draft: Draft, run: Run): boolean {
  if (run.outcome !== "missed" || !isVerdict(run) || run.lastSlotAt === null) return true;
  return (run.settledAt ?? 0) >= nominalDeadline(draft, run.lastSlotAt);
}
