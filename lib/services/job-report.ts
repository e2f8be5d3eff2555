import type { JobStatus } from "../domain/job.ts";
import { statusOf } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { countPings } from "../store/pings.ts";
import type { Ctx } from "./context.ts";
import { requireJob } from "./jobs.ts";
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
