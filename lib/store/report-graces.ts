import { proposeGrace } from "../domain/reports/grace-proposal.ts";
import type { GraceProposal } from "../domain/reports/report-facts.ts";
import { ScheduleError } from "../domain/schedule.ts";
import type { Instant } from "../domain/time.ts";
import { type JobRow, scheduleOf } from "./jobs.ts";
import type { Queryable } from "./queryable.ts";
import type { SpanOf } from "./report-figures.ts";
import { type GoodRunEntry, goodRuns, goodRunsOf } from "./usual.ts";

/** Those that were late most often first: the arithmetic of more would keep pings waiting. */
const JOBS_LOOKED_AT = 200;
/** Between two of them other work has its turn. */
const SLICE = 20;

type Row = Pick<
  JobRow,
  "id" | "name" | "scheduleKind" | "scheduleExpression" | "dialect" | "timeZone" | "intervalMs" | "jitterMs" | "graceMs"
> & { runs: GoodRunEntry[] | null };

const JOBS = `SELECT j.id, j.name, j.schedule_kind AS "scheduleKind", j.schedule_expression AS "scheduleExpression", j.dialect,
    j.time_zone AS "timeZone", j.interval_ms AS "intervalMs", j.jitter_ms AS "jitterMs", j.grace_ms AS "graceMs", m.missed
  FROM jobs j JOIN job_state s ON s.job_id = j.id
  CROSS JOIN LATERAL (
    SELECT count(*) AS missed FROM incidents i
    WHERE i.job_id = j.id AND i.cause = 'missed' AND i.opened_at >= $2 AND i.opened_at < $3
  ) m
  WHERE j.project_id = $1 AND j.schedule_kind <> 'none' AND s.paused_at IS NULL AND s.last_ok_at IS NOT NULL
  ORDER BY m.missed DESC, j.name, j.id LIMIT ${SLICE} OFFSET $4`;

/** Graces that do not fit how late the runs of their jobs come, those that raised most alarms first. */
export async function loadGraceProposals(
  database: Queryable,
  { projectId, from, to }: SpanOf,
  now: Instant,
): Promise<GraceProposal[]> {
  const proposals: GraceProposal[] = [];
  for (let offset = 0; offset < JOBS_LOOKED_AT; offset += SLICE) {
    const { rows } = await database.query<Row>(
      `SELECT d.*, g.runs FROM (${JOBS}) d CROSS JOIN LATERAL (${goodRunsOf("d.id")}) g ORDER BY d.missed DESC, d.name, d.id`,
      [projectId, new Date(from), new Date(to), offset],
    );
    proposals.push(...rows.flatMap((row) => proposalOf(row, now)));
    if (rows.length < SLICE) break;
  }
  return proposals;
}

/** None where the schedule cannot be read: that is the sweep's to tell. */
function proposalOf({ id: jobId, name, jitterMs, graceMs, runs, ...row }: Row, now: Instant): GraceProposal[] {
  try {
    const found = proposeGrace({ schedule: scheduleOf(row), jitterMs, graceMs, runs: goodRuns(runs) }, now);
    return found === null ? [] : [{ jobId, name, ...found }];
  } catch (error) {
    if (error instanceof ScheduleError) return [];
    throw error;
  }
}
