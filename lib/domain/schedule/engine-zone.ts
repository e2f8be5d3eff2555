import type { Instant } from "../time.ts";
import { intlZone, type Zone } from "../zone.ts";
import { monthName } from "./day-words.ts";

/** Warns where the engine's data for a zone and `zone` itself differ after `from` up to `to`; null where they agree. */
export function engineZoneLint(scheduler: string, zone: Zone, from: Instant, to: Instant): string | null {
  const engine = intlZone(zone.name);
  const differing = engine === null ? null : firstDifference(engine, zone, from, to);
  if (differing === null) return null;
  const local = new Date(differing + zone.offsetAt(differing - 1));
  const since =
    differing === from
      ? "even now"
      : `from ${local.getUTCDate()} ${monthName(local.getUTCMonth() + 1)} ${local.getUTCFullYear()} on`;
  return `${scheduler} takes time zones from Node, and the data of Belfry's Node for ${zone.name} is not the newest ${since}: these runs are placed by Node's.`;
}

/** Offsets change at changes only, so there is nowhere else to look. */
function firstDifference(engine: Zone, zone: Zone, from: Instant, to: Instant): Instant | null {
  let at: Instant | null = from;
  while (at !== null && at <= to) {
    if (engine.offsetAt(at) !== zone.offsetAt(at)) return at;
    at = earlier(engine.nextTransition(at), zone.nextTransition(at));
  }
  return null;
}

function earlier(one: Instant | null, other: Instant | null): Instant | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
