import { formatDuration } from "./duration.ts";
import { findZone } from "./zone.ts";
import { MINUTE, SECOND, type Instant } from "./time.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `02:00`, or `02:00:05` where the instant is not a whole minute, by the zone's clocks (UTC where the zone is unknown). */
export function clockIn(at: Instant, timeZone: string): string {
  const local = localDate(at, timeZone);
  const clock = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
  return at % MINUTE === 0 ? clock : `${clock}:${two(local.getUTCSeconds())}`;
}

/** `Tue 4 Mar 2025` by the zone's calendar. */
export function dayIn(at: Instant, timeZone: string): string {
  const local = localDate(at, timeZone);
  const day = DAYS[local.getUTCDay()];
  return `${day} ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()}`;
}

/** `Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC)`; the day of UTC is given where it differs. */
export function fullTime(at: Instant, timeZone: string): string {
  const zone = zoneName(timeZone);
  const local = `${dayIn(at, zone)}, ${clockIn(at, zone)} ${zone}`;
  if (zone === "UTC") return local;
  const utcDay = dayIn(at, "UTC") === dayIn(at, zone) ? "" : `${dayIn(at, "UTC").replace(/ \d+$/, "")}, `;
  return `${local} (${utcDay}${clockIn(at, "UTC")} UTC)`;
}

/** `from 02:12 to 04:12 (Europe/Riga), 2 h`, with the days where these differ. */
export function spanPhrase(from: Instant, to: Instant, timeZone: string): string {
  const sameDay = dayIn(from, timeZone) === dayIn(to, timeZone);
  const when = (at: Instant): string => `${sameDay ? "" : `${dayIn(at, timeZone)}, `}${clockIn(at, timeZone)}`;
  return `from ${when(from)} to ${when(to)} (${zoneName(timeZone)}), ${formatDuration(to - from)}`;
}

const A_MOMENT = 10 * SECOND;

/** `, 2 h ago`, to follow a time; nothing where that was a moment ago. */
export function agoPhrase(at: Instant, now: Instant): string {
  return now - at < A_MOMENT ? "" : `, ${formatDuration(now - at)} ago`;
}

/** The zone's name as times are given in it: `UTC` where it is unknown. */
export function zoneName(timeZone: string): string {
  return findZone(timeZone)?.name ?? "UTC";
}

/** A date whose UTC fields read like the zone's clocks at `at`. */
function localDate(at: Instant, timeZone: string): Date {
  return new Date(timeZone === "UTC" ? at : at + (findZone(timeZone)?.offsetAt(at) ?? 0));
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
