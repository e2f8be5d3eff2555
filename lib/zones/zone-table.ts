import { DAY, type Instant, type Millis } from "../domain/time.ts";
import type { Zone } from "../domain/zone.ts";

/** The whole history of a zone: `offsets[n]` holds from `changes[n - 1]` on, and until `changes[n]`. */
export type ZoneTable = { changes: readonly Instant[]; offsets: readonly Millis[] };

const FARTHEST: Millis = 10 * 365 * DAY;

/** The table without changes that keep the offset and only rename the hour. */
export function withoutRenamings({ changes, offsets }: ZoneTable): ZoneTable {
  const kept = changes.map((_, index) => index).filter((index) => offsets[index] !== offsets[index + 1]);
  return {
    changes: kept.map((index) => changes[index] ?? 0),
    offsets: [offsets[0] ?? 0, ...kept.map((index) => offsets[index + 1] ?? 0)],
  };
}

/** A zone that looks its offsets up; each look-up halves the table some ten times, whatever the year. */
export function createTableZone(name: string, table: ZoneTable): Zone {
  const real = withoutRenamings(table);
  const changes = Float64Array.from(real.changes);
  const offsets = Float64Array.from(real.offsets);

  /** How many changes are at or before `at`. */
  function countUntil(at: Instant): number {
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((changes[middle] ?? Infinity) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    name,
    offsetAt: (at) => offsets[countUntil(at)] ?? 0,
    nextTransition(after) {
      const change = changes[countUntil(after)];
      return change !== undefined && change - after <= FARTHEST ? change : null;
    },
    prevTransition(before) {
      const change = changes[countUntil(before) - 1];
      return change !== undefined && before - change <= FARTHEST ? change : null;
    },
  };
}
