import type { Instant } from "../../lib/domain/time.ts";

const MORNING_HOUR = 9;

/** Tomorrow at nine by the clock of whoever looks. */
export function tomorrowMorning(now: Instant): Instant {
  const date = new Date(now);
  date.setDate(date.getDate() + 1);
  return date.setHours(MORNING_HOUR, 0, 0, 0);
}

/** As a field for a local time takes it: `2026-11-22T18:00`. */
export function localTimeText(at: Instant): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What such a field says, by the clock of whoever looks; null where it says nothing. */
export function parseLocalTime(text: string): Instant | null {
  const at = /^\d{4,6}-\d\d-\d\dT\d\d:\d\d/.test(text) ? new Date(text).getTime() : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
