import { clockAhead } from "./clock-ahead.ts";
import { earlyAt, slotDeadline } from "./deadline.ts";
import { type Draft, dropRun, makeRun, putLatest, putSettled } from "./draft.ts";
import type { Entry } from "./entry.ts";
import type { Run } from "./run.ts";
import { stretchFrom } from "./schedule/slot-stretch.ts";
import { type Instant, type Millis, MINUTE } from "./time.ts";

/** Where a run lands: its slot, if any, and the verdict about that slot which it replaces. */
export type Place = {
  slotAt: Instant | null;
  /** The number that the run takes over from a replaced row. */
  number: number | undefined;
  /** The verdict that was taken back. */
  replaced: Run["outcome"] | null;
  /** The ping's own time shows that the verdict was wrong. */
  contradicted: boolean;
};

const NO_SLOT: Place = { slotAt: null, number: undefined, replaced: null, contradicted: false };

/** Marks every slot up to `slot` as accounted for. For intervals `slot` is the anchor of the next. */
export function account(draft: Draft, slot: Instant): void {
  draft.memory.accountedThrough = slot;
  draft.memory.nextSlotAt = draft.schedule.kind === "none" ? null : draft.schedule.next(slot);
}

/** The first slot that has neither a run nor a verdict. */
export function firstPending(draft: Draft): Instant | null {
  const { memory } = draft;
  while (memory.nextSlotAt !== null && isHeld(draft, memory.nextSlotAt)) account(draft, memory.nextSlotAt);
  return memory.nextSlotAt;
}

function isHeld(draft: Draft, slot: Instant): boolean {
  return draft.schedule.kind === "cron" && draft.memory.openRuns.some((run) => run.slotAt === slot);
}

/** When a sign speaks of, and when it came. */
type Sign = Pick<Entry, "at" | "received">;

/**
 * Gives the first sign of a run, seen at `at`, its slot. Cron-like: the slot *d* with `at` in [d − early, next − early);
 * a verdict that the slot already has (missed, unknown, skipped) gives way, a run that it already has does not.
 * Interval: the pending slot, whenever the sign comes; until the next is near, the one just missed.
 */
export function takeSlot(draft: Draft, sign: Sign): Place {
  if (draft.schedule.kind === "none") return NO_SLOT;
  return draft.schedule.kind === "interval" ? takeIntervalSlot(draft, sign) : takeCronSlot(draft, sign);
}

function takeIntervalSlot(draft: Draft, { at, received }: Sign): Place {
  const { accountedThrough, nextSlotAt } = draft.memory;
  if (accountedThrough === null || nextSlotAt === null) {
    account(draft, received);
    return NO_SLOT;
  }
  const verdict = verdictOn(draft, accountedThrough);
  const every = nextSlotAt - accountedThrough;
  const near = at > accountedThrough - every && at < nextSlotAt - earlyAt(draft, nextSlotAt);
  if (verdict !== null && verdict.outcome !== "skipped" && near) {
    const place = replaceVerdict(draft, verdict, accountedThrough, at);
    account(draft, Math.max(at, accountedThrough));
    return place;
  }
  // A sign that was sent before the last one was counted fills no later slot.
  if (at <= accountedThrough) return takeMissedInterval(draft, at, every);
  account(draft, at);
  return { ...NO_SLOT, slotAt: nextSlotAt };
}

/** A sign that was told late: the nearest of the slots that were called missed or unknown. */
function takeMissedInterval(draft: Draft, at: Instant, every: Millis): Place {
  for (const row of draft.memory.recentRuns.toReversed()) {
    const { slotAt, lastSlotAt, count } = row;
    if (!isVerdict(row) || row.outcome === "skipped" || slotAt === null || lastSlotAt === null) continue;
    if (at <= slotAt - every || at > lastSlotAt || slotAt + (count - 1) * every !== lastSlotAt) continue;
    return replaceVerdict(draft, row, slotAt + Math.max(0, Math.round((at - slotAt) / every)) * every, at);
  }
  return NO_SLOT;
}

function takeCronSlot(draft: Draft, { at, received }: Sign): Place {
  const slot = freeSlot(draft, requiredBefore(draft, cronSlotOf(draft, at)), at);
  const { accountedThrough } = draft.memory;
  if (accountedThrough === null) return takeFirstCronSlot(draft, slot, { at, received });
  if (slot === null) return NO_SLOT;
  if (slot > accountedThrough) {
    if (isHeld(draft, slot)) return NO_SLOT;
    // With earlier slots still open, this one is held by its run until they are settled.
    if (firstPending(draft) === slot) account(draft, slot);
    return { ...NO_SLOT, slotAt: slot };
  }
  const verdict = verdictOn(draft, slot);
  return verdict === null ? NO_SLOT : replaceVerdict(draft, verdict, slot, at);
}

/**
 * The slot, or where that has its run already one beside it: a change of the clock may leave slots minutes apart, where
 * little is early and a start that was put off on purpose comes in the next one's window. It is the slot after where the
 * machine's clock is known to be ahead by half as much at least, and the one before where that may still have its run.
 */
function freeSlot(draft: Draft, slot: Instant | null, at: Instant): Instant | null {
  if (slot === null || !isTaken(draft, slot)) return slot;
  const { required } = draft.schedule;
  const { accountedThrough, recentRuns } = draft.memory;
  const ahead = clockAhead(draft);
  const after = ahead > 0 ? required.next(slot) : null;
  if (after !== null && after > at && after - at <= 2 * ahead) return after;
  // Seen at a glance: where no verdict is left, all slots before have their runs.
  if (accountedThrough !== null && slot <= accountedThrough && !recentRuns.some(isVerdict)) return slot;
  const before = required.prev(slot - 1);
  return before !== null && at <= slotDeadline(draft, before) && !isTaken(draft, before) ? before : slot;
}

/** Whether a slot has a run, or lies before all that are counted. */
function isTaken(draft: Draft, slot: Instant): boolean {
  const { accountedThrough } = draft.memory;
  if (accountedThrough === null) return false;
  return slot <= accountedThrough ? verdictOn(draft, slot) === null : isHeld(draft, slot);
}

/** Counting starts with the first sign: its slot if it came in time and counts, else the slot after. */
function takeFirstCronSlot(draft: Draft, slot: Instant | null, { at, received }: Sign): Place {
  account(draft, Math.max(slot ?? at, draft.job.scheduleSince));
  const { nextSlotAt } = draft.memory;
  // Before the first ping came nobody was watching, whatever time it tells of.
  if (nextSlotAt !== null && nextSlotAt <= received && at < received) {
    account(draft, received);
    return NO_SLOT;
  }
  if (slot === null || slot <= draft.job.scheduleSince || at > slotDeadline(draft, slot)) return NO_SLOT;
  return { ...NO_SLOT, slotAt: slot };
}

/** The slot *d* with `at` in [d − early, next − early). */
function cronSlotOf(draft: Draft, at: Instant): Instant | null {
  const { accountedThrough, nextSlotAt } = draft.memory;
  const settled = accountedThrough !== null && accountedThrough <= at;
  if (settled && nextSlotAt !== null && at < nextSlotAt - MINUTE) return accountedThrough;
  const { schedule } = draft;
  // A scheduler looks for its next time from the one before; asked from elsewhere, near a change of the clock, some
  // answer otherwise.
  const before = schedule.prev(at);
  const next = schedule.next(before ?? at);
  const required = next !== null && schedule.isOptional(next) ? schedule.required.next(next) : next;
  if (required !== null && at >= required - earlyAt(draft, required)) return required;
  return next !== null && at >= next - earlyAt(draft, next) ? next : before;
}

/** In the window of an optional slot a sign is that of the required one before it, where that one still waits. */
function requiredBefore(draft: Draft, slot: Instant | null): Instant | null {
  const { accountedThrough } = draft.memory;
  if (slot === null || accountedThrough === null || slot <= accountedThrough) return slot;
  if (!draft.schedule.isOptional(slot)) return slot;
  const required = draft.schedule.required.prev(slot);
  const waits = required !== null && required > accountedThrough && !isHeld(draft, required);
  return waits ? required : slot;
}

/** The latest row of missed, unknown or skipped slots, where `slot` is one of them. */
export function verdictOn(draft: Draft, slot: Instant): Run | null {
  return draft.memory.recentRuns.findLast((run) => isVerdict(run) && speaksOf(draft, run, slot)) ?? null;
}

function speaksOf({ schedule }: Draft, { slotAt, lastSlotAt, count }: Run, slot: Instant): boolean {
  if (lastSlotAt === slot) return true;
  if (schedule.kind !== "cron" || slotAt === null || lastSlotAt === null || slot < slotAt || slot > lastSlotAt)
    return false;
  // Of a row under an earlier schedule only the last slot is known.
  const known = stretchFrom(schedule, slotAt, lastSlotAt);
  return known?.count === count && known.last === lastSlotAt;
}

/** Whether the row tells of slots in which nothing ran. */
export function isVerdict(run: Run): boolean {
  return run.startedAt === null && run.finishedAt === null && run.settledAt !== null;
}

/** Takes a slot out of its row; the slots before keep the row, and those after it get another. */
function replaceVerdict(draft: Draft, row: Run, slot: Instant, at: Instant): Place {
  const deadline = slotDeadline(draft, slot);
  const missed = row.outcome === "missed";
  // One that was given when a later run ended, before its time, has never counted.
  const counted = !missed || (row.settledAt ?? deadline) >= deadline;
  const place = { slotAt: slot, replaced: counted ? row.outcome : null, contradicted: missed && at <= deadline };
  const after = slot === row.lastSlotAt ? null : slotsAfter(draft, row, slot);
  const before = slot === row.slotAt ? null : slotBefore(draft, slot);
  if (before === null && after === null) {
    dropRun(draft, row.number);
    return { ...place, number: row.number };
  }
  const { number: _number, ...rest } = row;
  if (before === null) putLatest(draft, { ...row, ...after });
  else {
    putSettled(draft, { ...row, lastSlotAt: before, count: row.count - 1 - (after?.count ?? 0) });
    if (after !== null) putLatest(draft, makeRun(draft, { ...rest, ...after }));
  }
  return { ...place, number: undefined };
}

function slotsAfter({ schedule }: Draft, row: Run, slot: Instant): Pick<Run, "slotAt" | "count"> | null {
  const next = schedule.next(slot);
  const stretch = next === null ? null : stretchFrom(schedule, next, row.lastSlotAt ?? slot);
  return stretch === null ? null : { slotAt: next, count: stretch.count };
}

function slotBefore(draft: Draft, slot: Instant): Instant | null {
  const { schedule } = draft;
  return schedule.kind === "interval" ? 2 * slot - (schedule.next(slot) ?? slot) : schedule.prev(slot - 1);
}
