import type { Held } from "./alerting/held.ts";
import type { Instant, Millis } from "./time.ts";

export type Severity = "critical" | "warning";

/**
 * `slow` and `fast`: far from what the job usually takes. `too-often`: runs that no slot asks for. `never-pinged`: set up
 * and not heard of since.
 */
export type Cause =
  | "missed"
  | "failed"
  | "overlong"
  | "overlap"
  | "abandoned"
  | "slow"
  | "fast"
  | "too-often"
  | "never-pinged";

/** In place of a run's number, which count from 1. */
export const NO_RUN = 0;

/** An open incident as a job's state carries it. `number` counts from 1 within the job, over both severities. */
export type OpenIncident = {
  number: number;
  severity: Severity;
  /** The opening cause; it never changes. */
  cause: Cause;
  /** Other causes that people were told of since, in order. Left out: none. */
  laterCauses?: readonly Cause[];
  openedAt: Instant;
  /** The run that opened it; `NO_RUN` where none did. */
  runNumber: number;
  /** Sequence of its latest event; the opening is 1. */
  sequence: number;
  /** Bad verdicts counted so far. */
  badCount: number;
  /** Missed slots among them. */
  missedCount: number;
};

/** `counted` only brings the incident's figures up to date and leaves no line in its timeline. */
export type IncidentEventKind = "opened" | "bad-run" | "counted" | "resolved";

export type ResolveReason = "recovered" | "paused" | "withdrawn" | "no-overlap" | "edited" | "usual" | "deleted";

/** The alarm was wrong, or a person who knows of the trouble ended it. */
export const TAKEN_BACK: readonly ResolveReason[] = ["withdrawn", "edited", "paused", "deleted"];

/** One thing that happened to an incident; the shell appends it to the incident's timeline. */
export type IncidentEvent = {
  incident: OpenIncident;
  kind: IncidentEventKind;
  sequence: number;
  at: Instant;
  /** The run it is about. */
  runNumber: number | null;
  /** The verdict's cause for `opened` and `bad-run`. */
  cause: Cause | null;
  /** Set with `resolved` only. */
  resolveReason: ResolveReason | null;
};

/** What an alert tells of a job. `unstable`: it fails and recovers again and again; `stable`: not any more. */
export type JobAlertEvent = "opened" | "changed" | "reminder" | "resolved" | "unstable" | "stable";

export type AlertEvent = JobAlertEvent | "notice" | "report" | "test";

/** Something people should hear of about an incident, with the facts known at that moment. */
export type IncidentAlert = {
  event: Extract<AlertEvent, "opened" | "changed" | "resolved">;
  incident: OpenIncident;
  sequence: number;
  at: Instant;
  facts: AlertFacts;
};

/** What the rules knew when the alert was made; the message is worded from these. */
export type AlertFacts = {
  cause: Cause;
  severity: Severity;
  openedAt: Instant;
  /** The run it is about; `NO_RUN` where there is none. */
  runNumber: number;
  slotAt: Instant | null;
  /** The limit that was broken: the slot's deadline, the run's finish-by, or when it became slower than usual. */
  deadlineAt: Instant | null;
  graceMs: Millis | null;
  maxRuntimeMs: Millis | null;
  /** What the run should have taken at least, where it succeeded sooner. Alerts of old do not say. */
  minRuntimeMs?: Millis | null;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  durationMs: Millis | null;
  exitCode: number | null;
  host: string | null;
  /** Runs open at once, for an overlap. */
  openRuns: number;
  lastOkAt: Instant | null;
  /** Good runs in a row before this trouble. */
  okStreak: number;
  nextSlotAt: Instant | null;
  /** For `resolved`. */
  resolveReason: ResolveReason | null;
  badCount: number;
  missedCount: number;
  /** Set where they were not in a row: among so many of the latest. */
  failureWindow?: number;
  /** With `changed`: the causes that were told before this one, in order. */
  earlierCauses?: readonly Cause[];
  /** With `reminder` only. Alerts of old do not say. */
  reminder?: ReminderFacts;
  /** With `unstable` and `stable`. */
  unstable?: UnstableFacts;
  /** What held it back until it was told, once each; missing where nothing did for long. */
  held?: readonly Held[];
};

/** Why people are told once more of what they know. */
export type ReminderFacts = {
  /** From 1. */
  nth: number;
  /** When the snooze ended that it comes after; null: there was none. */
  snoozedUntil: Instant | null;
  acknowledgedAt: Instant | null;
  acknowledgedBy: string | null;
};

/** How often a job got into trouble, and since when. */
export type UnstableFacts = { since: Instant; openings: number };
