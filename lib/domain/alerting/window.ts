import { gapsBetween, mergeSpans, type Span } from "../span.ts";
import { DAY, type Instant, type Millis } from "../time.ts";
import { type Holiday, holidaySpans } from "./holiday.ts";
import type { AlertJob } from "./pending.ts";
import { type WeeklyHours, weeklySpans } from "./weekly-hours.ts";

/** Which jobs a window is for: those in any of its lists; all of the project where every list is empty. */
export type WindowScope = {
  jobIds: readonly string[];
  tags: readonly string[];
  /** Names or addresses of machines, in any letters. */
  hosts: readonly string[];
};

export type WindowKind = "once" | "weekly" | "holidays";

/** When a window is open. */
export type WindowTimes =
  | { kind: "once"; startsAt: Instant; endsAt: Instant }
  /** `outside`: at all other hours, as for business hours. */
  | { kind: "weekly"; hours: WeeklyHours; outside: boolean }
  | { kind: "holidays"; timeZone: string; holidays: readonly Holiday[] };

/** A time in which alerts of some jobs wait: maintenance, nights and weekends, holidays. */
export type AlertWindow = { id: string; name: string; scope: WindowScope; times: WindowTimes };

/** A window with the stretches in which it is open, in order. */
export type PlacedWindow = { window: AlertWindow; spans: readonly Span[] };

/** How far ahead a chain of windows is followed; what is still held then is looked at again. */
const HORIZON: Millis = 40 * DAY;
/** Until a holiday, a year and a leap year may pass. */
const FAR: Millis = 800 * DAY;

/** Finds out once when windows are open from `from` on, for many questions. */
export function placeWindows(windows: readonly AlertWindow[], from: Instant): PlacedWindow[] {
  const within = { start: from, end: from + HORIZON };
  return windows
    .map((window) => ({ window, spans: windowSpans(window.times, within) }))
    .filter(({ spans }) => spans.length > 0);
}

/** The window that a job is in, and when that is over: with the end of the last of those that follow each other without a gap. */
export function windowAt(
  placed: readonly PlacedWindow[],
  job: Pick<AlertJob, "id" | "tags" | "host">,
  at: Instant,
): { window: AlertWindow; until: Instant } | null {
  const own = placed.filter(({ window }) => isInScope(window.scope, job));
  const first = findOpen(own, at);
  if (first === null) return null;
  let until = first.end;
  for (let next = findOpen(own, until); next !== null; next = findOpen(own, until)) until = next.end;
  return { window: first.window, until };
}

function findOpen(placed: readonly PlacedWindow[], at: Instant): { window: AlertWindow; end: Instant } | null {
  for (const { window, spans } of placed) {
    const span = spans.find(({ start, end }) => start <= at && end > at);
    if (span !== undefined) return { window, end: span.end };
  }
  return null;
}

export function isInScope({ jobIds, tags, hosts }: WindowScope, job: Pick<AlertJob, "id" | "tags" | "host">): boolean {
  if (isEverywhere({ jobIds, tags, hosts })) return true;
  if (jobIds.includes(job.id) || tags.some((tag) => job.tags.includes(tag))) return true;
  const host = job.host?.toLowerCase() ?? null;
  return host !== null && hosts.some((name) => name.toLowerCase() === host);
}

/** Whether it is for every job of the project. */
export function isEverywhere({ jobIds, tags, hosts }: WindowScope): boolean {
  return jobIds.length + tags.length + hosts.length === 0;
}

/** When it is open next, or is open now; null where that is over or never. */
export function nextSpan(times: WindowTimes, at: Instant): Span | null {
  const end = at + (times.kind === "weekly" ? HORIZON : FAR);
  return windowSpans(times, { start: at, end })[0] ?? null;
}

/** The stretches in which a window is open that reach into a stretch of time. */
export function windowSpans(times: WindowTimes, within: Span): Span[] {
  switch (times.kind) {
    case "once": {
      const { startsAt: start, endsAt: end } = times;
      return start < within.end && end > within.start && start < end ? [{ start, end }] : [];
    }
    case "weekly": {
      const spans = weeklySpans(times.hours, within);
      return times.outside ? gapsBetween(spans, within) : spans;
    }
    case "holidays":
      return mergeSpans(times.holidays.flatMap((holiday) => holidaySpans(holiday, times.timeZone, within))).filter(
        ({ start, end }) => start < within.end && end > within.start,
      );
  }
}
