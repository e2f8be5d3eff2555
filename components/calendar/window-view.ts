import type { WeeklyHours } from "../../lib/domain/alerting/weekly-hours.ts";
import type { Span } from "../../lib/domain/span.ts";
import type { Instant } from "../../lib/domain/time.ts";

/** When a window is open, as the screens show it: holidays are many, so only the next are named. */
export type TimesView =
  | { kind: "once"; startsAt: Instant; endsAt: Instant }
  | { kind: "weekly"; hours: WeeklyHours; outside: boolean }
  | { kind: "holidays"; timeZone: string; count: number; next: { name: string; start: Instant }[] };

export type WindowView = {
  id: string;
  name: string;
  times: TimesView;
  enabled: boolean;
  source: "person" | "ping";
  createdBy: string | null;
  jobs: { id: string; slug: string; name: string }[];
  tags: readonly string[];
  hosts: readonly string[];
  everywhere: boolean;
  next: Span | null;
};

export type HeldView = {
  incidentId: string;
  jobId: string;
  jobName: string;
  event: string;
  window: string | null;
  openedAt: Instant;
  until: Instant;
};

/** What the form of a window holds. */
export type WindowValues = {
  name: string;
  kind: string;
  timeZone: string;
  startsAt: string;
  endsAt: string;
  days: number[];
  from: string;
  to: string;
  outside: boolean;
  /** The file's text; empty: none was chosen. */
  ics: string;
  everywhere: boolean;
  jobs: string[];
  tags: string[];
  hosts: string[];
};

/** What forms offer. */
export type WindowChoices = { slugs: string[]; tags: string[]; zones: string[] };
