import { cache } from "react";
import type { ChartRun } from "../components/job/chart-shape.ts";
import type { SentenceFacts } from "../components/job/job-sentence.tsx";
import type { RunView } from "../components/job/run-table.tsx";
import type { LastPing } from "../components/job/listening.tsx";
import { unusualFactor } from "../lib/domain/usual-runs.ts";
import type { Ctx } from "../lib/services/context.ts";
import type { JobPage } from "../lib/services/job-views.ts";
import { getJob } from "../lib/services/jobs.ts";
import { getRun, type RunRow } from "../lib/services/runs.ts";
import type { JobUsual } from "../lib/services/usual.ts";
import { load } from "./failures.ts";
import { requireVisit } from "./request.ts";

/** A job for its page and its title, asked for once a request. */
export const loadJob = cache(async (jobId: string): Promise<JobPage> => {
  const { ctx } = await requireVisit();
  return load(() => getJob(ctx, { jobId }));
});

/** The newest ping booked on the job's newest run; null before the first. */
export async function findLastPing(ctx: Ctx, job: JobPage): Promise<LastPing | null> {
  if (job.lastPingAt === null) return null;
  const newest = job.strip.findLast((run) => run.outcome !== "missed" && run.outcome !== "skipped");
  const pings = newest === undefined ? [] : (await getRun(ctx, { jobId: job.id, number: newest.number })).pings;
  const last = pings.at(-1);
  return last === undefined
    ? { at: job.lastPingAt, action: "success", source: null, userAgent: null }
    : { at: last.receivedAt, action: last.action, source: last.source, userAgent: last.userAgent };
}

export function sentenceFacts(job: JobPage, latest: readonly RunRow[]): SentenceFacts {
  return {
    status: job.status,
    scheduleKind: job.schedule.kind,
    scheduleWords: job.scheduleWords,
    timeZone: job.timeZone,
    nextExpectedAt: job.nextExpectedAt,
    lastOkAt: job.lastOkAt,
    lastOkMs: latest.find((run) => run.outcome === "ok")?.durationMs ?? null,
  };
}

/** Runs beside what is usual. */
export function runViews(runs: readonly RunRow[], { yardstick }: JobUsual): RunView[] {
  return runs.map((run) => ({ ...run, usualFactor: unusualFactor(run, yardstick) }));
}

/** Newest first becomes oldest first. */
export function chartRuns(latest: readonly RunRow[]): ChartRun[] {
  return latest
    .map(({ number, outcome, startedAt, slotAt, durationMs }) => ({
      number,
      outcome,
      at: startedAt ?? slotAt,
      durationMs,
    }))
    .toReversed();
}

/** The crontab expression to show in lines to copy; null where there is none. */
export function crontabOf(job: JobPage): string | null {
  return job.schedule.kind === "cron" ? job.schedule.expression : null;
}
