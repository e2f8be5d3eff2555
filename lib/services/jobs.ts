import type { Action } from "../auth/rules.ts";
import { graceAt } from "../domain/deadline.ts";
import { newMemory, openDraft } from "../domain/draft.ts";
import type { Job } from "../domain/job.ts";
import { fallbackSentence } from "../domain/reports/report-content.ts";
import { readAloud } from "../domain/schedule/reading.ts";
import { compileSchedule } from "../domain/schedule.ts";
import { DAY, type Instant, type Millis } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { loadChannelReach } from "../store/channel-reach.ts";
import { listServingChannels } from "../store/channel-sharing.ts";
import { listOpenIncidents } from "../store/incidents.ts";
import { findJobRecord, type JobRecord } from "../store/jobs.ts";
import { listJobChannelIds } from "../store/jobs-channels.ts";
import { type FiguresRow, listFigures } from "../store/jobs-figures.ts";
import { listJobRecords, listStrip } from "../store/jobs-list.ts";
import { type LinkedJob, listDownstreams, listUpstreams } from "../store/jobs-upstreams.ts";
import { loadFallback } from "../store/report-figures.ts";
import { hasAmbiguousRuns } from "../store/runs.ts";
import { findUnstableJob } from "../store/unstable.ts";
import { isUuid, type ProjectAccess, requireOwned, requireProject } from "./access.ts";
import { unableKinds } from "./channel-input.ts";
import { listDifferences, requestOf } from "./code-request.ts";
import type { Ctx } from "./context.ts";
import { formOf, type FormLinks } from "./job-input.ts";
import { upstreamTexts } from "./job-upstreams.ts";
import { type Figures, type FollowsCode, type JobList, type JobPage, jobRowOf, type Period } from "./job-views.ts";
import { NEXT_SHOWN } from "./schedule-preview.ts";
import { countHearing, isWorking, type JudgedChannel, nobodyTold, wouldHear } from "./who-is-told.ts";

export type JobListInput = {
  projectId: string;
  /** Only these jobs of the project; unknown ids are left out. */
  jobIds?: readonly string[];
  /** In a larger project strips hold the newest three runs only: a screen asks for those in sight by their ids. */
  stripsUpTo?: number;
};

/** Every job of a project with what a list shows; three queries whatever their number. */
export async function listJobs(ctx: Ctx, input: JobListInput): Promise<JobList> {
  const project = await requireProject(ctx, input.projectId, "see");
  const { pool } = ctx.database;
  const unable = await unableKinds(ctx);
  const [records, reach] = await Promise.all([
    listJobRecords(pool, project.id, {
      jobIds: input.jobIds?.filter(isUuid) ?? null,
      stripsUpTo: input.stripsUpTo ?? Number.MAX_SAFE_INTEGER,
    }),
    loadChannelReach(pool, project.id, [...unable.keys()]),
  ]);
  const now = ctx.clock.now();
  const jobs = records.map((record) => jobRowOf(record, { now, channelCount: countHearing(reach, record) }));
  return { jobs, now };
}

/** The job, if whoever asks may do this with it. @throws AppError `not-found`, also for strangers; `forbidden`. */
export async function requireJob(
  ctx: Ctx,
  jobId: string,
  action: Action,
): Promise<JobRecord & { project: ProjectAccess }> {
  const found = isUuid(jobId) ? await findJobRecord(ctx.database.pool, jobId) : null;
  const missing = new AppError("not-found", `There is no job with the id "${jobId}".`, "jobId");
  return requireOwned(ctx, found, { action, missing });
}

/** @throws AppError `not-found`, also for strangers. */
export async function getJob(ctx: Ctx, input: { jobId: string }): Promise<JobPage> {
  const job = await requireJob(ctx, input.jobId, "see");
  const { pool } = ctx.database;
  const now = ctx.clock.now();
  const [strip, figures, openIncidents, ambiguous, channels, links, downstreams, unstable, fallback] =
    await Promise.all([
      listStrip(pool, job.id),
      figuresOf(ctx, job.id, now),
      listOpenIncidents(pool, job.id),
      hasAmbiguousRuns(pool, job.id),
      listJudgedChannels(ctx, job.projectId),
      linksOf(ctx, job),
      listDownstreams(pool, job.id),
      findUnstableJob(pool, job.id),
      loadFallback(pool, { projectId: job.projectId, mailWorks: ctx.config.smtpUrl !== null }),
    ]);
  const heard = channels.filter((channel) => job.allChannels || links.channelIds.includes(channel.id));
  const told = heard.filter((channel) => wouldHear(channel, job.tags));
  const { description, limits, pings, createdAt, facts } = job;
  return {
    ...jobRowOf({ ...job, strip }, { now, channelCount: told.length }),
    ...{ description, limits, pings, createdAt, figures, openIncidents, ambiguous, now },
    effectiveGraceMs: effectiveGrace(job, now),
    pingUrl: pingUrlOf(ctx, job.id),
    mailAddress: mailAddressOf(ctx, job.id),
    firstPingAt: facts.firstPingAt,
    reading: readAloud(job.schedule, now, NEXT_SHOWN),
    nobodyTold:
      fallback !== null && fallback.length > 0
        ? fallbackSentence(fallback)
        : nobodyTold(heard, channels.length, job.tags),
    channels: heard.map((channel) => ({
      id: channel.id,
      name: channel.name,
      kind: channel.kind,
      working: isWorking(channel),
      told: told.includes(channel),
    })),
    followsCode: followsCode(job),
    leftOut: job.leftOut,
    ...{ upstreams: links.jobs, downstreams, unstable },
    form: formOf(job, links),
  };
}

async function listJudgedChannels(ctx: Ctx, projectId: string): Promise<JudgedChannel[]> {
  const [channels, unable] = await Promise.all([listServingChannels(ctx.database.pool, projectId), unableKinds(ctx)]);
  return channels.map((channel) => ({ ...channel, unable: unable.get(channel.kind) ?? null }));
}

/** What a job's form names of other things, and the jobs that it waits for. */
export async function linksOf(
  { database: { pool } }: Ctx,
  { id, environment }: Pick<JobRecord, "id" | "environment">,
): Promise<FormLinks & { jobs: LinkedJob[] }> {
  const [channelIds, jobs] = await Promise.all([listJobChannelIds(pool, id), listUpstreams(pool, id)]);
  return { channelIds, jobs, upstreams: upstreamTexts(jobs, environment) };
}

function followsCode(job: JobRecord): FollowsCode | null {
  const request = requestOf(job);
  return request === null ? null : { managedBy: job.managedBy, differences: listDifferences(job, request) };
}

/** Where the job is pinged by its id. */
export function pingUrlOf({ config }: Pick<Ctx, "config">, jobId: string): string {
  return `${config.baseUrl}/ping/${jobId}`;
}

/** Where mail to the job is a ping; null where none is taken. */
function mailAddressOf({ config }: Ctx, jobId: string): string | null {
  return config.mailPort === null ? null : `${jobId}@${config.mailDomain}`;
}

const PERIODS: readonly { period: Period; length: Millis }[] = [
  { period: "24h", length: DAY },
  { period: "7d", length: 7 * DAY },
  { period: "30d", length: 30 * DAY },
  { period: "90d", length: 90 * DAY },
];

async function figuresOf(ctx: Ctx, jobId: string, now: Instant): Promise<Figures[]> {
  const since = PERIODS.map(({ length }) => now - length);
  const rows = await listFigures(ctx.database.pool, jobId, since);
  return PERIODS.flatMap(({ period }, index) => {
    const row = rows[index];
    return row === undefined ? [] : [{ period, ...row, successRate: successRate(row) }];
  });
}

function successRate({ ok, bad }: FiguresRow): number | null {
  return ok + bad === 0 ? null : ok / (ok + bad);
}

/** The grace in force at the job's next slot; null without a schedule. */
export function effectiveGrace(job: JobRecord, now: Instant): Millis | null {
  const { id, schedule, scheduleSince, limits } = job;
  const slot = job.facts.nextSlotAt ?? compileSchedule(schedule).next(now);
  if (slot === null) return null;
  const rules: Job = { id, schedule, scheduleSince, limits, usual: null };
  return graceAt(openDraft({ ...newMemory(), job: rules, gaps: [] }), slot);
}
