import type { TimesView, WindowView } from "../components/calendar/window-view.ts";
import { nextSpan } from "../lib/domain/alerting/window.ts";
import type { Instant } from "../lib/domain/time.ts";
import type { WindowRow } from "../lib/services/windows.ts";

/** A window as its screen shows it. */
export function windowView(row: WindowRow, now: Instant): WindowView {
  const { id, name, enabled, source, createdBy, jobs, tags, hosts, everywhere, next } = row;
  return { id, name, enabled, source, createdBy, jobs, tags, hosts, everywhere, next, times: timesView(row, now) };
}

const MOST_NAMED = 3;

function timesView({ times }: WindowRow, now: Instant): TimesView {
  if (times.kind !== "holidays") return times;
  const { timeZone, holidays } = times;
  const next = holidays
    .flatMap((holiday) => {
      const span = nextSpan({ kind: "holidays", timeZone, holidays: [holiday] }, now);
      return span === null ? [] : [{ name: holiday.name, start: span.start }];
    })
    .toSorted((a, b) => a.start - b.start);
  return { kind: "holidays", timeZone, count: holidays.length, next: next.slice(0, MOST_NAMED) };
}
