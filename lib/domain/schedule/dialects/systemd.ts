import { DAY, HOUR, type Instant, type Millis, MINUTE, SECOND } from "../../time.ts";
import type { Zone } from "../../zone.ts";
import type { ClockChangePolicy } from "../cron-plan.ts";
import type { Slots } from "../cron-slots.ts";
import type { CronDialect } from "../dialect.ts";
import { createFirstPassSlots } from "../first-pass-slots.ts";
import { type Overshoot, parseOnCalendar } from "../on-calendar.ts";
import type { UnionSlots } from "../union-slots.ts";
import { createWallClock, type WallClock, type WallTime } from "../wall-clock.ts";

/** `OnCalendar=` of a systemd timer. */
export const systemd: CronDialect = {
  title: "systemd timer (OnCalendar=)",
  scheduler: "systemd",
  example: "Mon..Fri *-*-* 02:00:00",
  grammar: parseOnCalendar,
  dayRule: () => "both",
  policy: () => FIRST_PASS,
  // AccuracySec= is a minute unless the timer says otherwise.
  jitterMs: MINUTE,
  slots: createTimerSlots,
};

const FIRST_PASS: ClockChangePolicy = { gap: "skip", fold: "first" };

/** A timer looks for its next time on the wall clock, and passes over what it counts beyond. */
function createTimerSlots(expression: string, zone: Zone): UnionSlots {
  const { fields, overshoot } = parseOnCalendar(expression);
  const clock = createWallClock(fields, "both");
  const wallOf = (slot: Instant) => slot + zone.offsetAt(slot);
  const isPassedOver = (slot: Instant) => passesOver(clock, overshoot, wallOf(slot));
  const isPassedOverAtNewYear = (slot: Instant) => passesOverAtNewYear(clock, overshoot, wallOf(slot));
  const slots = createFirstPassSlots(clock, zone, FIRST_PASS.gap, (all) => without(all, isPassedOver));

  return {
    ...slots,
    required: without(slots.required, isPassedOverAtNewYear),
    isOptional: (slot) => slots.isOptional(slot) || isPassedOverAtNewYear(slot),
  };
}

function without(slots: Slots, isLeftOut: (slot: Instant) => boolean): Slots {
  const from = (found: Instant | null, step: (slot: Instant) => Instant | null): Instant | null => {
    let slot = found;
    while (slot !== null && isLeftOut(slot)) slot = step(slot);
    return slot;
  };
  return {
    next: (at) => from(slots.next(at), (slot) => slots.next(slot)),
    prev: (at) => from(slots.prev(at), (slot) => slots.prev(slot - 1)),
  };
}

/**
 * From the minutes `0/7` systemd counts on to 63 and so from 23:56 to 00:03: 00:00 is passed over, but only after a day
 * on which it counted. Likewise with seconds at the end of an hour and hours at that of a month.
 */
function passesOver(clock: WallClock, overshoot: Overshoot, wall: WallTime): boolean {
  if (overshoot.seconds + overshoot.minutes + overshoot.hours === 0) return false;
  const second = Math.floor(wall / SECOND) % 60;
  const minute = Math.floor(wall / MINUTE) % 60;
  const hour = Math.floor(wall / HOUR) % 24;
  const midnight = Math.floor(wall / DAY) * DAY;
  if (second < overshoot.seconds && minute === 0 && countsIn(clock, wall - second * SECOND, MINUTE)) return true;
  if (minute < overshoot.minutes && hour === 0 && countsIn(clock, midnight, HOUR)) return true;
  return hour < overshoot.hours && new Date(wall).getUTCDate() === 1 && countsIn(clock, midnight, DAY);
}

/** Likewise with days at the end of a year, until systemd 259. */
function passesOverAtNewYear(clock: WallClock, overshoot: Overshoot, wall: WallTime): boolean {
  if (overshoot.days === 0) return false;
  const date = new Date(wall);
  if (date.getUTCMonth() > 0 || date.getUTCDate() > overshoot.days) return false;
  return countsIn(clock, Date.UTC(date.getUTCFullYear(), 0, 1), 31 * DAY);
}

/** Whether there was a time in the stretch before `end`. */
function countsIn(clock: WallClock, end: WallTime, length: Millis): boolean {
  const last = clock.prev(end - 1);
  return last !== null && last >= end - length;
}
