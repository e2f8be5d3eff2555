import { clockAhead } from "./clock-ahead.ts";
import { blindWithin, earlyAt, lastCovered, nominalDeadline } from "./deadline.ts";
import type { Draft } from "./draft.ts";
import { plausibleDuration } from "./recent-durations.ts";
import { verdictOn } from "./slots.ts";
import type { Instant } from "./time.ts";

/** Whether a run of an earlier slot was open at this one and may have kept it from starting. */
export function isCovered(draft: Draft, slot: Instant): boolean {
  const { openRuns, recentRuns } = draft.memory;
  const runs = [...openRuns, ...recentRuns];
  // A machine whose clock is ahead looks for the run before a little earlier.
  const looksAt = slot - Math.min(clockAhead(draft), earlyAt(draft, slot));
  return runs.some((run) => {
    if (run.startedAt === null || !run.startSeen || run.startedAt >= slot) return false;
    if (run.slotAt !== null && run.slotAt >= slot) return false;
    const ended = run.finishedAt ?? (run.outcome === "running" || run.outcome === "overlong" ? null : run.settledAt);
    if (ended !== null && ended <= looksAt) return false;
    if (run.finishBy !== null) return slot <= run.finishBy;
    return slot <= (lastCovered(draft, run, run.startedAt) ?? slot - 1);
  });
}

/** Whether we were away when the run of the slot before should have come, and it may have been open at this one unseen. */
export function mayBeCovered(draft: Draft, slot: Instant, before: Instant | null): boolean {
  if (before === null || draft.schedule.kind !== "cron" || verdictOn(draft, before)?.reason !== "own-gap") return false;
  const latestStart = nominalDeadline(draft, before);
  if (!blindWithin(draft, before - earlyAt(draft, before), latestStart)) return false;
  const longest = Math.min(plausibleDuration(draft) ?? 0, draft.job.limits.maxRuntimeMs ?? Infinity);
  return slot <= latestStart + longest;
}
