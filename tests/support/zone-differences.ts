import { DAY, type Instant, type Millis } from "../../lib/domain/time.ts";
import type { Zone } from "../../lib/domain/zone.ts";
import { compareVersions } from "../../lib/zones/zone-version.ts";

/** Zones whose offsets since 1970 differ between some of the releases 2025b to 2026f, or between their packagers. */
export const CHANGED_LATELY: ReadonlySet<string> = new Set([
  // Permanent from some day of 2026 on.
  ...["Africa/Casablanca", "Africa/El_Aaiun", "America/Edmonton", "America/Inuvik", "America/Vancouver"],
  ...["America/Winnipeg", "America/Havana", "America/Rainy_River", "America/Yellowknife", "Cuba"],
  ...["Canada/Central", "Canada/Mountain", "Canada/Pacific"],
  // Corrected in hindsight.
  ...["America/Bogota", "America/Tijuana", "America/Ensenada", "America/Santa_Isabel", "Mexico/BajaNorte"],
  ...["Asia/Tehran", "Iran", "Europe/Chisinau", "Europe/Tiraspol"],
  // Rules of their own to some, other names for a city to others.
  ...["CET", "EET", "MET", "WET", "EST", "MST", "HST", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT"],
]);

/** Whether `CHANGED_LATELY` tells what is different in that release. */
export function isKnownRelease(version: string): boolean {
  return compareVersions(version, "2025b") >= 0 && compareVersions(version, "2026f") <= 0;
}

const FROM = Date.UTC(1970, 0, 1);
const UNTIL = Date.UTC(2038, 0, 1);

/** Instants from 1970 to 2037, never at the same hour of a day or a week twice in a row. */
export function sampledInstants(step: Millis): Instant[] {
  return Array.from({ length: Math.floor((UNTIL - FROM) / step) }, (_, index) => FROM + index * step);
}

/** All changes of the offset in [from, until). */
export function changesOf(zone: Zone, from: Instant, until: Instant): Instant[] {
  const changes: Instant[] = [];
  let at = from - 1;
  while (at < until) {
    const next = zone.nextTransition(at);
    if (next !== null && next < until) changes.push(next);
    // None is told that is more than ten years away.
    at = next ?? at + 3_650 * DAY;
  }
  return changes;
}
