import {
  abandonDeadline,
  blindUntil,
  blindWithin,
  earlyAt,
  finishDeadline,
  nominalDeadline,
  slotDeadline,
  slowDeadline,
} from "./deadline.ts";
import { isCovered, mayBeCovered } from "./coverage.ts";
import { type Draft, makeRun, putOpen, putSettled } from "./draft.ts";
import { neverPingedAt, warnOfSilence } from "./never-pinged.ts";
import type { Outcome, Run, RunReason } from "./run.ts";
import { type SlotStretch, stretchFrom } from "./schedule/slot-stretch.ts";
import { account, firstPending, isVerdict } from "./slots.ts";
import type { Instant } from "./time.ts";
import { countBad } from "./verdicts.ts";
import { endSlow, warnOfSlow, watchOverlap } from "./warnings.ts";

/** Something that happens by itself when its time has come: to an open run, to the pending slot, or to a job that was never heard of. */
type Event =
  | { at: Instant; kind: "overlong" | "abandoned" | "slow"; run: Run }
  | { at: Instant; kind: "slot"; slot: Instant }
  | { at: Instant; kind: "never-pinged" };

/** Lets everything happen whose time is before `until`, in order. A ping at its very deadline is in time. */
export function settle(draft: Draft, until: Instant): void {
  if (draft.memory.pausedAt !== null || isQuiet(draft, until)) return;
  for (let event = nextEvent(draft); event !== null && event.at < until; event = nextEvent(draft)) happen(draft, event);
}

/** Whether nothing can have happened, seen at a glance, as it mostly is when a ping comes: no deadline is before its slot. */
function isQuiet({ memory: { lastPingAt, openRuns, nextSlotAt } }: Draft, until: Instant): boolean {
  return lastPingAt !== null && openRuns.length === 0 && (nextSlotAt === null || until <= nextSlotAt);
}

/** When `settle` next has something to do; null: never, unless a ping comes. */
export function nextDeadline(draft: Draft): Instant | null {
  return draft.memory.pausedAt === null ? (nextEvent(draft)?.at ?? null) : null;
}

/** The earliest event; at one instant those of runs come before those of slots, older runs first. */
function nextEvent(draft: Draft): Event | null {
  const { lastPingAt, openRuns } = draft.memory;
  if (lastPingAt === null) return silenceEvent(draft);
  const ofRuns = openRuns.length === 0 ? null : runEvent(draft);
  const slot = firstPending(draft);
  if (slot === null) return ofRuns;
  const at = slotDeadline(draft, slot);
  return ofRuns === null || at < ofRuns.at ? { at, kind: "slot", slot } : ofRuns;
}

function runEvent(draft: Draft): Event | null {
  let earliest: Event | null = null;
  const isEarliest = (at: Instant | null): at is Instant => at !== null && (earliest === null || at < earliest.at);
  for (const run of draft.memory.openRuns) {
    const finishBy = finishDeadline(draft, run);
    if (isEarliest(finishBy)) earliest = { at: finishBy, kind: "overlong", run };
    const abandonAt = abandonDeadline(draft, run);
    if (isEarliest(abandonAt)) earliest = { at: abandonAt, kind: "abandoned", run };
    const slowAt = slowDeadline(draft, run);
    if (isEarliest(slowAt)) earliest = { at: slowAt, kind: "slow", run };
  }
  return earliest;
}

/** Before its first ping nothing else can happen to a job. */
function silenceEvent(draft: Draft): Event | null {
  const at = neverPingedAt(draft);
  return at === null ? null : { at, kind: "never-pinged" };
}

function happen(draft: Draft, event: Event): void {
  switch (event.kind) {
    case "overlong":
      return passFinishBy(draft, event.run, event.at);
    case "abandoned":
      return abandon(draft, event.run, event.at, "next-slot");
    case "slow":
      return passSlowBy(draft, event.run, event.at);
    case "slot":
      return passSlots(draft, event.slot, event.at);
    case "never-pinged":
      return warnOfSilence(draft, event.at);
  }
}

function passFinishBy(draft: Draft, run: Run, at: Instant): void {
  if (blindWithin(draft, run.startedAt ?? at, run.finishBy ?? at)) {
    close(draft, { ...run, outcome: "unknown", reason: "own-gap", settledAt: at }, at);
    return;
  }
  const overlong: Run = { ...run, outcome: "overlong", settledAt: at };
  putOpen(draft, overlong);
  countBad(draft, "overlong", overlong, at);
}

/** Whether it is slow shows once. Where we were away, it may have ended long ago. */
function passSlowBy(draft: Draft, run: Run, at: Instant): void {
  putOpen(draft, { ...run, slowBy: null });
  if (run.outcome !== "running" || blindWithin(draft, run.startedAt ?? at, run.slowBy ?? at)) return;
  if (draft.job.limits.unusual === "alert") warnOfSlow(draft, run, at);
}

/** Stops waiting for a run's end. An overlong run has had its verdict and keeps it. */
export function abandon(draft: Draft, run: Run, at: Instant, reason: RunReason): void {
  if (run.outcome !== "running") {
    close(draft, { ...run, reason }, at);
    return;
  }
  if (blindWithin(draft, run.startedAt ?? at, at)) {
    close(draft, { ...run, outcome: "unknown", reason: "own-gap", settledAt: at }, at);
    return;
  }
  const withoutSlots = draft.schedule.kind === "none" && reason === "next-slot";
  const abandoned: Run = {
    ...run,
    outcome: "abandoned",
    reason: withoutSlots ? "day-without-end" : reason,
    settledAt: at,
  };
  close(draft, abandoned, at);
  countBad(draft, "abandoned", abandoned, at);
}

/** Moves a run out of the open ones; what waited for its end goes on. */
export function close(draft: Draft, run: Run, at: Instant): void {
  const slot = run.slotAt;
  putSettled(draft, run);
  if (slot !== null) settleSlotsBefore(draft, slot, at);
  endSlow(draft, run, at);
  watchOverlap(draft, at);
}

/**
 * With a grace longer than the interval, slots wait for a verdict while a later one already runs. The end of that later
 * run is what their owner waited for: they are missed, but count for nothing.
 */
export function settleSlotsBefore(draft: Draft, slot: Instant, at: Instant): void {
  if (draft.schedule.kind !== "cron") return;
  for (let pending = firstPending(draft); pending !== null && pending < slot; pending = firstPending(draft)) {
    passSlot(draft, pending, { at, counts: false });
  }
  if (draft.memory.nextSlotAt === slot) account(draft, slot);
}

/** Passes the pending slot; where we were away for long, all those with it that share its fate. */
function passSlots(draft: Draft, slot: Instant, at: Instant): void {
  const blind = blindUntil(draft, slot);
  // A slot that a run holds is none of them.
  const held = draft.memory.openRuns.map((run) => (run.slotAt ?? slot) - 1).filter((end) => end >= slot);
  const stretch = blind === null ? null : stretchFrom(draft.schedule, slot, Math.min(blind, ...held));
  if (stretch === null || stretch.count < 2) return passSlot(draft, slot, { at, counts: true });
  const before = draft.memory.accountedThrough;
  account(draft, stretch.last);
  bookVerdict(draft, { slot, ...stretch, before, at }, "unknown", "own-gap");
}

function passSlot(draft: Draft, slot: Instant, { at, counts }: { at: Instant; counts: boolean }): void {
  const before = draft.memory.accountedThrough;
  account(draft, slot);
  const verdict = { slot, last: slot, count: 1, before, at };
  if (draft.schedule.isOptional(slot)) {
    bookVerdict(draft, verdict, "skipped", "optional");
  } else if (blindWithin(draft, opensAt(draft, slot, before), nominalDeadline(draft, slot))) {
    bookVerdict(draft, verdict, "unknown", "own-gap");
  } else if (isCovered(draft, slot)) {
    bookVerdict(draft, verdict, "skipped", "still-running");
  } else if (mayBeCovered(draft, slot, before)) {
    bookVerdict(draft, verdict, "unknown", "own-gap");
  } else {
    const row = bookVerdict(draft, verdict, "missed", null);
    if (counts) countBad(draft, "missed", row, at);
  }
}

/**
 * From when on a sign is for this slot. For an interval it may come at any time since the one that it counts from; one
 * that came right after that, unseen, puts this slot off by less than it may be late.
 */
function opensAt(draft: Draft, slot: Instant, before: Instant | null): Instant {
  const opens = slot - earlyAt(draft, slot);
  if (draft.schedule.kind !== "interval" || before === null) return opens;
  return Math.min(opens, before + (nominalDeadline(draft, slot) - slot) / 2);
}

/** What is booked of slots in a row, from `slot` to `last`; `before` is the one that was accounted for before them. */
type Verdict = SlotStretch & { slot: Instant; before: Instant | null; at: Instant };

/** Books the verdict of a slot; it shares the row of the slot right before it where that ended alike. */
function bookVerdict(
  draft: Draft,
  { slot, last: lastSlotAt, count, before, at }: Verdict,
  outcome: Outcome,
  reason: RunReason | null,
): Run {
  const last = draft.memory.recentRuns.at(-1);
  const latest = last?.number === draft.memory.lastRunNumber && last.lastSlotAt === before && isVerdict(last);
  const row =
    latest && last.outcome === outcome && last.reason === reason
      ? { ...last, lastSlotAt, count: last.count + count, settledAt: at }
      : makeRun(draft, { outcome, reason, slotAt: slot, lastSlotAt, count, settledAt: at });
  putSettled(draft, row);
  return row;
}
