"use server";

import { redirect } from "next/navigation";
import type { ActionResult, FormState } from "../../../components/base/form-state.ts";
import type { JobFormValues, PreviewAnswer } from "../../../components/jobs/job-form-values.ts";
import { adoptCodeRequest } from "../../../lib/services/code-jobs.ts";
import { createJob, deleteJob, pauseJob, resumeJob, updateJob } from "../../../lib/services/job-changes.ts";
import { screenProcess } from "../../../lib/services/process.ts";
import { previewSchedule } from "../../../lib/services/schedule-preview.ts";
import { asRecord, asText } from "../../action-input.ts";
import { tryAction, tryForm } from "../../failures.ts";
import { parseJobForm } from "../../job-form-input.ts";
import { getCtx } from "../../request.ts";

type Failure = FormState<JobFormValues> | null;

/** Makes a job and goes to its page. */
export async function saveNewJob(projectId: unknown, input: unknown): Promise<Failure> {
  const values = parseJobForm(input);
  let id = "";
  const failure = await tryForm(values, async () => {
    ({ id } = await createJob(await getCtx(), { projectId: asText(projectId), ...values }));
  });
  return failure ?? redirect(`/jobs/${id}`);
}

/** Changes a job and goes back to its page. */
export async function saveJob(jobId: unknown, input: unknown): Promise<Failure> {
  const values = parseJobForm(input);
  const failure = await tryForm(values, async () => {
    await updateJob(await getCtx(), { jobId: asText(jobId), ...values });
  });
  return failure ?? redirect(`/jobs/${asText(jobId)}`);
}

/** What a schedule means, as one types. */
export async function preview(input: unknown): Promise<PreviewAnswer> {
  const { schedule, dialect, timeZone } = asRecord(input);
  const { services } = await screenProcess();
  return previewSchedule(services, {
    schedule: asText(schedule),
    dialect: asText(dialect),
    timeZone: asText(timeZone),
  });
}

export async function pause(jobId: unknown): Promise<ActionResult> {
  return tryAction(async () => {
    await pauseJob(await getCtx(), { jobId: asText(jobId) });
    return "Paused. Nothing is expected until somebody resumes it.";
  });
}

export async function resume(jobId: unknown): Promise<ActionResult> {
  return tryAction(async () => {
    await resumeJob(await getCtx(), { jobId: asText(jobId) });
    return "Resumed. It is watched from now on.";
  });
}

/** Takes what the job's code asks for. */
export async function adopt(jobId: unknown): Promise<ActionResult> {
  return tryAction(async () => {
    await adoptCodeRequest(await getCtx(), { jobId: asText(jobId) });
    return "Taken. From now on the job changes with its code.";
  });
}

/** Deletes a job with its runs and goes to the list. */
export async function remove(jobId: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    const { slug } = await deleteJob(await getCtx(), { jobId: asText(jobId) });
    return `Deleted ${slug}.`;
  });
  return result.ok ? redirect("/jobs") : result;
}
