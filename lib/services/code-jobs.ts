import { applyEdit } from "../domain/transition.ts";
import { AppError } from "../errors.ts";
import {
  findJobRecord,
  type JobSettings,
  type NewJobRecord,
  updateCodeRequest,
  updateJobRecord,
} from "../store/jobs.ts";
import { changeState, editedJob } from "./job-changes.ts";
import type { Ctx } from "./context.ts";
import { formOf, type JobForm, type NewJob, parseJobEdit, parseNewJob } from "./job-input.ts";

/** What code asks of its job, besides the job's names: as it was sent. */
export type CodeRequest = Partial<
  Pick<
    JobForm,
    "schedule" | "dialect" | "timeZone" | "grace" | "maxRuntime" | "jitter" | "failuresToOpen" | "successesToClose"
  >
>;

/** A job that code asks for: what makes no sense is left out, so that nothing is lost by it. */
export function readCodeJob(names: NewJob, request: CodeRequest, digest: string | null): NewJobRecord {
  return { settings: readKindly(names, request), code: { request, digest } };
}

function readKindly(names: NewJob, request: CodeRequest): JobSettings {
  const parts: CodeRequest[] = [request, without(request, "schedule"), {}];
  for (const part of parts) {
    try {
      return parseNewJob({ ...names, ...part }).settings;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return parseNewJob({ slug: names.slug, environment: names.environment }).settings;
}

function without(request: CodeRequest, left: keyof CodeRequest): CodeRequest {
  return Object.fromEntries(Object.entries(request).filter(([name]) => name !== left));
}

/**
 * Notes what code asks of its job now, and changes the job unless a person has set it up otherwise since.
 * @throws AppError `invalid` where what is asked makes no sense; it is noted all the same.
 */
export async function followCode(
  ctx: Pick<Ctx, "database" | "clock">,
  { jobId, request, digest }: { jobId: string; request: CodeRequest; digest: string | null },
): Promise<void> {
  const { pool } = ctx.database;
  const job = await findJobRecord(pool, jobId);
  if (job === null) return;
  await updateCodeRequest(pool, { jobId, request, digest });
  if (job.managedBy !== "code") return;
  const { settings } = parseJobEdit(formOf(job, []), { ...request, channelIds: undefined });
  await changeState(ctx, job, async (state, now, client) => {
    const edited = editedJob(state.job, settings, now);
    const kept = { ...settings, allChannels: job.allChannels };
    await updateJobRecord(client, { jobId, settings: kept, scheduleSince: edited.scheduleSince });
    return applyEdit(state, edited, now);
  });
}
