import type { WallTime } from "./schedule/wall-clock.ts";
import { DAY, type Instant } from "./time.ts";
import type { Zone } from "./zone.ts";

/**
 * When the clocks of a zone show `wall`: `first` and `last` differ where they are put back over it and show it twice.
 * Where they are put forward over it, both are the moment of that change.
 */
export function instantsOf(wall: WallTime, zone: Zone): { first: Instant; last: Instant } {
  const before = zone.offsetAt(wall - DAY);
  const after = zone.offsetAt(wall + DAY);
  if (before === after) return { first: wall - before, last: wall - before };
  const change = zone.nextTransition(wall - DAY) ?? wall;
  const early = wall - before < change ? wall - before : null;
  const late = wall - after >= change ? wall - after : null;
  return { first: early ?? late ?? change, last: late ?? early ?? change };
}

/** What the clocks of a zone show at `at`. */
export function wallTimeOf(at: Instant, zone: Zone): WallTime {
  return at + zone.offsetAt(at);
}

/** The midnight at which the day of that reading began, on the wall. */
export function dayOf(wall: WallTime): WallTime {
  return Math.floor(wall / DAY) * DAY;
}

/** 1 Monday … 7 Sunday. */
export function weekdayOf(wall: WallTime): number {
  return ((Math.floor(wall / DAY) + 3) % 7) + 1;
}
