import { DAY, HOUR, type Instant, type Millis, MINUTE, SECOND } from "../../lib/domain/time.ts";

/** How long ago, for columns: `now`, `42 s`, `1 min 59 s`, `20 h`, `3 d`. A time ahead of `now` counts as now. */
export function ageText(at: Instant, now: Instant): string {
  const age = now - at;
  if (age < 2 * SECOND) return "now";
  return roughLength(age);
}

/** How long until then: `in 42 s`, `in 3 h 12 min`, or `due` once it has come. */
export function untilText(at: Instant, now: Instant): string {
  const wait = at - now;
  return wait <= 0 ? "due" : `in ${countdownText(wait)}`;
}

/** A shrinking wait: seconds below two minutes, hours and minutes below a day, then days and hours. */
export function countdownText(wait: Millis): string {
  if (wait < 2 * MINUTE) return `${Math.max(1, Math.ceil(wait / SECOND))} s`;
  const minutes = Math.floor(wait / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  if (wait < DAY) return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return joined(Math.floor(wait / DAY), "d", Math.floor((wait % DAY) / HOUR), "h");
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** In one unit, and where that is a single one in the next smaller, too. */
function roughLength(age: Millis): string {
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`;
  if (age < 2 * MINUTE) return joined(1, "min", Math.floor((age - MINUTE) / SECOND), "s");
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < 2 * HOUR) return joined(1, "h", Math.floor((age - HOUR) / MINUTE), "min");
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  if (age < 2 * DAY) return joined(1, "d", Math.floor((age - DAY) / HOUR), "h");
  return `${Math.floor(age / DAY)} d`;
}

/** A run's length for columns: `0.4 s`, `42 s`, `4 min 10 s`, `3 h 12 min`, `2 d 4 h`. */
export function lengthText(length: Millis): string {
  if (length < 10 * SECOND) return length < SECOND ? `${Math.round(length)} ms` : `${(length / SECOND).toFixed(1)} s`;
  const seconds = Math.round(length / SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return joined(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.floor(seconds / 60);
  if (seconds < 86_400) return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return joined(Math.floor(minutes / 1_440), "d", Math.floor((minutes % 1_440) / 60), "h");
}
