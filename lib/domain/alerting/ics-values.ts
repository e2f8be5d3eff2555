import type { WallTime } from "../schedule/wall-clock.ts";
import { DAY, HOUR, MINUTE, SECOND, type Millis } from "../time.ts";
import { dayOf } from "../wall-time.ts";
import { findZone } from "../zone.ts";
import type { Yearly } from "./holiday.ts";
import type { IcsLine } from "./ics-lines.ts";

/** A date, or a time in a zone; `timeZone` null: whichever the reader is in. */
export type IcsTime = { at: WallTime; isDate: boolean; timeZone: string | null };

/** Reads `20261225`, `20261225T080000`, and `20261225T080000Z`; null for anything else. */
export function readTime(value: string, { parameters }: Pick<IcsLine, "parameters">): IcsTime | null {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(value.trim());
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const date = Date.UTC(year, month - 1, day);
  const isReal = new Date(date).getUTCMonth() === month - 1 && hour < 24 && minute < 60 && second <= 60;
  if (!isReal || year < 1900 || year > 2400) return null;
  const isDate = match[4] === undefined;
  // A zone that only its file or its maker knows is taken for the reader's.
  const named = findZone(parameters.get("TZID") ?? "")?.name ?? null;
  const timeZone = isDate ? null : match[7] === "Z" ? "UTC" : named;
  return { at: date + hour * HOUR + minute * MINUTE + second * SECOND, isDate, timeZone };
}

/** Reads `P1W`, `P2D`, `PT8H30M`; null for anything else, and for what is no length. */
export function readLength(value: string): Millis | null {
  const match = /^\+?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/.exec(
    value.trim(),
  );
  if (match === null) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const length = (weeks * 7 + days) * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND;
  return length > 0 ? length : null;
}

const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const KNOWN = new Set(["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"]);

/** Reads how something comes back every year: on a date, or on a weekday of a month. Null for all other rules. */
export function readYearly(value: string, start: WallTime): Yearly | null {
  const parts = new Map(value.split(";").map((part): [string, string] => splitPart(part)));
  if (parts.get("FREQ") !== "YEARLY" || [...parts.keys()].some((name) => !KNOWN.has(name))) return null;
  const interval = readWhole(parts.get("INTERVAL") ?? "1");
  const month = readWhole(parts.get("BYMONTH") ?? String(new Date(start).getUTCMonth() + 1));
  const day = readDay(parts, start);
  if (interval === null || interval < 1 || month === null || month < 1 || month > 12 || day === null) return null;
  const until = readUntil(parts, { start, interval });
  return until === undefined ? null : { interval, until, month: month - 1, day };
}

function splitPart(part: string): [string, string] {
  const [name = "", value = ""] = part.split("=", 2);
  return [name.trim().toUpperCase(), value.trim().toUpperCase()];
}

function readDay(parts: ReadonlyMap<string, string>, start: WallTime): Yearly["day"] | null {
  const [byDay, byDate] = [parts.get("BYDAY"), parts.get("BYMONTHDAY")];
  if (byDay === undefined) {
    const date = byDate === undefined ? new Date(start).getUTCDate() : readWhole(byDate);
    return date === null || date === 0 || Math.abs(date) > 31 ? null : { kind: "date", date };
  }
  const match = /^([+-]?[1-5])(MO|TU|WE|TH|FR|SA|SU)$/.exec(byDay);
  // Without a month it would be the nth of the year.
  if (match === null || byDate !== undefined || !parts.has("BYMONTH")) return null;
  return { kind: "weekday", nth: Number(match[1]), weekday: WEEKDAYS.indexOf(match[2] ?? "") + 1 };
}

/** Undefined: it makes no sense. */
function readUntil(
  parts: ReadonlyMap<string, string>,
  { start, interval }: { start: WallTime; interval: number },
): WallTime | null | undefined {
  const [count, until] = [parts.get("COUNT"), parts.get("UNTIL")];
  if (until !== undefined) {
    const time = readTime(until, { parameters: new Map() });
    // A time there is in UTC, which is less than a day from any clock on the wall.
    return time === null ? undefined : dayOf(time.at) + DAY - 1;
  }
  if (count === undefined) return null;
  const times = readWhole(count);
  if (times === null || times < 1) return undefined;
  return Date.UTC(new Date(start).getUTCFullYear() + (times - 1) * interval, 11, 31);
}

function readWhole(text: string): number | null {
  return /^[+-]?\d{1,4}$/.test(text) ? Number(text) : null;
}
