import { applyEdit } from "../domain/transition.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import { findJobRecord, type JobRecord, type JobSettings, type NewJobRecord, updateJobRecord } from "../store/jobs.ts";
import { markManagedByCode, updateCodeRequest } from "../store/jobs-code.ts";
import type { Queryable } from "../store/queryable.ts";
import { adoptRequest, type CodeRequest, mergeRequest, namesOf, readRequest, requestOf } from "./code-request.ts";
import type { Ctx } from "./context.ts";
import { type ChangedJob, changeState, editedJob } from "./job-changes.ts";
import type { NewJob } from "./job-input.ts";
import { requireJob } from "./jobs.ts";
import { publishCache } from "./publish.ts";

/** A job that code asks for: what makes no sense is left out, so that nothing is lost by it. */
export function readCodeJob(names: NewJob, request: CodeRequest, digest: string | null): NewJobRecord {
  return { settings: readRequest(names, request).settings, code: { request, digest } };
}

/**
 * Notes what code asks of its job now. One that code made changes with it, except in what a person has set otherwise; one
 * that a person made stays as it is.
 */
export async function followCode(
  ctx: Pick<Ctx, "database" | "clock">,
  { jobId, request, digest }: { jobId: string; request: CodeRequest; digest: string | null },
): Promise<void> {
  const { pool } = ctx.database;
  const job = await findJobRecord(pool, jobId);
  if (job?.managedBy === "code") {
    await changeSettings(ctx, job, async (current, client) => {
      await updateCodeRequest(client, { jobId, request, digest });
      const names = namesOf(current);
      const before = readRequest(names, requestOf(current) ?? {}).settings;
      return mergeRequest(current, before, readRequest(names, request).settings);
    });
  } else if (job !== null) {
    await inTransaction(pool, async (client) => {
      await updateCodeRequest(client, { jobId, request, digest });
      await publishCache(client, jobId);
    });
  }
}

/**
 * Takes what the job's code asks for, and follows it from now on.
 * @throws AppError `conflict` where it has never asked for anything.
 */
export async function adoptCodeRequest(ctx: Ctx, input: { jobId: string }): Promise<ChangedJob> {
  const job = await requireJob(ctx, input.jobId, "change-jobs");
  return changeSettings(ctx, job, async (current, client) => {
    const request = requestOf(current);
    if (request === null) throw new AppError("conflict", "The code of this job has asked for nothing yet.", "jobId");
    await markManagedByCode(client, job.id);
    return adoptRequest(current, request);
  });
}

/** Under the job's lock: of two requests at once the second sees what the first has changed. */
function changeSettings(
  ctx: Pick<Ctx, "database" | "clock">,
  job: JobRecord,
  change: (current: JobRecord, client: Queryable) => Promise<JobSettings>,
): Promise<ChangedJob> {
  return changeState(ctx, job, async (state, now, client) => {
    const settings = await change((await findJobRecord(client, job.id)) ?? job, client);
    const edited = editedJob(state.job, settings, now);
    await updateJobRecord(client, { jobId: job.id, settings, scheduleSince: edited.scheduleSince });
    return applyEdit(state, edited, now);
  });
}
