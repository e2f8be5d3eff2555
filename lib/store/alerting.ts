import type { PoolClient } from "pg";
import type { HoldReason } from "../domain/alerting/hold.ts";
import type { PendingAlert } from "../domain/alerting/pending.ts";
import type { Cause, JobAlertEvent, ResolveReason, Severity } from "../domain/incident.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { THROUGH_INDEXES } from "./client.ts";
import { instantOf, type Queryable } from "./queryable.ts";

// Where all that is due may be gathered and jobs wait for their verdicts, nothing is decided yet: it need not be loaded.
const PROJECTS = `WITH busy AS MATERIALIZED (
    SELECT j.project_id, min(s.check_at) AS since FROM job_state s JOIN jobs j ON j.id = s.job_id
    WHERE s.check_at < to_timestamp($4::float8 / 1000) GROUP BY j.project_id
  )
  SELECT a.project_id AS id FROM alerts a WHERE a.plan_at <= belfry_now() AND a.project_id IS NOT NULL
  GROUP BY a.project_id
  HAVING NOT (bool_and(a.event = 'opened' AND coalesce(a.hold, 'gathering') = 'gathering')
    AND min(a.due_at) > to_timestamp($2::float8 / 1000)
    AND coalesce((SELECT since FROM busy b WHERE b.project_id = a.project_id)
      < to_timestamp(CASE WHEN bool_or(a.due_at < a.created_at) THEN $4::float8 ELSE $1::float8 END / 1000), false))
  ORDER BY min(a.plan_at) LIMIT $3`;

/** `judgedUntil`: jobs that were due before have their verdict. `gathersAfter`: what was due later may be gathered. */
export type ProjectsAsked = { now: Instant; judgedUntil: Instant; gathersAfter: Instant; limit: number };

/** The projects that have alerts to be planned now, those that wait longest first. */
export async function listProjectsToPlan(database: Queryable, asked: ProjectsAsked): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: "alerting-projects",
    text: PROJECTS,
    values: [asked.judgedUntil, asked.gathersAfter, asked.limit, asked.now],
  });
  return rows.map(({ id }) => id);
}

/** When the next alert is to be planned; it may have passed. */
export async function findNextPlan(database: Queryable): Promise<Instant | null> {
  const { rows } = await database.query<{ at: Date | null }>({
    name: "alerting-next",
    text: "SELECT min(plan_at) AS at FROM alerts WHERE plan_at IS NOT NULL",
  });
  return instantOf(rows[0]?.at ?? null);
}

const AS_IT_STANDS = `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; ${THROUGH_INDEXES}`;

/** Key of the advisory lock under which a project is planned; `project`: a parameter. */
export const planningKey = (project: string): string => `hashtextextended('belfry plan ' || ${project}, 0)`;

/**
 * Until the transaction ends nobody else plans this project's alerts, and all of it is seen as it stands now: what recovers
 * meanwhile makes it fail (see `isTransient`) or belongs to the next turn. Asked first. False: somebody plans just now.
 */
export async function lockPlanning(client: PoolClient, projectId: string): Promise<boolean> {
  await client.query(AS_IT_STANDS);
  const { rows } = await client.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_xact_lock(${planningKey("$1")}) AS locked`,
    [projectId],
  );
  return rows[0]?.locked === true;
}

/** Leaves the alert of a project that is due first alone for a while. @returns its id; null where none is due. */
export async function putOffFirst(database: Queryable, projectId: string, ms: Millis): Promise<string | null> {
  const { rows } = await database.query<{ id: string }>(
    `UPDATE alerts SET plan_at = belfry_now() + $2 * interval '1 millisecond'
     WHERE id = (SELECT id FROM alerts WHERE project_id = $1 AND plan_at <= belfry_now() ORDER BY plan_at, created_at LIMIT 1)
     RETURNING id`,
    [projectId, ms],
  );
  return rows[0]?.id ?? null;
}

/** A missed run has no host, so those before it are asked. */
export const LOOK_BACK_RUNS = 20;
/** The machine of a run `r`. What comes from loopback may come through a proxy there: it says nothing of the machine. */
export const MACHINE = String.raw`coalesce(r.host, CASE WHEN r.source !~ '^(127\.|::1$|::ffff:127\.)' THEN r.source END)`;

// What waits of the same jobs and outages, and of their jobs, comes along: it stands or falls with what is due.
const ALERTS = `WITH due AS MATERIALIZED (
    SELECT id, job_id, incident_id FROM alerts WHERE project_id = $1 AND plan_at <= belfry_now() AND incident_id IS NOT NULL
    ORDER BY plan_at, created_at LIMIT $2
  ), near AS MATERIALIZED (
    SELECT a.id, a.job_id, i.outage_id FROM alerts a JOIN incidents i ON i.id = a.incident_id
    WHERE a.project_id = $1 AND a.plan_at IS NOT NULL
      AND CASE WHEN $3 THEN a.job_id IN (SELECT job_id FROM due) ELSE a.incident_id IN (SELECT incident_id FROM due) END
  ), with_outages AS MATERIALIZED (
    SELECT id, job_id FROM near
    UNION SELECT a.id, a.job_id FROM incidents i JOIN alerts a ON a.incident_id = i.id
      WHERE $3 AND a.plan_at IS NOT NULL AND i.outage_id IN (SELECT outage_id FROM near WHERE outage_id IS NOT NULL)
  ), chosen AS MATERIALIZED (
    SELECT id FROM with_outages
    UNION SELECT a.id FROM alerts a WHERE $3 AND a.project_id = $1 AND a.plan_at IS NOT NULL
      AND a.job_id IN (SELECT job_id FROM with_outages WHERE id NOT IN (SELECT id FROM near))
  )
  SELECT a.id, a.event, a.sequence, a.created_at AS "createdAt", i.severity, i.cause, a.hold, a.hold_detail AS "holdDetail",
    a.due_at AS "dueAt",
    i.id AS "incidentId", i.opened_at AS "openedAt", i.resolved_at AS "resolvedAt", i.resolve_reason AS "resolveReason",
    i.acknowledged_at AS "acknowledgedAt", i.snoozed_until AS "snoozedUntil", i.muted_at AS "mutedAt",
    i.snoozed_until_success AS "snoozedUntilSuccess", i.told_at AS "toldAt", i.outage_id AS "outageId",
    j.id AS "jobId", j.name, j.tags, coalesce(a.facts ->> 'host', ${MACHINE}) AS host,
    CASE WHEN NOT j.all_channels THEN coalesce((SELECT array_agg(channel_id::text) FROM job_channels WHERE job_id = j.id), '{}') END AS "channelIds",
    coalesce((SELECT array_agg(upstream_id::text) FROM job_upstreams WHERE job_id = j.id), '{}') AS "upstreamIds"
  FROM chosen c JOIN alerts a ON a.id = c.id JOIN incidents i ON i.id = a.incident_id JOIN jobs j ON j.id = a.job_id
  LEFT JOIN LATERAL (
    SELECT r.host, r.source FROM runs r
    WHERE r.job_id = a.job_id AND r.number <= (a.facts ->> 'runNumber')::int8
      AND r.number > (a.facts ->> 'runNumber')::int8 - ${LOOK_BACK_RUNS} AND (r.host IS NOT NULL OR r.source IS NOT NULL)
    ORDER BY r.number DESC LIMIT 1
  ) r ON a.facts ->> 'host' IS NULL
  ORDER BY a.created_at, i.opened_at, i.job_id, i.number, a.sequence`;

type AlertRow = {
  id: string;
  event: JobAlertEvent;
  sequence: number;
  createdAt: Date;
  severity: Severity;
  cause: Cause;
  hold: HoldReason | null;
  holdDetail: string | null;
  dueAt: Date;
  incidentId: string;
  openedAt: Date;
  resolvedAt: Date | null;
  resolveReason: ResolveReason | null;
  acknowledgedAt: Date | null;
  snoozedUntil: Date | null;
  mutedAt: Date | null;
  snoozedUntilSuccess: boolean;
  toldAt: Date | null;
  outageId: string | null;
  jobId: string;
  name: string;
  tags: string[];
  host: string | null;
  channelIds: string[] | null;
  upstreamIds: string[];
};

/** `limit`: of those that are due. `near`: with what waits of their jobs and outages, not of their incidents alone. */
export type PendingAsked = { projectId: string; limit: number; near: boolean };

/** Alerts of a project that are to be planned now, with what has to be planned together with them, in order. */
export async function loadPendingAlerts(client: Queryable, asked: PendingAsked): Promise<PendingAlert[]> {
  const { rows } = await client.query<AlertRow>({
    name: "alerting-alerts",
    text: ALERTS,
    values: [asked.projectId, asked.limit, asked.near],
  });
  return rows.map(pendingOf);
}

function pendingOf(row: AlertRow): PendingAlert {
  const { id, event, sequence, severity, cause, hold, holdDetail } = row;
  const { jobId, name, tags, host, channelIds, upstreamIds } = row;
  return {
    ...{ id, event, sequence, severity, cause, hold, holdDetail },
    createdAt: instantOf(row.createdAt),
    dueAt: instantOf(row.dueAt),
    job: { id: jobId, name, tags, host, channelIds, upstreamIds },
    incident: {
      id: row.incidentId,
      openedAt: instantOf(row.openedAt),
      resolvedAt: instantOf(row.resolvedAt),
      resolveReason: row.resolveReason,
      acknowledgedAt: instantOf(row.acknowledgedAt),
      snoozedUntil: instantOf(row.snoozedUntil),
      snoozedUntilSuccess: row.snoozedUntilSuccess,
      mutedAt: instantOf(row.mutedAt),
      toldAt: instantOf(row.toldAt),
      outageId: row.outageId,
    },
  };
}
