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
};

type Row = Omit<IncidentRecord, "openedAt" | "resolvedAt"> & { openedAt: Date; resolvedAt: Date | null };

const SELECT = `SELECT i.id, i.job_id AS "jobId", j.name AS "jobName", j.slug AS "jobSlug", i.project_id AS "projectId",
  i.number, i.severity, i.cause, i.state, i.opened_at AS "openedAt", i.resolved_at AS "resolvedAt",
  i.resolve_reason AS "resolveReason", i.run_number AS "runNumber", i.bad_count AS "badCount",
  i.missed_count AS "missedCount" FROM incidents i JOIN jobs j ON j.id = i.job_id`;

export type IncidentFilter = {
  projectId: string;
  jobId: string | null;
  state: "open" | "resolved" | null;
  /** Only those after this one in the order of the list. */
  after: { openedAt: Instant; id: string } | null;
  /** Null: all of them. */
  limit: number | null;
};

/** Newest first. */
export async function listIncidentRecords(database: Queryable, filter: IncidentFilter): Promise<IncidentRecord[]> {
  const { rows } = await database.query<Row>(
    `${SELECT} WHERE i.project_id = $1 AND ($2::uuid IS NULL OR i.job_id = $2) AND ($3::text IS NULL OR i.state = $3)
       AND ($4::timestamptz IS NULL OR (i.opened_at, i.id) < ($4, $5::uuid))
     ORDER BY i.opened_at DESC, i.id DESC LIMIT $6`,
    [
      ...[filter.projectId, filter.jobId, filter.state],
      ...[filter.after === null ? null : new Date(filter.after.openedAt), filter.after?.id ?? null, filter.limit],
    ],
  );
  return rows.map(recordOf);
}

export async function countOpenIncidents(database: Queryable, projectId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    "SELECT count(*) FROM incidents WHERE project_id = $1 AND state = 'open'",
    [projectId],
  );
  return rows[0]?.count ?? 0;
}

export async function findIncidentRecord(database: Queryable, incidentId: string): Promise<IncidentRecord | null> {
  const { rows } = await database.query<Row>(`${SELECT} WHERE i.id = $1`, [incidentId]);
  const [row] = rows;
  return row === undefined ? null : recordOf(row);
}

/** The job's open incidents: the critical one, then the warning. */
export async function listOpenIncidents(
  database: Queryable,
  jobId: string,
): Promise<{ id: string; cause: Cause; openedAt: Instant }[]> {
  const { rows } = await database.query<{ id: string; cause: Cause; openedAt: Date }>(
    `SELECT id, cause, opened_at AS "openedAt" FROM incidents WHERE job_id = $1 AND state = 'open' ORDER BY severity`,
    [jobId],
  );
  return rows.map((row) => ({ ...row, openedAt: instantOf(row.openedAt) }));
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
  return { ...row, openedAt: instantOf(row.openedAt), resolvedAt: instantOf(row.resolvedAt) };
}

export type IncidentEventRecord = {
  sequence: number;
  /** As the database's check allows. */
  kind: "opened" | "bad-run" | "resolved" | "acknowledged" | "note";
  at: Instant;
  runNumber: number | null;
  cause: Cause | null;
  resolveReason: ResolveReason | null;
  note: string | null;
};

/** The timeline of an incident, oldest first: its opening and its newest 500 entries. */
export async function listIncidentEvents(database: Queryable, incidentId: string): Promise<IncidentEventRecord[]> {
  const { rows } = await database.query<Omit<IncidentEventRecord, "at"> & { at: Date }>(
    `SELECT sequence, kind, at, run_number AS "runNumber", cause, resolve_reason AS "resolveReason", note
     FROM incident_events WHERE incident_id = $1 AND (sequence = 1 OR sequence > (
       SELECT max(sequence) - 500 FROM incident_events WHERE incident_id = $1
     )) ORDER BY sequence`,
    [incidentId],
  );
  return rows.map((row) => ({ ...row, at: instantOf(row.at) }));
}
