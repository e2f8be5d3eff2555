import type { NewlyUnstable, Openings, UnstableLook } from "../domain/alerting/unstable.ts";
import { unstableWindow, UNSTABLE_OPENINGS } from "../domain/alerting/unstable.ts";
import type { UnstableJob } from "../domain/alerting/pending.ts";
import type { Instant } from "../domain/time.ts";
import { type Column, sourceOf, valuesOf } from "./columns.ts";
import { type JobRow, scheduleOf } from "./jobs.ts";
import { instantOf, type Queryable } from "./queryable.ts";

type ScheduleRow = Pick<JobRow, "scheduleKind" | "scheduleExpression" | "dialect" | "timeZone" | "intervalMs">;

const SCHEDULE = `j.schedule_kind AS "scheduleKind", j.schedule_expression AS "scheduleExpression", j.dialect,
  j.time_zone AS "timeZone", j.interval_ms AS "intervalMs"`;

/** Those of these jobs that are unstable. */
export async function loadUnstable(
  client: Queryable,
  jobIds: readonly string[],
  now: Instant,
): Promise<Map<string, UnstableJob>> {
  const { rows } = await client.query<ScheduleRow & { jobId: string; since: Date }>({
    name: "unstable-load",
    text: `SELECT u.job_id AS "jobId", u.since, ${SCHEDULE} FROM unstable_jobs u JOIN jobs j ON j.id = u.job_id
      WHERE u.job_id = ANY ($1::uuid[])`,
    values: [jobIds],
  });
  return new Map(
    rows.map((row) => [row.jobId, { since: instantOf(row.since), windowMs: unstableWindow(scheduleOf(row), now) }]),
  );
}

/** A job may have had thousands, and a few of the latest decide. */
const LOOK_BACK_INCIDENTS = 50;

/** Of those of these jobs that opened often enough within a day to be unstable: when they did. */
export async function loadOpenings(
  client: Queryable,
  jobIds: readonly string[],
  now: Instant,
): Promise<Map<string, Openings>> {
  const { rows } = await client.query<ScheduleRow & { jobId: string } & Pick<Openings, "openings">>({
    name: "unstable-openings",
    text: `WITH opened AS MATERIALIZED (
        SELECT i.job_id, json_agg(json_build_object('incidentId', i.id,
          'openedAt', floor(extract(epoch FROM i.opened_at) * 1000), 'told', i.told_at IS NOT NULL)) AS openings
        FROM unnest($1::uuid[]) AS x(job_id) CROSS JOIN LATERAL (
          SELECT * FROM incidents WHERE job_id = x.job_id ORDER BY number DESC LIMIT ${LOOK_BACK_INCIDENTS}
        ) i
        WHERE i.severity = 'critical' AND i.opened_at > belfry_now() - interval '1 day'
          AND coalesce(i.resolve_reason, '') NOT IN ('withdrawn', 'edited', 'paused')
        GROUP BY i.job_id HAVING count(*) >= ${UNSTABLE_OPENINGS}
      )
      SELECT o.job_id AS "jobId", o.openings, ${SCHEDULE} FROM opened o
      JOIN jobs j ON j.id = o.job_id AND j.project_id IS NOT NULL`,
    values: [jobIds],
  });
  return new Map(
    rows.map((row) => [row.jobId, { openings: row.openings, windowMs: unstableWindow(scheduleOf(row), now) }]),
  );
}

type NewRow = NewlyUnstable & { alertId: string };

const NEW_COLUMNS: readonly Column<NewRow>[] = [
  ["alert_id", "uuid", (row) => row.alertId],
  ["alarm_id", "uuid", (row) => row.alarm.id],
  ["since", "instant", (row) => row.since],
  ["openings", "int4", (row) => row.openings],
  ["check_at", "instant", (row) => row.checkAt],
];

/** Notes that jobs are unstable, and writes the alerts that say so, with the facts of the alarms in whose place they are. */
export async function insertUnstable(client: Queryable, rows: readonly NewRow[]): Promise<void> {
  await client.query(
    `WITH found AS (
       SELECT x.*, a.project_id, a.job_id, a.incident_id, a.severity, a.sequence, a.facts
       FROM ${sourceOf(NEW_COLUMNS)} JOIN alerts a ON a.id = x.alarm_id
     ), noted AS (
       INSERT INTO unstable_jobs (job_id, project_id, incident_id, since, openings, check_at)
       SELECT job_id, project_id, incident_id, since, openings, check_at FROM found
     )
     INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
     SELECT alert_id, project_id, job_id, incident_id, 'unstable', severity, sequence, belfry_now(), belfry_now(),
       (facts - 'held') || ${factsOf("since", "openings")}
     FROM found`,
    valuesOf(NEW_COLUMNS, rows),
  );
}

function factsOf(since: string, openings: string): string {
  return `jsonb_build_object('unstable', jsonb_build_object(
    'since', floor(extract(epoch FROM ${since}) * 1000), 'openings', ${openings}))`;
}

/** An unstable job that is to be looked at now, locked until the transaction ends. */
export type DueUnstable = UnstableLook & { jobId: string };

const AT_ONCE = 1_000;

/** Those that others hold are left to them. */
export async function claimUnstable(client: Queryable, now: Instant): Promise<DueUnstable[]> {
  type Row = ScheduleRow & Pick<DueUnstable, "jobId" | "paused" | "down"> & { lastTroubleAt: Date };
  const { rows } = await client.query<Row>({
    name: "unstable-claim",
    text: `SELECT u.job_id AS "jobId", s.paused_at IS NOT NULL AS paused, s.down, ${SCHEDULE},
        (SELECT greatest(u.since, max(i.opened_at), max(i.resolved_at)) FROM incidents i
         WHERE i.job_id = u.job_id AND i.severity = 'critical' AND i.opened_at >= u.since) AS "lastTroubleAt"
      FROM unstable_jobs u JOIN jobs j ON j.id = u.job_id JOIN job_state s ON s.job_id = u.job_id
      WHERE u.check_at <= belfry_now() ORDER BY u.check_at LIMIT ${AT_ONCE} FOR UPDATE OF u SKIP LOCKED`,
  });
  return rows.map(({ jobId, paused, down, lastTroubleAt, ...row }) => ({
    ...{ jobId, paused, down },
    lastTroubleAt: instantOf(lastTroubleAt),
    windowMs: unstableWindow(scheduleOf(row), now),
  }));
}

/** Looks at them again later. */
export async function putOffUnstable(
  client: Queryable,
  rows: readonly { jobId: string; checkAt: Instant }[],
): Promise<void> {
  const columns: readonly Column<(typeof rows)[number]>[] = [
    ["job_id", "uuid", (row) => row.jobId],
    ["check_at", "instant", (row) => row.checkAt],
  ];
  await client.query(
    `UPDATE unstable_jobs u SET check_at = x.check_at FROM ${sourceOf(columns)} WHERE u.job_id = x.job_id`,
    valuesOf(columns, rows),
  );
}

/** They are as any other from now on; people hear of those in `tell`. */
export async function deleteUnstable(
  client: Queryable,
  { jobIds, tell }: { jobIds: readonly string[]; tell: readonly string[] },
): Promise<void> {
  await client.query(
    `WITH gone AS (DELETE FROM unstable_jobs WHERE job_id = ANY ($1::uuid[]) RETURNING *)
     INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
     SELECT gen_random_uuid(), a.project_id, a.job_id, a.incident_id, 'stable', a.severity, a.sequence, belfry_now(),
       belfry_now(), a.facts || ${factsOf(
         "g.since",
         "(SELECT count(*) FROM incidents i WHERE i.job_id = g.job_id AND i.severity = 'critical' AND i.opened_at >= g.since)",
       )}
     FROM gone g JOIN alerts a ON a.incident_id = g.incident_id AND a.event = 'unstable'
     WHERE g.job_id = ANY ($2::uuid[])
     ON CONFLICT DO NOTHING`,
    [jobIds, tell],
  );
}

/** When the next of them is to be looked at. */
export async function findNextUnstable(database: Queryable): Promise<Instant | null> {
  const { rows } = await database.query<{ at: Date | null }>({
    name: "unstable-next",
    text: "SELECT min(check_at) AS at FROM unstable_jobs",
  });
  return instantOf(rows[0]?.at ?? null);
}

/** Since when a job is unstable, and how often it got into trouble since; null where it is not. */
export async function findUnstableJob(
  database: Queryable,
  jobId: string,
): Promise<{ since: Instant; openings: number } | null> {
  const { rows } = await database.query<{ since: Date; openings: number }>(
    `SELECT u.since, (SELECT count(*) FROM incidents i
       WHERE i.job_id = u.job_id AND i.severity = 'critical' AND i.opened_at >= u.since)::int4 AS openings
     FROM unstable_jobs u WHERE u.job_id = $1`,
    [jobId],
  );
  const [row] = rows;
  return row === undefined ? null : { since: instantOf(row.since), openings: row.openings };
}
