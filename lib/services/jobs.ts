import { notWritten } from "./not-written.ts";
import type { JobStatus, Limits, OverlapPolicy, ScheduleSpec } from "../domain/job.ts";
import type { Outcome } from "../domain/run.ts";
import type { Instant, Millis } from "../domain/time.ts";
import type { Ctx } from "./context.ts";

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
  /** An overlap warning is open; the status does not show it. */
  warning: boolean;
  running: number;
  schedule: ScheduleSpec;
  /** "At 02:00 every day"; the zone is not in it. */
  scheduleWords: string;
  /** IANA zone of a cron schedule; null for the other kinds. */
  timeZone: string | null;
  /** The newest 30, oldest first. */
  strip: StripRun[];
  lastDurationMs: Millis | null;
  /** First slot without a verdict; in the past while late. Null: none, paused, or before the first ping. */
  nextExpectedAt: Instant | null;
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

/** A job as its form shows it: durations and schedule as text, empty for "the default" or "none". */
export type JobForm = {
  name: string;
  slug: string;
  description: string;
  tags: string[];
  /** `30 4 * * *`, `every 90 min`, or empty. */
  schedule: string;
  timeZone: string;
  grace: string;
  maxRuntime: string;
  minRuntime: string;
  jitter: string;
  failuresToOpen: number;
  successesToClose: number;
  overlap: OverlapPolicy;
  /** Null: every channel of the project, later ones too. */
  channelIds: string[] | null;
};

/** What may be given of a new job; `name` or `slug` is needed, each defaults to the other. `overlap` is checked. */
export type NewJob = Partial<Omit<JobForm, "overlap">> & { overlap?: string };

export type CreatedJob = { id: string; slug: string; pingUrl: string };

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

export type JobPage = Omit<JobRow, "strip"> & {
  description: string;
  limits: Limits;
  /** The grace in force, the default worked out; null without a schedule. */
  effectiveGraceMs: Millis | null;
  pingUrl: string;
  pings: number;
  firstPingAt: Instant | null;
  createdAt: Instant;
  strip: StripRun[];
  /** 24 h, 7 d, 30 d, 90 d. */
  figures: Figures[];
  /** Next five occurrences from now; empty without a schedule. */
  occurrences: Instant[];
  openIncident: { id: string; cause: string; openedAt: Instant } | null;
  /** Two open runs without run ids: which end belongs to which is a guess. */
  ambiguous: boolean;
  /** A sentence where nobody would be told, with what to do; null where somebody would. */
  nobodyTold: string | null;
  channels: { id: string; name: string; kind: string; working: boolean }[];
  form: JobForm;
  now: Instant;
};

export type SchedulePreview =
  | { ok: true; kind: ScheduleSpec["kind"]; words: string; next: Instant[] }
  | { ok: false; error: string; field: "schedule" | "timeZone" };

/** Every job of a project with what a list shows; three queries whatever their number. */
export async function listJobs(ctx: Ctx, input: { projectId: string }): Promise<JobList> {
  return notWritten(ctx, input);
}

/** @throws AppError `not-found`, also for strangers. */
export async function getJob(ctx: Ctx, input: { jobId: string }): Promise<JobPage> {
  return notWritten(ctx, input);
}

/** @throws AppError `invalid` with the field of `JobForm` it is about; `conflict` (field slug) for a slug in use. */
export async function createJob(ctx: Ctx, input: { projectId: string } & NewJob): Promise<CreatedJob> {
  return notWritten(ctx, input);
}

/** Changes what is given and leaves the rest. */
export async function updateJob(ctx: Ctx, input: { jobId: string } & NewJob): Promise<CreatedJob> {
  return notWritten(ctx, input);
}

export async function pauseJob(
  ctx: Ctx,
  input: { jobId: string },
): Promise<{ id: string; slug: string; state: JobStatus }> {
  return notWritten(ctx, input);
}

export async function resumeJob(
  ctx: Ctx,
  input: { jobId: string },
): Promise<{ id: string; slug: string; state: JobStatus }> {
  return notWritten(ctx, input);
}

/** Deletes the job with its runs and incidents. */
export async function deleteJob(
  ctx: Ctx,
  input: { jobId: string },
): Promise<{ id: string; slug: string; projectId: string }> {
  return notWritten(ctx, input);
}

/** What a schedule means, as one types; needs nobody's permission. */
export function previewSchedule(
  services: { clock: { now(): Instant } },
  input: { schedule: string; timeZone: string },
): SchedulePreview {
  return notWritten(services, input);
}

/** A slug for a name: "Nightly DB backup" → "nightly-db-backup". */
export function guessSlug(name: string): string {
  return notWritten(name);
}
