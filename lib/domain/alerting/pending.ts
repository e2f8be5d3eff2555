import type { Cause, JobAlertEvent, ResolveReason, Severity } from "../incident.ts";
import type { Instant, Millis } from "../time.ts";
import type { ChannelRules } from "./channel-rules.ts";
import type { HoldReason } from "./hold.ts";
import type { OpenOutage } from "./outage.ts";
import type { PlacedWindow } from "./window.ts";

/** The incident that an alert is about, as it stands now. */
export type AlertIncident = {
  id: string;
  openedAt: Instant;
  resolvedAt: Instant | null;
  resolveReason: ResolveReason | null;
  acknowledgedAt: Instant | null;
  snoozedUntil: Instant | null;
  snoozedUntilSuccess: boolean;
  mutedAt: Instant | null;
  /** When its alarm was given to channels; null: nobody has heard of it. */
  toldAt: Instant | null;
  outageId: string | null;
};

/** The job that an alert is about. */
export type AlertJob = {
  id: string;
  name: string;
  tags: readonly string[];
  /** Name of the machine that it ran on last, else the address that its pings come from; null where neither says which. */
  host: string | null;
  /** Channels of its own list; null: all of the project's. */
  channelIds: readonly string[] | null;
  /** Jobs without which it cannot do its work. */
  upstreamIds: readonly string[];
};

/** An alert that has not been given to channels yet. */
export type PendingAlert = {
  id: string;
  event: JobAlertEvent;
  sequence: number;
  createdAt: Instant;
  severity: Severity;
  cause: Cause;
  /** The limit that was broken, or when it was noticed: from here the time until people hear of it is counted. */
  dueAt: Instant;
  /** Why it waited until now; null: it is new. */
  hold: HoldReason | null;
  /** What people were told of that reason, such as the name of a window. */
  holdDetail?: string | null;
  job: AlertJob;
  incident: AlertIncident;
};

export type AlertChannel = {
  id: string;
  /** Its receiver keeps open what it was told of until it is told of the end. */
  keepsIncidents: boolean;
  rules: ChannelRules;
};

/** What is known of a project when its alerts are planned. */
export type AlertingContext = {
  /** Those that are switched on, oldest first. */
  channels: readonly AlertChannel[];
  /** Where a project has no channel at all: mail addresses of its owners, else of the operators. */
  fallback: readonly string[];
  /** Outages that are still open, and those that are resolved with these alerts. */
  outages: readonly OpenOutage[];
  /** Open incidents of the last minutes that were told alone: what opens now may be of the same outage. */
  alone: readonly LoneIncident[];
  /** Who heard of incidents that have ended: ids of channels, or mail addresses, by incident. */
  heard: ReadonlyMap<string, ReadonlySet<string>>;
  /** Who was told that a part of an outage recovered and hears of nothing of it that is still open, by outage. */
  partly: ReadonlyMap<string, ReadonlySet<string>>;
  /** Upstream jobs that are down, or were a moment ago: their names, and since when they are up again. */
  upstreams: ReadonlyMap<string, { name: string; upAt: Instant | null }>;
  /** Jobs that fail and recover again and again. */
  unstable: ReadonlyMap<string, UnstableJob>;
  /** Times in which alerts wait. */
  windows: readonly PlacedWindow[];
  /** No job waits for its verdict: what opens together has opened. */
  drained: boolean;
  /** Jobs of the project that had something to do in the last minute. */
  dueJobs: number;
  /** After how long the first reminder comes; null: none. */
  remindAfterMs: Millis | null;
};

/** An open incident that was told by itself. */
export type LoneIncident = {
  incidentId: string;
  severity: Severity;
  jobId: string;
  host: string | null;
  openedAt: Instant;
  toldAt: Instant;
};

/** `since`: the first of the openings that made it so. `windowMs`: how far back openings count. */
export type UnstableJob = { since: Instant; windowMs: Millis };

/** Whether people learn of an incident by it. */
export function isAlarm({ event }: Pick<PendingAlert, "event">): boolean {
  return event === "opened" || event === "unstable";
}

/** Whether it is an alarm about a deadline that passed, rather than about what a job said. */
export function isSilence({ event, dueAt, createdAt }: Pick<PendingAlert, "event" | "dueAt" | "createdAt">): boolean {
  return isAlarm({ event }) && dueAt < createdAt;
}

/** Whether a person said, while the alarm was held back, that they look after it: to people it is no news any more. */
export function isKnown({ event, hold, incident }: Pick<PendingAlert, "event" | "hold" | "incident">): boolean {
  return event === "opened" && hold !== null && hold !== "gathering" && incident.acknowledgedAt !== null;
}

/** Whether a person ended it by pausing or changing the job, rather than the job by coming right. */
export function isClosing({ event, incident }: Pick<PendingAlert, "event" | "incident">): boolean {
  return event === "resolved" && (incident.resolveReason === "paused" || incident.resolveReason === "edited");
}

/** Whether it ends what people were told before: news to those only who heard of that. */
export function isEnd({ event }: Pick<PendingAlert, "event">): boolean {
  return event === "resolved" || event === "stable";
}
