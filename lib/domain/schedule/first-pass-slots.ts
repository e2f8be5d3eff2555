import type { Instant } from "../time.ts";
import { segmentAt, type Zone } from "../zone.ts";
import type { ClockChangePolicy } from "./cron-plan.ts";
import { createCronSlots, type Slots } from "./cron-slots.ts";
import type { UnionSlots } from "./union-slots.ts";
import type { WallClock } from "./wall-clock.ts";

/**
 * The slots of a scheduler that looks for its next time on the wall clock, from the one before: it finds those of a
 * repeated hour in the first pass only. If it starts to look within the second pass, after a restart, it finds the rest of
 * that, so these slots may stay empty. `sieve` takes out what it passes over in either.
 */
export function createFirstPassSlots(
  clock: WallClock,
  zone: Zone,
  gap: ClockChangePolicy["gap"],
  sieve: (slots: Slots) => Slots = (slots) => slots,
): UnionSlots {
  const usual = sieve(createCronSlots(clock, zone, () => ({ gap, fold: "first" })));
  const repeated = sieve(createCronSlots(clock, zone, () => ({ gap, fold: "both" })));

  return {
    next: (from) => (isSecondPass(zone, from) ? repeated : usual).next(from),
    prev: (from) => (isSecondPass(zone, from) && repeated.prev(from) === from ? from : usual.prev(from)),
    required: usual,
    isOptional: (slot) => isSecondPass(zone, slot),
  };
}

/** Whether the wall clock has shown this time before. */
function isSecondPass(zone: Zone, at: Instant): boolean {
  const { start, offset, offsetBefore } = segmentAt(zone, at);
  return at < start + offsetBefore - offset;
}
