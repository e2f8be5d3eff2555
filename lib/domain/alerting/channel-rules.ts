import type { Severity } from "../incident.ts";
import { MINUTE, type Instant, type Millis } from "../time.ts";
import type { PendingAlert } from "./pending.ts";

/** What a channel may leave out; recoveries go with the alarms that they end. */
export type ChannelEvent = "opened" | "reminder" | "resolved";

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
};

/** When a delivery may leave, and what must still hold then. */
export type Passage = { at: Instant; onlyIf: OnlyIf };

/** `open`: the incident is open, and nobody has muted or snoozed it. `unacknowledged`: and nobody looks after it. */
export type OnlyIf = "open" | "unacknowledged" | null;

/** Whether and when an alert goes over a channel; null: not at all. */
export function passageOf(rules: ChannelRules, alert: PendingAlert, now: Instant): Passage | null {
  const { events, severities, tags = [], delayMinutes = 0 } = rules;
  const kind = kindOf(alert);
  if (events !== undefined && !events.includes(kind)) return null;
  if (severities !== undefined && !severities.includes(alert.severity)) return null;
  if (tags.length > 0 && !tags.some((tag) => alert.job.tags.includes(tag))) return null;
  const delay: Millis = delayMinutes * MINUTE;
  if (delay === 0 || kind === "resolved") return { at: now, onlyIf: null };
  return { at: now + delay, onlyIf: "unacknowledged" };
}

function kindOf({ event }: PendingAlert): ChannelEvent {
  if (event === "resolved" || event === "stable") return "resolved";
  return event === "reminder" ? "reminder" : "opened";
}
