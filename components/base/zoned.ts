import { DAY, type Instant, type Millis, MINUTE } from "../../lib/domain/time.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

export type ZonedParts = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** 0 is Sunday. */
  weekday: number;
};

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formatters.set(zone, made);
  return made;
}

/** Calendar and clock of an instant in a zone. A zone this runtime does not know counts as UTC. */
export function zonedParts(at: Instant, zone: string): ZonedParts {
  const found: Record<string, number> = {};
  for (const part of formatterFor(knownZone(zone)).formatToParts(at)) found[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
  return { year, month, day, hour, minute, second, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

/** The zone itself, or UTC where this runtime does not know it. */
export function knownZone(zone: string): string {
  try {
    formatterFor(zone);
    return zone;
  } catch {
    return "UTC";
  }
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `04:21`, or `04:21:07` with seconds. */
export function clockText(at: Instant, zone: string, withSeconds = false): string {
  const { hour, minute, second } = zonedParts(at, zone);
  return withSeconds ? `${two(hour)}:${two(minute)}:${two(second)}` : `${two(hour)}:${two(minute)}`;
}

/** `UTC+5:45`, `UTC−3`, `UTC`. */
export function offsetText(offset: Millis): string {
  if (offset === 0) return "UTC";
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  const rest = minutes % 60;
  return `UTC${offset < 0 ? "−" : "+"}${Math.floor(minutes / 60)}${rest === 0 ? "" : `:${two(rest)}`}`;
}

/** `22 Nov`, with the year where it is not the year of `now`. */
export function dayText(at: Instant, zone: string, now: Instant): string {
  const { year, month, day } = zonedParts(at, zone);
  const text = `${day} ${MONTHS[month - 1] ?? ""}`;
  return year === zonedParts(now, zone).year ? text : `${text} ${year}`;
}

/** Short and unambiguous near `now`: `04:21` today, else `22 Nov 04:21`. */
export function momentText(at: Instant, zone: string, now: Instant): string {
  const day = dayText(at, zone, now);
  return day === dayText(now, zone, now) && Math.abs(at - now) < DAY
    ? clockText(at, zone)
    : `${day} ${clockText(at, zone)}`;
}

/** Everything: `Sun 22 Nov 2026, 04:21:07`. */
export function fullText(at: Instant, zone: string): string {
  const { year, month, day, weekday } = zonedParts(at, zone);
  return `${WEEKDAYS[weekday] ?? ""} ${day} ${MONTHS[month - 1] ?? ""} ${year}, ${clockText(at, zone, true)}`;
}

/** What a time shows on hover: in UTC and, where one is given, in the job's zone. */
export function zonesTitle(at: Instant, viewerZone: string, jobZone: string | null): string {
  const zones = [viewerZone, ...(jobZone === null ? [] : [jobZone]), "UTC"];
  return [...new Set(zones)].map((zone) => `${fullText(at, zone)} ${zone}`).join("\n");
}
