import type { Cause, UnstableFacts } from "../domain/incident.ts";
import type { JobStatus, Limits, ScheduleSpec } from "../domain/job.ts";
import type { LeftOut } from "../domain/left-out.ts";
import type { Outcome } from "../domain/run.ts";
import { type Reading, scheduleWords } from "../domain/schedule/reading.ts";
import { statusOf } from "../domain/state.ts";
import type { Instant, Millis } from "../domain/time.ts";
import type { IncidentRecord } from "../store/incidents.ts";
import type { JobRecord } from "../store/jobs.ts";
import type { LinkedJob } from "../store/jobs-upstreams.ts";
import type { StripEntry } from "../store/jobs-list.ts";
import type { CodeDifference } from "./code-request.ts";
import type { JobForm } from "./job-input.ts";

/** One mark of a strip of runs. */
export type StripRun = {
  number: number;
  outcome: Outcome;
  /** When it began: its start, else its slot, else its verdict. */
  at: Instant | null;
  durationMs: Millis | null;
  /** Slots this row stands for; 1 except for consecutive missed ones. */
  count: number;
};

export type JobRow = {
  id: string;
  projectId: string;
  slug: string;
  name: string;
  tags: string[];
  environment: string;
  status: JobStatus;
  /** What the open warning is about; the status does not show it. Null without one. */
  warning: Cause | null;
  running: number;
  schedule: ScheduleSpec;
  /** "At 02:00 every day"; the zone is not in it. */
  scheduleWords: string;
  /** The zone whose clocks a cron schedule goes by; null for the other kinds. */
  timeZone: string | null;
  /** The newest 30, oldest first. */
  strip: StripRun[];
  lastDurationMs: Millis | null;
  /** First slot without a verdict; in the past while late. Null: none, paused, or before the first ping. */
  nextExpectedAt: Instant | null;
  /** From this instant on it counts as late; null where nothing is expected. */
  lateAt: Instant | null;
  lastPingAt: Instant | null;
  lastOkAt: Instant | null;
  pausedAt: Instant | null;
  /** Working channels that would hear of it; 0 means that nobody would be told. */
  channelCount: number;
};

export type JobList = {
  jobs: JobRow[];
  /** The database's clock when the list was made: countdowns start from it. */
  now: Instant;
};

export type CreatedJob = {
  id: string;
  slug: string;
  pingUrl: string;
  /** Sentences about what the schedule does that its author may not expect. */
  warnings: readonly string[];
};

export type Period = "24h" | "7d" | "30d" | "90d";

export type Figures = {
  period: Period;
  /** Settled runs, each missed slot counted. */
  runs: number;
  ok: number;
  /** Failed, missed, overlong and abandoned ones. */
  bad: number;
  /** ok ÷ (ok + bad) from 0 to 1; null where neither occurred. Unknown and skipped runs do not count. */
  successRate: number | null;
  medianMs: Millis | null;
  p95Ms: Millis | null;
  incidents: number;
};

export type OpenIncidentRow = Pick<
  IncidentRecord,
  "id" | "cause" | "openedAt" | "acknowledgedAt" | "acknowledgedBy" | "snoozedUntil" | "snoozedUntilSuccess" | "mutedAt"
>;

export type JobPage = JobRow & {
  description: string;
  limits: Limits;
  /** The grace in force, the default worked out; null without a schedule. */
  effectiveGraceMs: Millis | null;
  pingUrl: string;
  /** Mail to it is a ping too; null where none is taken. */
  mailAddress: string | null;
  pings: number;
  firstPingAt: Instant | null;
  createdAt: Instant;
  /** 24 h, 7 d, 30 d, 90 d. */
  figures: Figures[];
  /** What the schedule means, with its next five occurrences from now. */
  reading: Reading;
  /** The critical one before the warning; mostly none. */
  openIncidents: OpenIncidentRow[];
  /** Two open runs without run ids: which end belongs to which is a guess. */
  ambiguous: boolean;
  /** A sentence where nobody would be told over a channel, with what to do; null where somebody would. */
  nobodyTold: string | null;
  /** Those that it uses; `told`: over it people would hear of the job's alarms. */
  channels: { id: string; name: string; kind: string; working: boolean; told: boolean }[];
  /** Since when it fails and recovers again and again, and how often it did; null where it does not. */
  unstable: UnstableFacts | null;
  /** Jobs without which it cannot do its work: while one is down, nobody is told of this one. */
  upstreams: LinkedJob[];
  /** Jobs that cannot do their work without it. */
  downstreams: LinkedJob[];
  /** Null where no code has ever asked for anything. */
  followsCode: FollowsCode | null;
  /** What its first ping asked for and it was made without, until somebody saves its settings. */
  leftOut: readonly LeftOut[];
  form: JobForm;
  now: Instant;
};

/** `managedBy` code: it changes with its code, except in what people have set otherwise. */
export type FollowsCode = { managedBy: JobRecord["managedBy"]; differences: CodeDifference[] };

/** A record as lists and pages show it. */
export function jobRowOf(
  record: JobRecord & { strip: readonly StripEntry[] },
  context: { now: Instant; channelCount: number },
): JobRow {
  const { id, projectId, slug, name, tags, environment, schedule, facts, lastPingAt, lastOkAt } = record;
  const strip = record.strip.map(([number, outcome, at, durationMs, count]) => ({
    number,
    outcome,
    at,
    durationMs,
    count,
  }));
  const { words, timeZone } = scheduleWords(schedule);
  return {
    ...{ id, projectId, slug, name, tags, environment, schedule, strip, lastPingAt, lastOkAt },
    status: statusOf(facts, context.now),
    warning: record.warningCause,
    running: facts.running,
    scheduleWords: words,
    timeZone,
    lastDurationMs: strip.findLast((run) => run.durationMs !== null)?.durationMs ?? null,
    nextExpectedAt: facts.nextSlotAt,
    lateAt: facts.lateAt,
    pausedAt: facts.pausedAt,
    channelCount: context.channelCount,
  };
}
