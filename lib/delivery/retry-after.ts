import { SECOND, type Instant, type Millis } from "../domain/time.ts";

/**
 * How long a receiver asks to be left alone: `Retry-After` in seconds, or as a date, which is held against the receiver's
 * own `Date` so that its clock may be wrong. Null where it says nothing that can be read.
 */
export function parseRetryAfter(retryAfter: string | null, date: string | null, now: Instant): Millis | null {
  const value = retryAfter?.trim() ?? "";
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(value)) return Math.ceil(Number(value) * SECOND);
  // Date.parse also reads "3" or "-5" as some year: a date of HTTP names its day.
  const until = /^[A-Za-z]{3,9},? /.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(until)) return null;
  const theirNow = Date.parse(date ?? "");
  return Math.max(0, until - (Number.isNaN(theirNow) ? now : theirNow));
}

/** The same where it stands in an answer as a number of seconds, broken ones too. Null for anything else. */
export function parseSeconds(seconds: string | null): Millis | null {
  return parseMillis(seconds, SECOND);
}

/** The same as a number of milliseconds, or of a `unit` of so many. */
export function parseMillis(written: string | null, unit: Millis = 1): Millis | null {
  const value = Math.ceil(written === null || written.trim() === "" ? Number.NaN : Number(written) * unit);
  return value >= 0 && Number.isSafeInteger(value) ? value : null;
}
