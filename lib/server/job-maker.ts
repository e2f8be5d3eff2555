import type { JobMaker } from "../ping/creation.ts";
import type { CreationRequest } from "../ping/event.ts";
import { readAskedJob, readLists } from "../services/asked-job.ts";
import { followCode, readCodeJob } from "../services/code-jobs.ts";
import type { CodeRequest } from "../services/code-request.ts";
import type { Ctx } from "../services/context.ts";

/** Makes jobs of first pings by the rules of the job form, and lets those of code follow their code. */
export function createJobMaker(ctx: Pick<Ctx, "database" | "clock">): JobMaker {
  return {
    read: readJob,
    update: (jobId, request) =>
      followCode(ctx, { jobId, request: askedOf(request), digest: request.code?.digest ?? null }),
  };
}

/** The job that a first ping asks for. */
export const readJob: JobMaker["read"] = ({ slug, environment }, request) => {
  const names = { slug, name: request.name ?? undefined, environment: environment ?? undefined };
  const asked = askedOf(request);
  if (request.code !== null) return readCodeJob(names, asked, request.code.digest);
  return readAskedJob(names, { ...asked, ...readLists(request) });
};

function askedOf(request: CreationRequest): CodeRequest {
  const { schedule, dialect, timeZone, grace, maxRuntime, jitter, failuresToOpen, successesToClose } = request;
  const asked = { schedule, dialect, timeZone, grace, maxRuntime, jitter, failuresToOpen, successesToClose };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null));
}
