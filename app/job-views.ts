import type { JobView } from "../components/jobs/job-view.ts";
import type { JobRow } from "../lib/services/job-views.ts";

/** From this many jobs on, strips are sent for the first ones only; the others follow when they come into sight. */
const WITH_STRIPS = 500;
const FIRST_STRIPS = 60;

/** What the list needs of each job, and no more: a large list is sent whole. */
export function jobViews(rows: readonly JobRow[]): JobView[] {
  return rows.map((row, index) => jobView(row, rows.length <= WITH_STRIPS || index < FIRST_STRIPS));
}

export function jobView(row: JobRow, withStrip: boolean): JobView {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
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
