import { DAY, HOUR, type Instant, type Millis, MINUTE } from "../time.ts";
import { segmentAt, type Zone } from "../zone.ts";
import { createCronSlots, type PolicyAt, type Slots } from "./cron-slots.ts";
import type { WallClock } from "./wall-clock.ts";

/** Slots of which some may stay empty. */
export type UnionSlots = Slots & {
  /** Those that must not stay empty. */
  required: Slots;
  /** Whether a slot is not among them. */
  isOptional(slot: Instant): boolean;
};

/** Slots of which none may stay empty, unless they say otherwise themselves. */
export function requireAll(slots: Slots | UnionSlots): UnionSlots {
  return "required" in slots ? slots : { ...slots, required: slots, isOptional: () => false };
}

/**
 * The slots of schedulers that go by the same wall times and may differ where the clock is changed: a slot is when any of
 * them runs, and it is required when all of them do. Policies go together into one, so this costs no more than one does.
 */
export function createUnionSlots(clock: WallClock, zone: Zone, policies: readonly PolicyAt[]): UnionSlots {
  const differing = distinct(policies);
  const all = createCronSlots(clock, zone, (...change) => policyOfAny(differing, change));
  if (differing.length < 2) return requireAll(all);
  const required = createCronSlots(clock, zone, (...change) => policyOfAll(differing, change));
  let calm: Calm = { from: 0, to: 0 };
  return {
    ...all,
    required,
    isOptional(slot) {
      if (!isWithin(calm, slot)) calm = calmAround(zone, slot);
      return !isWithin(calm, slot) && required.prev(slot) !== slot;
    },
  };
}

/** A stretch of time in which policies make no difference. */
type Calm = { from: Instant; to: Instant };

export function isWithin({ from, to }: Calm, at: Instant): boolean {
  return at >= from && at < to;
}

/** The time around `at` without a change of the offset, but for as long as the change is at either end. */
export function calmAround(zone: Zone, at: Instant): Calm {
  const { start, end, offset, offsetBefore } = segmentAt(zone, at);
  return { from: start + Math.abs(offset - offsetBefore), to: end - Math.abs(zone.offsetAt(end) - offset) };
}

type Policy = ReturnType<PolicyAt>;

// A jump of three hours is where some begin to think that somebody has set the clock; no policy asks for more of it, nor
// of the offset than whether it is east of Greenwich.
const JUMPS: readonly Millis[] = [MINUTE, HOUR, 3 * HOUR - 1, 3 * HOUR, 3 * HOUR + 1, DAY];
const CHANGES = JUMPS.flatMap((jump) =>
  [-HOUR, 0].flatMap((offset) => [[jump, offset] as const, [-jump, offset] as const]),
);

/** One of each kind, so that a schedule need not remember all. */
function distinct(policies: readonly PolicyAt[]): PolicyAt[] {
  const kinds = new Map<string, PolicyAt>();
  for (const policyAt of policies) {
    const answers = CHANGES.map((change) => policyAt(...change)).map(({ gap, fold }) => gap + fold);
    kinds.set(answers.join(), policyAt);
  }
  return [...kinds.values()];
}

/** Runs wherever one of them does. */
function policyOfAny(policies: readonly PolicyAt[], change: Parameters<PolicyAt>): Policy {
  const each = policies.map((policyAt) => policyAt(...change));
  return policyOf({
    caughtUp: each.some(isCaughtUp),
    firstPass: each.some(hasFirstPass),
    secondPass: each.some(hasSecondPass),
  });
}

/** Runs only where each of them does. */
function policyOfAll(policies: readonly PolicyAt[], change: Parameters<PolicyAt>): Policy {
  const each = policies.map((policyAt) => policyAt(...change));
  return policyOf({
    caughtUp: each.every(isCaughtUp),
    firstPass: each.every(hasFirstPass),
    secondPass: each.every(hasSecondPass),
  });
}

function isCaughtUp({ gap }: Policy): boolean {
  return gap === "end";
}

function hasFirstPass({ fold }: Policy): boolean {
  return fold === "both" || fold === "first";
}

function hasSecondPass({ fold }: Policy): boolean {
  return fold === "both" || fold === "second";
}

type Passes = { caughtUp: boolean; firstPass: boolean; secondPass: boolean };

function policyOf({ caughtUp, firstPass, secondPass }: Passes): Policy {
  const gap = caughtUp ? "end" : "skip";
  if (firstPass) return { gap, fold: secondPass ? "both" : "first" };
  return { gap, fold: secondPass ? "second" : "neither" };
}
