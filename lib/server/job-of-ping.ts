import type { CreationRequest } from "../ping/event.ts";
import { parseNewJob } from "../services/job-input.ts";
import type { JobSettings } from "../store/jobs.ts";

/** The job that a first ping asks for, by the rules of the job form. @throws AppError `invalid` */
export function jobOfPing(slug: string, request: CreationRequest): JobSettings {
  const { schedule, dialect, timeZone, grace, maxRuntime, jitter } = request;
  return parseNewJob({
    slug,
    schedule: schedule ?? undefined,
    dialect: dialect ?? undefined,
    timeZone: timeZone ?? undefined,
    grace: grace ?? undefined,
    maxRuntime: maxRuntime ?? undefined,
    jitter: jitter ?? undefined,
  }).settings;
}
