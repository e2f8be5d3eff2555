import type { PoolClient } from "pg";
import type { ChannelRules } from "../domain/alerting/channel-rules.ts";
import type { HoldReason } from "../domain/alerting/hold.ts";
import type { OpenOutage } from "../domain/alerting/outage.ts";
import { type AlertingContext, isAlarm, type LoneIncident, type PendingAlert } from "../domain/alerting/pending.ts";
import { placeWindows } from "../domain/alerting/window.ts";
import type { Cause, JobAlertEvent, ResolveReason, Severity } from "../domain/incident.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";
import { loadUnstable } from "./unstable.ts";
import { listWindowRecords } from "./windows.ts";

// From here the wait of an alert is counted. Whatever stands in its facts, the others must be found.
const DUE_AT = `least(a.created_at, CASE WHEN a.facts ->> 'deadlineAt' ~ '^[0-9]{1,13}$'
    THEN to_timestamp((a.facts ->> 'deadlineAt')::float8 / 1000) END)`;

// Where all that is due may be gathered and jobs wait for their verdicts, nothing is decided yet: it need not be loaded.
const PROJECTS = `WITH busy AS MATERIALIZED (
    SELECT DISTINCT j.project_id FROM job_state s JOIN jobs j ON j.id = s.job_id WHERE s.check_at < to_timestamp($1::float8 / 1000)
  )
  SELECT a.project_id AS id FROM alerts a WHERE a.plan_at <= belfry_now() AND a.project_id IS NOT NULL
  GROUP BY a.project_id
  HAVING NOT (bool_and(a.event = 'opened' AND coalesce(a.hold, 'gathering') = 'gathering')
    AND min(${DUE_AT}) > to_timestamp($2::float8 / 1000) AND a.project_id IN (SELECT project_id FROM busy))
  ORDER BY min(a.plan_at) LIMIT $3`;

/** `judgedUntil`: jobs that were due before have their verdict. `gathersAfter`: what was due later may be gathered. */
export type ProjectsAsked = { judgedUntil: Instant; gathersAfter: Instant; limit: number };

/** The projects that have alerts to be planned now, those that wait longest first. */
export async function listProjectsToPlan(database: Queryable, asked: ProjectsAsked): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: "alerting-projects",
    text: PROJECTS,
    values: [asked.judgedUntil, asked.gathersAfter, asked.limit],
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

// In a storm the figures of quiet times mislead: what belongs to a few alerts would be looked for in whole tables.
const AS_IT_STANDS = `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
  SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off`;

/**
 * Until the transaction ends nobody else plans this project's alerts, and all of it is seen as it stands now: what recovers
 * meanwhile makes it fail (see `isTransient`) or belongs to the next turn. Asked first. False: somebody plans just now.
 */
export async function lockPlanning(client: PoolClient, projectId: string): Promise<boolean> {
  await client.query(AS_IT_STANDS);
  const { rows } = await client.query<{ locked: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('belfry plan ' || $1, 0)) AS locked",
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
const LOOK_BACK_RUNS = 20;
/** The machine of a run `r`. What comes from loopback may come through a proxy there: it says nothing of the machine. */
const MACHINE = String.raw`coalesce(r.host, CASE WHEN r.source !~ '^(127\.|::1$|::ffff:127\.)' THEN r.source END)`;

// What waits of the same jobs and outages comes along: it stands or falls with what is due.
const ALERTS = `WITH due AS MATERIALIZED (
    SELECT id, job_id, incident_id FROM alerts WHERE project_id = $1 AND plan_at <= belfry_now() AND incident_id IS NOT NULL
    ORDER BY plan_at, created_at LIMIT $2
  ), near AS MATERIALIZED (
    SELECT a.id, i.outage_id FROM alerts a JOIN incidents i ON i.id = a.incident_id
    WHERE a.project_id = $1 AND a.plan_at IS NOT NULL
      AND CASE WHEN $3 THEN a.job_id IN (SELECT job_id FROM due) ELSE a.incident_id IN (SELECT incident_id FROM due) END
  ), chosen AS MATERIALIZED (
    SELECT id FROM near
    UNION SELECT a.id FROM incidents i JOIN alerts a ON a.incident_id = i.id
      WHERE $3 AND a.plan_at IS NOT NULL AND i.outage_id IN (SELECT outage_id FROM near WHERE outage_id IS NOT NULL)
  )
  SELECT a.id, a.event, a.sequence, a.created_at AS "createdAt", i.severity, i.cause, a.hold, a.hold_detail AS "holdDetail",
    ${DUE_AT} AS "dueAt",
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

export type ContextAsked = {
  projectId: string;
  alerts: readonly PendingAlert[];
  /** Deadlines before it should have their verdict by now. */
  judgedUntil: Instant;
  /** Whether people can be reached by mail where there is no channel. */
  mailWorks: boolean;
};

/** What else is known of a project whose alerts are planned. */
export async function loadAlertingContext(
  client: Queryable,
  { projectId, alerts, judgedUntil, mailWorks }: ContextAsked,
): Promise<AlertingContext> {
  const opened = alerts.filter(isAlarm).map(({ incident }) => incident.openedAt);
  const since = Math.min(...opened, judgedUntil) - NEAR_MS;
  const channels = await loadChannels(client, projectId);
  const outageIds = alerts.flatMap(({ incident }) => incident.outageId ?? []);
  return {
    channels,
    fallback: channels.length > 0 || !mailWorks ? [] : await loadPeople(client, projectId),
    heard: await loadHeard(
      client,
      alerts.filter(({ event }) => event === "resolved").map(({ incident }) => incident.id),
    ),
    upstreams: await loadUpstreams(
      client,
      alerts.flatMap(({ job }) => job.upstreamIds),
    ),
    outages: await loadOutages(client, projectId, outageIds),
    unstable: await loadUnstable(client, [...new Set(alerts.map(({ job }) => job.id))], judgedUntil),
    windows: placeWindows(await listWindowRecords(client, projectId, { enabled: true }), judgedUntil),
    alone: opened.length === 0 ? [] : await loadAlone(client, projectId, since),
    ...(await loadProject(client, { projectId, since, judgedUntil, counts: opened.length > 0 })),
  };
}

/** Incidents further apart are never of one outage. */
const NEAR_MS: Millis = 60_000;

async function loadChannels(client: Queryable, projectId: string): Promise<AlertingContext["channels"]> {
  const { rows } = await client.query<{ id: string; rules: ChannelRules }>(
    "SELECT id, rules FROM channels WHERE project_id = $1 AND enabled ORDER BY created_at, id",
    [projectId],
  );
  return rows;
}

/** Mail addresses of the project's owners, else of the operators. */
export async function loadPeople(client: Queryable, projectId: string): Promise<string[]> {
  const { rows } = await client.query<{ email: string }>(
    `WITH owners AS (
       SELECT u.email FROM users u JOIN members m ON m.user_id = u.id WHERE m.project_id = $1 AND m.role = 'owner'
     )
     SELECT email FROM owners
     UNION SELECT u.email FROM users u WHERE u.operator AND NOT EXISTS (SELECT FROM owners) ORDER BY email`,
    [projectId],
  );
  return rows.map(({ email }) => email);
}

/** Channels and people that heard of these incidents, or soon will. */
async function loadHeard(client: Queryable, incidentIds: readonly string[]): Promise<AlertingContext["heard"]> {
  if (incidentIds.length === 0) return new Map();
  const { rows } = await client.query<{ incidentId: string; by: string[] }>(
    `SELECT incident_id AS "incidentId", array_agg(coalesce(channel_id::text, recipient)) AS by FROM deliveries
     WHERE incident_id = ANY ($1::uuid[]) AND state <> 'dropped' GROUP BY incident_id`,
    [incidentIds],
  );
  return new Map(rows.map(({ incidentId, by }) => [incidentId, new Set(by)]));
}

async function loadUpstreams(client: Queryable, jobIds: readonly string[]): Promise<AlertingContext["upstreams"]> {
  if (jobIds.length === 0) return new Map();
  const { rows } = await client.query<{ id: string; name: string; upAt: Date | null }>(
    `SELECT j.id, j.name, CASE WHEN NOT s.down THEN i.resolved_at END AS "upAt"
     FROM jobs j JOIN job_state s ON s.job_id = j.id
     LEFT JOIN LATERAL (SELECT max(resolved_at) AS resolved_at FROM incidents
       WHERE job_id = j.id AND severity = 'critical' AND state = 'resolved') i ON true
     WHERE j.id = ANY ($1::uuid[]) AND (s.down OR i.resolved_at IS NOT NULL)`,
    [[...new Set(jobIds)]],
  );
  return new Map(rows.map(({ id, name, upAt }) => [id, { name, upAt: instantOf(upAt) }]));
}

type OutageRow = Omit<OpenOutage, "openedAt" | "latestAt" | "toldAt" | "nextMessageAt" | "lastResolvedAt"> & {
  openedAt: Date;
  latestAt: Date;
  toldAt: Date | null;
  nextMessageAt: Date | null;
  lastResolvedAt: Date | null;
};

async function loadOutages(client: Queryable, projectId: string, ids: readonly string[]): Promise<OpenOutage[]> {
  const { rows } = await client.query<OutageRow>(
    `SELECT o.id, o.kind, o.host, o.opened_at AS "openedAt", o.latest_at AS "latestAt", o.told_at AS "toldAt",
       o.next_message_at AS "nextMessageAt", i.open, i.total, i.last AS "lastResolvedAt"
     FROM outages o CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE state = 'open')::int4 AS open, count(*)::int4 AS total, max(resolved_at) AS last
       FROM incidents WHERE outage_id = o.id
     ) i
     WHERE o.project_id = $1 AND (o.resolved_at IS NULL OR o.id = ANY ($2::uuid[])) ORDER BY o.opened_at, o.id`,
    [projectId, [...new Set(ids)]],
  );
  return rows.map((row) => ({
    ...row,
    openedAt: instantOf(row.openedAt),
    latestAt: instantOf(row.latestAt),
    toldAt: instantOf(row.toldAt),
    nextMessageAt: instantOf(row.nextMessageAt),
    lastResolvedAt: instantOf(row.lastResolvedAt),
  }));
}

async function loadAlone(client: Queryable, projectId: string, since: Instant): Promise<LoneIncident[]> {
  const { rows } = await client.query<Omit<LoneIncident, "openedAt" | "toldAt"> & { openedAt: Date; toldAt: Date }>(
    `SELECT i.id AS "incidentId", i.severity, i.job_id AS "jobId", i.opened_at AS "openedAt",
       coalesce(i.told_at, i.opened_at) AS "toldAt", ${MACHINE} AS host
     FROM incidents i LEFT JOIN unstable_jobs u ON u.incident_id = i.id LEFT JOIN LATERAL (
       SELECT r.host, r.source FROM runs r WHERE r.job_id = i.job_id AND r.number <= i.run_number
         AND r.number > i.run_number - ${LOOK_BACK_RUNS} AND (r.host IS NOT NULL OR r.source IS NOT NULL)
       ORDER BY r.number DESC LIMIT 1
     ) r ON true
     WHERE i.project_id = $1 AND i.state = 'open' AND i.outage_id IS NULL AND (i.told_at IS NOT NULL OR u.job_id IS NOT NULL)
       AND i.opened_at > to_timestamp($2::float8 / 1000)`,
    [projectId, since],
  );
  return rows.map((row) => ({ ...row, openedAt: instantOf(row.openedAt), toldAt: instantOf(row.toldAt) }));
}

type ProjectAsked = { projectId: string; since: Instant; judgedUntil: Instant; counts: boolean };

async function loadProject(
  client: Queryable,
  { projectId, since, judgedUntil, counts }: ProjectAsked,
): Promise<Pick<AlertingContext, "drained" | "dueJobs" | "remindAfterMs">> {
  const { rows } = await client.query<{ drained: boolean; dueJobs: number; remindAfterMs: Millis | null }>(
    `SELECT p.remind_after_ms AS "remindAfterMs",
       NOT EXISTS (SELECT FROM job_state s JOIN jobs j ON j.id = s.job_id
         WHERE s.check_at < to_timestamp($3::float8 / 1000) AND j.project_id = p.id) AS drained,
       CASE WHEN $4 THEN (SELECT count(*)::int4 FROM job_state s JOIN jobs j ON j.id = s.job_id
         WHERE j.project_id = p.id AND (s.last_ping_at > to_timestamp($2::float8 / 1000) OR EXISTS (
           SELECT FROM incidents i WHERE i.job_id = j.id AND i.opened_at > to_timestamp($2::float8 / 1000)))) ELSE 0 END AS "dueJobs"
     FROM projects p WHERE p.id = $1`,
    [projectId, since, judgedUntil, counts],
  );
  const [project] = rows;
  if (project === undefined) throw new Error(`Project ${projectId} is gone while its alerts are planned.`);
  return project;
}
