import { weeklyHoursInWords } from "../../lib/domain/alerting/weekly-hours.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { zonedParts } from "../base/zoned.ts";
import type { TimesView, WindowValues, WindowView } from "./window-view.ts";

/** When it is open in general; empty where its next time says all. */
export function timesInWords(times: TimesView): string {
  switch (times.kind) {
    case "once":
      return "";
    case "weekly": {
      const words = weeklyHoursInWords(times.hours);
      return times.outside ? `Outside ${words}` : words.charAt(0).toUpperCase() + words.slice(1);
    }
    case "holidays":
      return `${times.count} ${times.count === 1 ? "entry" : "entries"} of a calendar file (${times.timeZone})`;
  }
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `2026-11-27T22:00`, as fields of date and time have it. */
export function wallText(at: Instant, zone: string): string {
  const { year, month, day, hour, minute } = zonedParts(at, zone);
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

export function emptyValues(timeZone: string): WindowValues {
  return {
    ...{ name: "", kind: "once", timeZone, startsAt: "", endsAt: "", ics: "" },
    ...{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00", outside: false },
    ...{ everywhere: true, jobs: [], tags: [], hosts: [] },
  };
}

/** A window as its form shows it. */
export function valuesOf({ name, times, everywhere, jobs, tags, hosts }: WindowView, viewerZone: string): WindowValues {
  const scope = { everywhere, jobs: [...new Set(jobs.map(({ slug }) => slug))], tags: [...tags], hosts: [...hosts] };
  const base = { ...emptyValues(viewerZone), name, kind: times.kind, ...scope };
  switch (times.kind) {
    case "once": {
      const { startsAt, endsAt } = times;
      return { ...base, startsAt: wallText(startsAt, viewerZone), endsAt: wallText(endsAt, viewerZone) };
    }
    case "weekly": {
      const { timeZone, days, from, to } = times.hours;
      return { ...base, timeZone, days: [...days], from, to, outside: times.outside };
    }
    case "holidays":
      return { ...base, timeZone: times.timeZone };
  }
}
