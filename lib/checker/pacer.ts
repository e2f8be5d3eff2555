import type { Pace } from "../delivery/paces.ts";
import type { Millis } from "../domain/time.ts";
import type { LaneItem } from "./lanes.ts";

/** Keeps each lane to what its service takes. */
export type Pacer = {
  /** How long until this item may begin; 0: now. */
  waitMs(item: LaneItem): Millis;
  began(item: LaneItem): void;
};

const LANES_REMEMBERED = 1_000;

/** `clock` in milliseconds; it never goes back. */
export function createPacer(paceOf: (kind: string) => Pace | null, clock: { now(): Millis }): Pacer {
  /** The latest beginnings, oldest first, at most as many as the pace allows. */
  const begun = new Map<string, Millis[]>();

  function forgetOld(): void {
    if (begun.size < LANES_REMEMBERED) return;
    // What began a minute ago counts for no pace that there is.
    for (const [lane, times] of begun) if ((times.at(-1) ?? 0) < clock.now() - 60_000) begun.delete(lane);
  }

  return {
    waitMs({ lane, kind }) {
      const pace = paceOf(kind);
      const oldest = pace === null ? undefined : begun.get(lane)?.at(-pace.count);
      return pace === null || oldest === undefined ? 0 : Math.max(0, oldest + pace.withinMs - clock.now());
    },
    began({ lane, kind }) {
      const pace = paceOf(kind);
      if (pace === null) return;
      forgetOld();
      begun.set(lane, [...(begun.get(lane) ?? []), clock.now()].slice(-pace.count));
    },
  };
}
