import { type JobView, LARGE_LIST } from "../components/jobs/job-view.ts";
import type { JobRow } from "../lib/services/job-views.ts";

/** What the list needs of each job, and no more: a large list is sent whole, but without strips. */
export function jobViews(rows: readonly JobRow[]): JobView[] {
  return rows.map((row) => jobView(row, rows.length <= LARGE_LIST));
}

export function jobView(row: JobRow, withStrip: boolean): JobView {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    environment: otherEnvironment(row.environment),
    tags: row.tags,
    status: row.status,
    warning: row.warning,
    running: row.running,
    scheduleWords: row.scheduleWords,
    timeZone: row.timeZone,
    lastDurationMs: row.lastDurationMs,
    nextExpectedAt: row.nextExpectedAt,
    lateAt: row.lateAt,
    lastPingAt: row.lastPingAt,
    lastOkAt: row.lastOkAt,
    channelCount: row.channelCount,
    ...(withStrip ? { strip: row.strip } : {}),
  };
}

/** Production is what everybody takes a job for: only another environment needs to be said. */
export function otherEnvironment(environment: string): string | null {
  return environment === "production" ? null : environment;
}
