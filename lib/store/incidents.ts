import type { Cause, ResolveReason, Severity } from "../domain/incident.ts";
import type { Instant } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";

export type IncidentRecord = {
  id: string;
  jobId: string;
  jobName: string;
  jobSlug: string;
  projectId: string;
  number: number;
  severity: Severity;
  cause: Cause;
  state: "open" | "resolved";
  openedAt: Instant;
  resolvedAt: Instant | null;
  resolveReason: ResolveReason | null;
  /** The run that opened it. */
  runNumber: number;
  badCount: number;
  missedCount: number;
  /** Of that run; null where it said nothing, or is not kept any more. */
  host: string | null;
  exitCode: number | null;
  /** What people have done about it: see `IncidentCare`. */
  acknowledgedAt: Instant | null;
  acknowledgedBy: string | null;
  snoozedUntil: Instant | null;
  snoozedUntilSuccess: boolean;
  mutedAt: Instant | null;
  outageId: string | null;
};

type Row = Omit<IncidentRecord, TimeField> & {
  [Field in TimeField]: Field extends "openedAt" ? Date : Date | null;
};
type TimeField = "openedAt" | "resolvedAt" | "acknowledgedAt" | "snoozedUntil" | "mutedAt";

const SELECT = `SELECT i.id, i.job_id AS "jobId", j.name AS "jobName", j.slug AS "jobSlug", i.project_id AS "projectId",
  i.number, i.severity, i.cause, i.state, i.opened_at AS "openedAt", i.resolved_at AS "resolvedAt",
  i.resolve_reason AS "resolveReason", i.run_number AS "runNumber", i.bad_count AS "badCount",
  i.missed_count AS "missedCount", i.acknowledged_at AS "acknowledgedAt", i.acknowledged_by AS "acknowledgedBy",
  i.snoozed_until AS "snoozedUntil", i.snoozed_until_success AS "snoozedUntilSuccess", i.muted_at AS "mutedAt",
  i.outage_id AS "outageId", r.host, r.exit_code AS "exitCode" FROM incidents i JOIN jobs j ON j.id = i.job_id AND j.project_id IS NOT NULL
  LEFT JOIN runs r ON r.job_id = i.job_id AND r.number = i.run_number`;

const WAITING = `(i.state = 'open' AND i.acknowledged_at IS NULL AND i.muted_at IS NULL AND NOT i.snoozed_until_success
  AND coalesce(i.snoozed_until <= belfry_now(), true))`;

export type IncidentFilter = {
  projectId: string;
  jobId: string | null;
  /** `waiting`: open, and nobody has acknowledged, snoozed or muted it; `attended`: open, and somebody has. */
  state: "open" | "waiting" | "attended" | "resolved" | null;
  /** Only those after this one in the order of the list. */
  after: { openedAt: Instant; id: string } | null;
  /** Null: all of them. */
  limit: number | null;
};

// As text of its own and not by a parameter: the index of what is open serves only who says that it asks for that.
const STATES: Readonly<Record<NonNullable<IncidentFilter["state"]>, string>> = {
  open: "i.state = 'open'",
  waiting: WAITING,
  attended: `i.state = 'open' AND NOT ${WAITING}`,
  resolved: "i.state = 'resolved'",
};

/** Newest first. */
export async function listIncidentRecords(database: Queryable, filter: IncidentFilter): Promise<IncidentRecord[]> {
  const { rows } = await database.query<Row>(
    `${SELECT} WHERE i.project_id = $1 AND ($2::uuid IS NULL OR i.job_id = $2)
       AND ${filter.state === null ? "true" : STATES[filter.state]}
       AND ($3::timestamptz IS NULL OR (i.opened_at, i.id) < ($3, $4::uuid))
     ORDER BY i.opened_at DESC, i.id DESC LIMIT $5`,
    [
      ...[filter.projectId, filter.jobId],
      ...[filter.after === null ? null : new Date(filter.after.openedAt), filter.after?.id ?? null, filter.limit],
    ],
  );
  return rows.map(recordOf);
}

/** `waiting`: those among them of which nobody takes care. */
export async function countOpenIncidents(
  database: Queryable,
  projectId: string,
): Promise<{ open: number; waiting: number }> {
  const { rows } = await database.query<{ open: number; waiting: number }>(
    `SELECT count(*) AS open, count(*) FILTER (WHERE ${WAITING}) AS waiting FROM incidents i
     WHERE i.project_id = $1 AND i.state = 'open'`,
    [projectId],
  );
  return rows[0] ?? { open: 0, waiting: 0 };
}

export async function findIncidentRecord(database: Queryable, incidentId: string): Promise<IncidentRecord | null> {
  const { rows } = await database.query<Row>(`${SELECT} WHERE i.id = $1`, [incidentId]);
  const [row] = rows;
  return row === undefined ? null : recordOf(row);
}

/** Incidents of an outage, the open ones first, at most `limit`. */
export async function listIncidentsOfOutage(
  database: Queryable,
  outageId: string,
  limit: number,
): Promise<IncidentRecord[]> {
  const { rows } = await database.query<Row>(
    `${SELECT} WHERE i.outage_id = $1 ORDER BY i.state, i.opened_at, j.name, i.id LIMIT $2`,
    [outageId, limit],
  );
  return rows.map(recordOf);
}

/** The job's open incidents: the critical one, then the warning. */
export async function listOpenIncidents(database: Queryable, jobId: string): Promise<IncidentRecord[]> {
  const { rows } = await database.query<Row>(`${SELECT} WHERE i.job_id = $1 AND i.state = 'open' ORDER BY i.severity`, [
    jobId,
  ]);
  return rows.map(recordOf);
}

/** Incidents that a run opened or added to, newest first. */
export async function listIncidentsOfRun(
  database: Queryable,
  jobId: string,
  runNumber: number,
): Promise<IncidentRecord[]> {
  const { rows } = await database.query<Row>(
    `${SELECT} WHERE i.job_id = $1 AND (i.run_number = $2 OR EXISTS
       (SELECT 1 FROM incident_events e WHERE e.incident_id = i.id AND e.run_number = $2))
     ORDER BY i.opened_at DESC, i.id DESC LIMIT 20`,
    [jobId, runNumber],
  );
  return rows.map(recordOf);
}

/** Runs with numbers within [from, to] that showed an alarm to be wrong: a verdict about their time was withdrawn. */
export async function listRefutingRuns(
  database: Queryable,
  { jobId, from, to }: { jobId: string; from: number; to: number },
): Promise<Set<number>> {
  const { rows } = await database.query<{ number: number }>(
    `SELECT e.run_number AS number FROM incidents i JOIN incident_events e ON e.incident_id = i.id
     WHERE i.job_id = $1 AND i.resolve_reason = 'withdrawn' AND e.kind = 'resolved' AND e.run_number BETWEEN $2 AND $3`,
    [jobId, from, to],
  );
  return new Set(rows.map((row) => row.number));
}

function recordOf(row: Row): IncidentRecord {
  return {
    ...row,
    openedAt: instantOf(row.openedAt),
    resolvedAt: instantOf(row.resolvedAt),
    acknowledgedAt: instantOf(row.acknowledgedAt),
    snoozedUntil: instantOf(row.snoozedUntil),
    mutedAt: instantOf(row.mutedAt),
  };
}
