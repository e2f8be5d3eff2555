import type { Draft } from "./draft.ts";
import type { Limits } from "./job.ts";
import type { Run } from "./run.ts";
import type { Schedule } from "./schedule.ts";
import type { Gap } from "./state.ts";
import { DAY, HOUR, type Instant, MINUTE, type Millis, SECOND } from "./time.ts";

/** From this length on, a gap of our own makes what it touches `unknown`. */
const BLINDING_GAP: Millis = 15 * SECOND;

/** After a gap, clients that were refused get this long to come again. */
const AFTER_GAP: Millis = 5 * SECOND;

/** How long a job without a schedule may leave a run open. */
const OPEN_WITHOUT_SCHEDULE: Millis = DAY;

// An optional slot is nobody's neighbour: a job that does not know of it must keep its own times.

/** How late the first sign of the slot's run may be: the job's own grace, or a fifth of the interval, 60 s to 1 h. */
export function graceAt(draft: Draft, slot: Instant): Millis {
  const { graceMs } = draft.job.limits;
  if (graceMs !== null) return graceMs;
  const next = draft.schedule.required.next(slot);
  return next === null ? HOUR : Math.min(Math.max((next - slot) / 5, MINUTE), HOUR);
}

/** How long before a slot a ping already belongs to it: 10 % of the interval before it, at most 60 s. */
export function earlyAt(draft: Draft, slot: Instant): Millis {
  const { schedule } = draft;
  const before = schedule.kind === "interval" ? null : schedule.required.prev(slot - 1);
  const interval = schedule.kind === "interval" ? (schedule.next(slot) ?? slot) - slot : slot - (before ?? slot);
  return Math.min(MINUTE, interval / 10);
}

/** When a slot without a sign gets its verdict: slot + jitter + grace, moved out of our own gaps. */
export function slotDeadline(draft: Draft, slot: Instant): Instant {
  return outOfGaps(draft.gaps, nominalDeadline(draft, slot));
}

/** The deadline as the job's owner reads it: slot + jitter + grace. */
export function nominalDeadline(draft: Draft, slot: Instant): Instant {
  return slot + jitterOf(draft.schedule, draft.job.limits) + graceAt(draft, slot);
}

/** The delay that is not lateness: what the scheduler adds by itself, and what its owner has it add. */
export function jitterOf(schedule: Pick<Schedule, "jitterMs">, limits: Pick<Limits, "jitterMs">): Millis {
  return schedule.jitterMs + limits.jitterMs;
}

/** When an open run becomes overlong; null without a limit, or where it already is. */
export function finishDeadline(draft: Draft, run: Run): Instant | null {
  if (run.finishBy === null || run.outcome !== "running") return null;
  return outOfGaps(draft.gaps, held(run, run.finishBy));
}

/** When an open run becomes slower than usual; null where that is not told, or was. */
export function slowDeadline(draft: Draft, run: Run): Instant | null {
  return run.slowBy === null ? null : outOfGaps(draft.gaps, held(run, run.slowBy));
}

/**
 * When nobody waits for an open run's end any longer. A run without a limit covers the slot after its own and is given
 * up at the deadline of the one after that; so is an overlong one. Without further slots: after 24 h. Null while a
 * limit is still running.
 */
export function abandonDeadline(draft: Draft, run: Run): Instant | null {
  if (run.startedAt === null || finishDeadline(draft, run) !== null) return null;
  const covered = lastCovered(draft, run, run.startedAt);
  const second = covered === null ? null : draft.schedule.required.next(covered);
  const due =
    second === null ? lastSignOf(draft, run, run.startedAt) + OPEN_WITHOUT_SCHEDULE : nominalDeadline(draft, second);
  // An early manual start must not be given up before it could be overlong.
  return outOfGaps(draft.gaps, held(run, Math.max(due, run.finishBy ?? due)));
}

function held(run: Run, deadline: Instant): Instant {
  return run.heldUntil === null ? deadline : Math.max(deadline, run.heldUntil);
}

/** The last slot that a run without a limit covers: the one after its own, or after it was last heard of. */
export function lastCovered(draft: Draft, run: Run, startedAt: Instant): Instant | null {
  return requiredAfter(draft, lastSignOf(draft, run, startedAt));
}

function lastSignOf(draft: Draft, run: Run, startedAt: Instant): Instant {
  // The next slot of an interval counts from the start, wherever the slot was.
  if (draft.schedule.kind === "interval") return run.heartbeatAt ?? startedAt;
  const own = run.slotAt ?? slotNear(draft, startedAt);
  return Math.max(run.heartbeatAt ?? own, own);
}

/** A second run for a slot may come as early as the first. */
function slotNear(draft: Draft, at: Instant): Instant {
  const next = requiredAfter(draft, at);
  return next !== null && at >= next - earlyAt(draft, next) ? next : at;
}

function requiredAfter(draft: Draft, at: Instant): Instant | null {
  return draft.schedule.kind === "none" ? null : draft.schedule.required.next(at);
}

/** Whether we were away long enough within [from, to] to have missed what happened. */
export function blindWithin(draft: Draft, from: Instant, to: Instant): boolean {
  return draft.gaps.some((gap) => gap.to - gap.from >= BLINDING_GAP && gap.from <= to && gap.to >= from);
}

/**
 * Up to where the deadlines of slots from `slot` on lie in the very gap of ours that theirs lies in: all of them come due
 * at its end and nobody can know what became of them. Null where there is no such gap.
 */
export function blindUntil(draft: Draft, slot: Instant): Instant | null {
  const { graceMs } = draft.job.limits;
  const longest = jitterOf(draft.schedule, draft.job.limits) + (graceMs ?? HOUR);
  const gap = draft.gaps.find(({ from, to }) => to - from >= BLINDING_GAP && from <= slot && slot + longest < to);
  return gap === undefined ? null : gap.to - longest - 1;
}

function outOfGaps(gaps: readonly Gap[], deadline: Instant): Instant {
  let moved = deadline;
  for (const gap of gaps) {
    if (gap.from <= moved && moved < gap.to) moved = gap.to + AFTER_GAP;
  }
  return moved;
}
