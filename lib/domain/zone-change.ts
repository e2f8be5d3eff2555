import { closeDraft, type Draft, openDraft } from "./draft.ts";
import { nextDeadline } from "./settle.ts";
import { account } from "./slots.ts";
import type { JobState, Transition } from "./state.ts";
import type { Instant } from "./time.ts";

/**
 * Puts new time zone data in force. Where the pending slot moves with the clocks of its zone, slots count from `now`, as
 * after an edit: verdicts that were given stay, and none follows for a slot that moved into the past.
 */
export function applyZoneChange(state: JobState, now: Instant): Transition {
  const draft = openDraft(state);
  if (draft.schedule.kind === "cron" && draft.memory.pausedAt === null) movePendingSlot(draft, now);
  return closeDraft(draft, { checkAt: nextDeadline(draft) });
}

function movePendingSlot(draft: Draft, now: Instant): void {
  const { accountedThrough, nextSlotAt } = draft.memory;
  if (accountedThrough === null || draft.schedule.next(accountedThrough) === nextSlotAt) return;
  const taken = latestTaken(draft, accountedThrough);
  account(draft, Math.max(now, taken, slotAgain(draft, taken) ?? taken));
}

/** The last slot that was given a verdict or a run; open runs may hold slots after those accounted for. */
function latestTaken({ memory }: Draft, accountedThrough: Instant): Instant {
  return Math.max(accountedThrough, ...memory.openRuns.map((run) => run.slotAt ?? accountedThrough));
}

/** The slot `taken` over again, now at a later hour: the one after it that is nearer to it than to the pending one. */
function slotAgain({ memory, schedule }: Draft, taken: Instant): Instant | null {
  const { nextSlotAt, openRuns, recentRuns } = memory;
  const next = schedule.next(taken);
  if (next === null || nextSlotAt === null || schedule.prev(taken) === taken) return null;
  const wasSlot = [...openRuns, ...recentRuns].some((run) => run.slotAt === taken || run.lastSlotAt === taken);
  return wasSlot && next - taken < nextSlotAt - next ? next : null;
}
