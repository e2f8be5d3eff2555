import { earlyAt, lastCovered } from "./deadline.ts";
import type { Draft } from "./draft.ts";
import type { Run } from "./run.ts";
import type { Instant, Millis } from "./time.ts";

/** Whether a run of an earlier slot was open at this one and may have kept it from starting. */
export function isCovered(draft: Draft, slot: Instant): boolean {
  const { openRuns, recentRuns } = draft.memory;
  const runs = [...openRuns, ...recentRuns];
  // A machine whose clock is ahead looks for the run before a little earlier.
  const looksAt = slot - Math.min(aheadOf(runs), earlyAt(draft, slot));
  return runs.some((run) => {
    if (run.startedAt === null || !run.startSeen || run.startedAt >= slot) return false;
    if (run.slotAt !== null && run.slotAt >= slot) return false;
    const ended = run.finishedAt ?? (run.outcome === "running" || run.outcome === "overlong" ? null : run.settledAt);
    if (ended !== null && ended <= looksAt) return false;
    if (run.finishBy !== null) return slot <= run.finishBy;
    return slot <= (lastCovered(draft, run, run.startedAt) ?? slot - 1);
  });
}

/** How far ahead the clock is of a machine that starts runs before their slots. */
function aheadOf(runs: readonly Run[]): Millis {
  return runs.reduce((most, { slotAt, startedAt, startSeen }) => {
    return slotAt === null || startedAt === null || !startSeen ? most : Math.max(most, slotAt - startedAt);
  }, 0);
}
