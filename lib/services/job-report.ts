import { groupBy } from "../domain/group-by.ts";
import type { JobStatus } from "../domain/job.ts";
import { statusOf } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { type IncidentRecord, listIncidentRecords } from "../store/incidents.ts";
import { countPings } from "../store/pings.ts";
import type { Ctx } from "./context.ts";
import type { JobRow } from "./job-views.ts";
import { listJobs, requireJob } from "./jobs.ts";
import { listRuns, type RunRow } from "./runs.ts";

export type JobReport = {
  id: string;
  slug: string;
  status: JobStatus;
  lastPingAt: Instant | null;
  nextExpectedAt: Instant | null;
  /** Every ping that is stored, counted one by one. */
  pings: number;
  /** The newest 100, newest first. */
  runs: RunRow[];
};

const RUNS_REPORTED = 100;

/** A job for scripts. */
export async function jobReport(ctx: Ctx, input: { jobId: string }): Promise<JobReport> {
  const { id, slug, facts, lastPingAt } = await requireJob(ctx, input.jobId, "see");
  const [pings, { runs }] = await Promise.all([
    countPings(ctx.database.pool, id),
    listRuns(ctx, { jobId: id, limit: RUNS_REPORTED }),
  ]);
  const status = statusOf(facts, ctx.clock.now());
  return { id, slug, status, lastPingAt, nextExpectedAt: facts.nextSlotAt, pings, runs };
}

export type ListedJob = JobRow & {
  /** Newest first; mostly none, and two at most: a critical one and a warning. */
  openIncidents: IncidentRecord[];
};

/** A project's jobs by name, for scripts; all of them without a `limit`. */
export async function reportJobs(ctx: Ctx, input: { projectId: string; limit?: number }): Promise<ListedJob[]> {
  const { jobs } = await listJobs(ctx, { projectId: input.projectId, stripsUpTo: 0 });
  const filter = { projectId: input.projectId, jobId: null, state: "open", after: null, limit: null } as const;
  const open = groupBy(await listIncidentRecords(ctx.database.pool, filter), ({ jobId }) => jobId);
  return jobs.slice(0, input.limit).map((job) => ({ ...job, openIncidents: open.get(job.id) ?? [] }));
}
