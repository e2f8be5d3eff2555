import type { Job, JobStatus } from "../domain/job.ts";
import { readAloud } from "../domain/schedule/reading.ts";
import { statusOf, type JobState, type Transition } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { applyEdit, applyPause, applyResume, statusFacts } from "../domain/transition.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import { isTransient } from "../store/failures.ts";
import { findSilence } from "../store/gaps.ts";
import { insertJobRecord, type JobRecord, type JobSettings, updateJobRecord } from "../store/jobs.ts";
import { replaceJobChannels } from "../store/jobs-channels.ts";
import { deleteJobRecord } from "../store/jobs-deletion.ts";
import { isUniqueViolation, type Queryable } from "../store/queryable.ts";
import { loadStates } from "../store/states.ts";
import { addTransition, earliestMove, openChange, saveTransitions } from "../store/transitions.ts";
import { isUuid, requireProject } from "./access.ts";
import type { Ctx } from "./context.ts";
import { DEFAULT_ENVIRONMENT, formOf, type NewJob, parseJobEdit, parseNewJob } from "./job-input.ts";
import type { CreatedJob } from "./job-views.ts";
import { writeUpstreams } from "./job-upstreams.ts";
import { linksOf, pingUrlOf, requireJob } from "./jobs.ts";
import { publishCache, publishCheck, publishLive } from "./publish.ts";

const DELETION_ATTEMPTS = 5;

export type ChangedJob = { id: string; slug: string; state: JobStatus };

/** @throws AppError `invalid` with the field of `JobForm` it is about; `conflict` (field slug) for a slug in use. */
export async function createJob(ctx: Ctx, input: { projectId: string } & NewJob): Promise<CreatedJob> {
  const { projectId, ...given } = input;
  const project = await requireProject(ctx, projectId, "change-jobs");
  const { settings, channelIds, upstreams } = parseNewJob(given);
  return inTransaction(ctx.database.pool, async (client) => {
    const job = await insertJobRecord(client, { projectId: project.id, settings, code: null });
    if (job === null) throw slugInUse(settings.slug);
    await writeChannels(client, job.id, channelIds);
    await writeUpstreams(client, { ...settings, id: job.id, projectId: project.id, upstreams });
    await publishCache(client, job.id);
    await publishLive(client, project.id);
    return createdJob(ctx, job.id, settings);
  });
}

/** Changes what is given and leaves the rest. @throws AppError as `createJob`. */
export async function updateJob(ctx: Ctx, input: { jobId: string } & NewJob): Promise<CreatedJob> {
  const { jobId, ...given } = input;
  const before = await requireJob(ctx, jobId, "change-jobs");
  // In another environment the same words would name other jobs.
  const environment = (given.environment ?? before.environment).trim() || DEFAULT_ENVIRONMENT;
  const form = formOf(before, await linksOf(ctx, { id: before.id, environment }));
  const { settings, channelIds, upstreams } = parseJobEdit(form, given);
  try {
    await changeState(ctx, before, async (state, now, client) => {
      const job = editedJob(state.job, settings, now);
      await updateJobRecord(client, { jobId: before.id, settings, scheduleSince: job.scheduleSince });
      await writeChannels(client, before.id, channelIds);
      await writeUpstreams(client, { ...settings, id: before.id, projectId: before.projectId, upstreams });
      return applyEdit(state, job, now);
    });
  } catch (error) {
    throw isUniqueViolation(error, "jobs_project_id_slug_environment_key") ? slugInUse(settings.slug) : error;
  }
  return createdJob(ctx, before.id, settings);
}

/** What a person hears of a job that was made or changed. */
export function createdJob(ctx: Ctx, id: string, { slug, schedule }: JobSettings): CreatedJob {
  const { warnings } = readAloud(schedule, ctx.clock.now(), 0);
  return { id, slug, pingUrl: pingUrlOf(ctx, id), warnings };
}

/** A changed schedule counts from now on: what would have been due before the edit was never asked for. */
export function editedJob(before: Job, { schedule, limits }: JobSettings, now: Instant): Job {
  const same = JSON.stringify(schedule) === JSON.stringify(before.schedule);
  const usual = limits.unusual === "alert" ? before.usual : null;
  return { id: before.id, schedule, scheduleSince: same ? before.scheduleSince : now, limits, usual };
}

async function writeChannels(client: Queryable, jobId: string, channelIds: readonly string[] | null): Promise<void> {
  const ids = [...new Set(channelIds ?? [])];
  const strange = ids.find((id) => !isUuid(id));
  if (strange !== undefined || (await replaceJobChannels(client, jobId, ids)) !== ids.length) {
    throw new AppError(
      "invalid",
      "One of the chosen channels does not serve this project any more. Choose again.",
      "channelIds",
    );
  }
}

function slugInUse(slug: string): AppError {
  return new AppError("conflict", `The project has a job with the slug "${slug}" already. Choose another one.`, "slug");
}

/** Stops expecting the job; of the end of its open incidents only those hear who would keep them open. */
export async function pauseJob(ctx: Ctx, input: { jobId: string }): Promise<ChangedJob> {
  const job = await requireJob(ctx, input.jobId, "pause-jobs");
  return changeState(ctx, job, async (state, now) => applyPause(state, now));
}

/** Expects it again, from its next slot on. */
export async function resumeJob(ctx: Ctx, input: { jobId: string }): Promise<ChangedJob> {
  const job = await requireJob(ctx, input.jobId, "pause-jobs");
  return changeState(ctx, job, async (state, now) => applyResume(state, now));
}

/** Evaluates under the job's lock, writes what came of it, and tells whoever has to know. */
export async function changeState(
  ctx: Pick<Ctx, "database" | "clock">,
  job: Pick<JobRecord, "id" | "slug" | "projectId">,
  evaluate: (state: JobState, now: Instant, client: Queryable) => Promise<Transition>,
): Promise<ChangedJob> {
  return inTransaction(ctx.database.pool, async (client) => {
    const loaded = (await loadStates(client, [job.id])).get(job.id);
    if (loaded === undefined) throw new AppError("not-found", "This job was deleted meanwhile.", "jobId");
    const now = ctx.clock.now();
    const change = openChange(loaded);
    // While the server is away nobody can know what was missed: the change must not be the one to say so.
    const silence = await findSilence(client, now);
    const gaps = silence === null ? loaded.state.gaps : [...loaded.state.gaps, silence];
    addTransition(change, await evaluate({ ...loaded.state, gaps }, now, client));
    await saveTransitions(client, [change], "exact");
    await publishCheck(client, earliestMove([change]));
    await publishCache(client, job.id);
    await publishLive(client, job.projectId);
    return { id: job.id, slug: job.slug, state: statusOf(statusFacts(change.state), now) };
  });
}

/** Deletes the job with its runs and incidents; whoever was told of one that is open hears that it is over. */
export async function deleteJob(
  ctx: Ctx,
  input: { jobId: string },
): Promise<{ id: string; slug: string; projectId: string }> {
  const { id, slug, projectId } = await requireJob(ctx, input.jobId, "change-jobs");
  const attempt = () =>
    inTransaction(ctx.database.pool, async (client) => {
      await deleteJobRecord(client, id);
      await publishCache(client, id);
      await publishLive(client, projectId);
    });
  // It locks much of what others are at: whoever has to give way tries again.
  for (let failures = 0; failures < DELETION_ATTEMPTS; failures += 1) {
    try {
      await attempt();
      break;
    } catch (error) {
      if (!isTransient(error) || failures + 1 === DELETION_ATTEMPTS) throw error;
    }
  }
  return { id, slug, projectId };
}
