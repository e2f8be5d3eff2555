import type { Severity } from "../incident.ts";
import { MINUTE, type Instant, type Millis } from "../time.ts";
import type { PendingAlert } from "./pending.ts";
import { isWithin, nextEdge, type WeeklyHours } from "./weekly-hours.ts";

/** What a channel may leave out; recoveries go with the alarms that they end. */
export type ChannelEvent = "opened" | "reminder" | "resolved";

export const CHANNEL_EVENTS: readonly ChannelEvent[] = ["opened", "reminder", "resolved"];

/** Which alerts a channel takes, and when. An empty object is every alert at once. */
export type ChannelRules = {
  /** Default: all. */
  events?: readonly ChannelEvent[];
  /** Default: all. */
  severities?: readonly Severity[];
  /** Only of jobs that have one of these; default: of all jobs. */
  tags?: readonly string[];
  /** Told only if nobody has acknowledged the incident, and it is still open, after so many minutes. Default: at once. */
  delayMinutes?: number;
  /** What comes then waits for their end. Default: none. */
  quietHours?: QuietHours;
};

/** `exceptCritical`: only warnings wait. */
export type QuietHours = WeeklyHours & { exceptCritical?: boolean };

/** When a delivery may leave, and what must still hold then. */
export type Passage = { at: Instant; onlyIf: OnlyIf };

/** `open`: the incident is open, and nobody has muted or snoozed it. `unacknowledged`: and nobody looks after it. */
export type OnlyIf = "open" | "unacknowledged" | null;

/** Whether and when an alert goes over a channel; null: not at all. */
export function passageOf(rules: ChannelRules, alert: PendingAlert, now: Instant): Passage | null {
  const kind = kindOf(alert);
  if (!takes(rules, { kind, severity: alert.severity, tags: alert.job.tags })) return null;
  const end = kind === "resolved";
  const delay: Millis = end ? 0 : (rules.delayMinutes ?? 0) * MINUTE;
  const at = afterQuiet(rules.quietHours, alert.severity, now + delay);
  // Whoever heard of the trouble hears of its end, however late.
  if (end || at === now) return { at, onlyIf: null };
  return { at, onlyIf: delay > 0 ? "unacknowledged" : "open" };
}

/** Whether a channel takes alarms of critical incidents of a job with these tags, at whatever hour. */
export function hearsAlarms(rules: ChannelRules, tags: readonly string[]): boolean {
  return takes(rules, { kind: "opened", severity: "critical", tags });
}

type Asked = { kind: ChannelEvent; severity: Severity; tags: readonly string[] };

function takes({ events, severities, tags: wanted = [] }: ChannelRules, { kind, severity, tags }: Asked): boolean {
  if (events !== undefined && !events.includes(kind)) return false;
  if (severities !== undefined && !severities.includes(severity)) return false;
  return wanted.length === 0 || wanted.some((tag) => tags.includes(tag));
}

/** Hours that never end hold nothing back: nobody would ever hear of it. */
function afterQuiet(quiet: QuietHours | undefined, severity: Severity, at: Instant): Instant {
  if (quiet === undefined || (quiet.exceptCritical === true && severity === "critical")) return at;
  const known = latest.get(quiet);
  if (known?.at === at) return known.end;
  const end = isWithin(quiet, at) ? (nextEdge(quiet, at) ?? at) : at;
  latest.set(quiet, { at, end });
  return end;
}

// In a storm the same is asked for thousands of alerts at one moment, and pings would wait for each to be worked out.
const latest = new WeakMap<QuietHours, { at: Instant; end: Instant }>();

function kindOf({ event }: PendingAlert): ChannelEvent {
  if (event === "resolved" || event === "stable") return "resolved";
  return event === "reminder" ? "reminder" : "opened";
}
