import { getZone, type Zone } from "../../lib/domain/zone.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../../lib/domain/time.ts";
import type { Span } from "./span.ts";
import { MINUTES_A_DAY } from "./wall-times.ts";

/** A clock on a wall, minute by minute. */
export type LocalTime = {
  /** For every minute of the span the local time, in minutes from midnight of `firstDay`. */
  minutes: Int32Array;
  firstDay: Instant;
  /** How much later than that the span starts, in UTC. */
  ahead: number;
  /** How many local minutes there can be. */
  length: number;
  /** When the clock was changed. */
  changes: readonly Instant[];
};

/** No zone is further from UTC. */
const MARGIN_DAYS = 2;

/** Shorter than any zone keeps an offset. */
const PROBE = 6 * HOUR;

/** Reads the wall clock of a zone for a whole span that starts at midnight UTC. */
export function readLocalTime(zoneName: string, span: Span): LocalTime {
  const zone = getZone(zoneName);
  const count = Math.round((span.to - span.from) / MINUTE);
  const minutes = new Int32Array(count);
  const changes: Instant[] = [];
  let before = offsetMinutes(zone, span.from);
  for (let probe = 0; probe < count; probe += PROBE / MINUTE) {
    const end = Math.min(probe + PROBE / MINUTE, count);
    const steady = offsetMinutes(zone, span.from + (end - 1) * MINUTE) === before;
    for (let index = probe; index < end; index++) {
      const offset = steady ? before : offsetMinutes(zone, span.from + index * MINUTE);
      if (offset !== before) changes.push(span.from + index * MINUTE);
      before = offset;
      minutes[index] = MARGIN_DAYS * MINUTES_A_DAY + index + offset;
    }
  }
  return {
    minutes,
    firstDay: span.from - MARGIN_DAYS * DAY,
    ahead: MARGIN_DAYS * MINUTES_A_DAY,
    length: count + 2 * MARGIN_DAYS * MINUTES_A_DAY,
    changes,
  };
}

function offsetMinutes(zone: Zone, at: Instant): number {
  return Math.round(zone.offsetAt(at) / MINUTE);
}
