import type { AlertEvent, AlertFacts, Cause, JobAlertEvent, ResolveReason, Severity } from "./incident.ts";
import type { ScheduleSpec } from "./job.ts";
import type { MaskPattern } from "./mask-pattern.ts";
import { composeGroup } from "./message-group.ts";
import { composeIncident } from "./message-incident.ts";
import { composeNotice } from "./message-notice.ts";
import type { OutputExcerpt } from "./message-output.ts";
import { composeTest } from "./message-test.ts";
import type { Wait } from "./message-wait.ts";
import type { NoticeFacts, TestFacts } from "./notice.ts";
import type { ReportContent } from "./reports/report-content.ts";
import type { ReportFacts } from "./reports/report-facts.ts";
import { composeReport } from "./reports/report-message.ts";
import type { Instant, Millis } from "./time.ts";

/** How a platform may colour a message. */
export type Tone = "bad" | "warning" | "good" | "info";

/**
 * What one alert tells, the same for every platform; a renderer only lays it out (`partsOf` gives the order) and escapes it.
 * Every text is one line of visible characters; nothing in it comes from a client unchecked.
 */
export type AlertMessage = {
  alertId: string;
  event: AlertEvent;
  at: Instant;
  tone: Tone;
  /** At most 60 characters, e.g. `✗ FAILED (exit 3) · db-backup @ db-03`. */
  verdict: string;
  /** Which slot, how late, which limit; the most telling sentence first. */
  why: readonly string[];
  since: string | null;
  output: OutputExcerpt | null;
  /** What the run's ping said beside its body, which `why` tells as well; missing where it said nothing. */
  said?: string;
  /** The run's duration against the usual one. */
  duration: string | null;
  lastGood: string | null;
  nextExpected: string | null;
  /** What else is in trouble on the same machine. */
  elsewhere: string | null;
  /** One concrete sentence: what to do now. */
  action: string | null;
  links: readonly MessageLink[];
  /** What people can do at once: signed links that show on GET and act on POST. Filled in when it is sent. */
  actions: readonly MessageLink[];
  project: { id: string; name: string } | null;
  job: { id: string; slug: string; name: string } | null;
  incident: MessageIncident | null;
  run: MessageRun | null;
  /** The jobs that it tells of where these are several: each of them, however many. Empty for one job. */
  members: readonly MessageMember[];
  /** How the whole outage stands, for who can put it in the place of its earlier message; null: it is told on its own. */
  standing: AlertMessage | null;
  /** All of a report, for what can show it. */
  report?: ReportContent;
};

/** One job of a message about several. */
export type MessageMember = {
  incidentId: string;
  jobId: string;
  slug: string;
  name: string;
  host: string | null;
  event: JobAlertEvent;
  severity: Severity;
  cause: Cause;
  /** What happened to it, e.g. `✗ FAILED (exit 3)`. */
  head: string;
  /** The shortest that tells its trouble from others' of its kind, e.g. `exit 3` or `02:00`. */
  detail: string | null;
  /** What its run said beside its body; missing where it said nothing. */
  said?: string;
};

export type MessageLink = { label: string; url: string };

/** The incident's figures, for receivers that are programs. */
export type MessageIncident = {
  id: string;
  /** Null: an outage, which has none. */
  number: number | null;
  severity: Severity;
  /** Null: an outage whose jobs do not have the same; each is in `members`. */
  cause: Cause | null;
  openedAt: Instant;
  resolvedAt: Instant | null;
  resolveReason: ResolveReason | null;
  /** Bad runs, and the missed among them; of an outage those of all its jobs that are known. */
  badCount: number;
  missedCount: number;
  /** Incidents of an outage that were told alone before it was known for one. */
  alone: readonly LoneIncident[];
};

/** The ids by which receivers that keep incidents know it. */
export type LoneIncident = { id: string; jobId: string };

/** The run's figures, for receivers that are programs. */
export type MessageRun = {
  number: number;
  slotAt: Instant | null;
  deadlineAt: Instant | null;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  durationMs: Millis | null;
  exitCode: number | null;
  exitMeaning: string | null;
  host: string | null;
};

type CommonInput = {
  alertId: string;
  at: Instant;
  /** When it is sent, which may be long after `at`: what is said to be so long ago is so then. Default: `at`. */
  sentAt?: Instant;
  /** Where people open Belfry, without a trailing slash. */
  baseUrl: string;
  /** What the project has masked. */
  maskPatterns?: readonly MaskPattern[];
  project: { id: string; name: string } | null;
};

export type IncidentInput = CommonInput & {
  event: JobAlertEvent;
  facts: AlertFacts;
  incident: { id: string; number: number };
  job: { id: string; slug: string; name: string; timeZone: string; scheduleKind: ScheduleSpec["kind"] };
  /** Host of the job's latest run that named one: a missed run has none. */
  lastHost: string | null;
  /** Of the last good runs before this one; null without any. */
  usual: UsualDuration | null;
  /** The end of the run's output as it came; null without one. */
  output: string | null;
  /** What the run's pings said last beside their bodies, as it came; null without it. */
  said: string | null;
  /** Other jobs in trouble on that machine, some of them by name; null where there are none. */
  elsewhere: { jobs: number; names: readonly string[] } | null;
  /** What held it back, where that is known. */
  waited?: readonly Wait[];
};

export type UsualDuration = { medianMs: Millis; p95Ms: Millis; runs: number };

/** A machine, or most of what a project had to do. */
export type GroupOutage = {
  id: string;
  kind: "host" | "project";
  host: string | null;
  openedAt: Instant;
  /** Its jobs that are in trouble, and all of them: those that this receiver hears of. */
  open: number;
  total: number;
  /** Of an end: those of the others whose own end is told in another message, and those that are in trouble again. */
  later: number;
  again: number;
  /** When the last of them that is well recovered. */
  endedAt: Instant | null;
  /** Those of them that were told alone before. */
  alone: readonly LoneIncident[];
};

/** One alert of those that are told together. */
export type GroupMember = {
  event: JobAlertEvent;
  facts: AlertFacts;
  incidentId: string;
  jobId: string;
  slug: string;
  name: string;
  timeZone: string;
  /** Of the job's latest run that named one. */
  host: string | null;
  /** What its run's pings said last beside their bodies, as it came; null or missing without it. */
  said?: string | null;
};

export type GroupInput = CommonInput & {
  event: JobAlertEvent;
  outage: GroupOutage;
  /** In the order in which they came about. */
  members: readonly GroupMember[];
  /** All that is known of the only one of them; null where there are several. */
  only: IncidentInput | null;
  /** Whether people have heard of this outage over this channel. */
  heard: boolean;
  /** What held back the alert by which it is told, where that is known. */
  waited?: readonly Wait[];
  /** All of the outage that was told and is told now, as it is: for who can edit. Empty where there is nothing to edit. */
  standing: readonly StandingMember[];
};

/** Why a message that counts a job as well does not list it; `later`: another message tells its end. */
export type EndFate = "told" | "later" | "muted";

/** One incident of an outage that was told, as it is now. The rest is known of the others where some are told to be well. */
export type StandingMember = GroupMember & {
  /** Under which its job is in trouble again. */
  again?: { incidentId: string; cause: Cause } | null;
  /** Whether a person ended it rather than the job. */
  closed?: boolean | null;
  fate?: EndFate | null;
};

/** What is wrong with a job of an outage. */
export type Trouble = Pick<AlertFacts, "cause" | "finishedAt" | "minRuntimeMs"> &
  Pick<GroupMember, "jobId" | "incidentId" | "name">;

export type NoticeInput = CommonInput & { event: "notice"; facts: NoticeFacts };

export type TestInput = CommonInput & { event: "test"; facts: TestFacts };

export type ReportInput = CommonInput & {
  event: "report";
  facts: ReportFacts;
  /** Links that put proposals in force, by job. Filled in when it is sent. */
  graceLinks: ReadonlyMap<string, string>;
};

/** Everything that is known when an alert is put into words. */
export type MessageInput = IncidentInput | GroupInput | NoticeInput | TestInput | ReportInput;

/** What is known when a message is sent at that time. */
export function sentAt(input: MessageInput, at: Instant): MessageInput {
  if (!("outage" in input)) return { ...input, sentAt: at };
  return { ...input, sentAt: at, only: input.only === null ? null : { ...input.only, sentAt: at } };
}

/** Puts an alert into words. Pure: the same input gives the same message on every channel, at every attempt but for how long ago things are. */
export function composeMessage(input: MessageInput): AlertMessage {
  switch (input.event) {
    case "notice":
      return composeNotice(input);
    case "test":
      return composeTest(input);
    case "report":
      return composeReport(input);
    default:
      return "outage" in input ? composeGroup(input) : composeIncident(input);
  }
}
