import type { ChannelRules } from "../domain/alerting/channel-rules.ts";
import type { OpenOutage } from "../domain/alerting/outage.ts";
import {
  type AlertingContext,
  isAlarm,
  isClosing,
  isEnd,
  type LoneIncident,
  type PendingAlert,
} from "../domain/alerting/pending.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { LOOK_BACK_RUNS, MACHINE } from "./alerting.ts";
import { channelsServing } from "./channel-sharing.ts";
import { instantOf, type Queryable } from "./queryable.ts";
import { loadUnstable } from "./unstable.ts";
import { placeWindowsAgain } from "./window-placements.ts";
import { listWindowRecords } from "./windows.ts";

export type ContextAsked = {
  projectId: string;
  alerts: readonly PendingAlert[];
  /** Deadlines before it should have their verdict by now. */
  judgedUntil: Instant;
  /** Whether people can be reached by mail where there is no channel. */
  mailWorks: boolean;
  /** Kinds of channels whose receivers keep open what they were told of. */
  keepers: ReadonlySet<string>;
};

/** What else is known of a project whose alerts are planned. */
export async function loadAlertingContext(
  client: Queryable,
  { projectId, alerts, judgedUntil, mailWorks, keepers }: ContextAsked,
): Promise<AlertingContext> {
  const opened = alerts.filter(isAlarm).map(({ incident }) => incident.openedAt);
  const since = Math.min(...opened, judgedUntil) - NEAR_MS;
  const channels = await loadChannels(client, projectId, keepers);
  const outageIds = alerts.flatMap(({ incident }) => incident.outageId ?? []);
  return {
    channels,
    fallback: channels.length > 0 || !mailWorks ? [] : await loadPeople(client, projectId),
    heard: await loadHeard(client, { projectId, ended: alerts.filter(isEnd), mailWorks, keepers }),
    partly: await loadPartly(
      client,
      alerts.filter(isClosing).flatMap(({ incident }) => incident.outageId ?? []),
    ),
    upstreams: await loadUpstreams(
      client,
      alerts.flatMap(({ job }) => job.upstreamIds),
    ),
    outages: await loadOutages(client, projectId, outageIds),
    unstable: await loadUnstable(client, [...new Set(alerts.map(({ job }) => job.id))], judgedUntil),
    windows: placeWindowsAgain(await listWindowRecords(client, projectId, { enabled: true }), judgedUntil),
    alone: opened.length === 0 ? [] : await loadAlone(client, projectId, since),
    ...(await loadProject(client, { projectId, since, judgedUntil, counts: opened.length > 0 })),
  };
}

/** Incidents further apart are never of one outage. */
const NEAR_MS: Millis = 60_000;

async function loadChannels(
  client: Queryable,
  projectId: string,
  keepers: ReadonlySet<string>,
): Promise<AlertingContext["channels"]> {
  const { rows } = await client.query<{ id: string; kind: string; rules: ChannelRules }>(
    `SELECT id, kind, rules FROM channels WHERE id IN ${channelsServing("$1")} AND enabled ORDER BY created_at, id`,
    [projectId],
  );
  return rows.map(({ id, kind, rules }) => ({ id, keepsIncidents: keepers.has(kind), rules }));
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

type HeardAsked = Pick<ContextAsked, "projectId" | "mailWorks" | "keepers"> & { ended: readonly PendingAlert[] };

/**
 * Channels, and people who can still be reached by mail, that heard of these incidents or soon will. What ended as a dead
 * letter nobody heard of; receivers that keep incidents may have opened one all the same, and ending it does no harm.
 */
async function loadHeard(
  client: Queryable,
  { projectId, ended, mailWorks, keepers }: HeardAsked,
): Promise<AlertingContext["heard"]> {
  if (ended.length === 0) return new Map();
  const { rows } = await client.query<{ incidentId: string; by: string[] }>(
    `SELECT d.incident_id AS "incidentId", array_agg(coalesce(d.channel_id::text, d.recipient)) AS by
     FROM deliveries d LEFT JOIN channels c ON c.id = d.channel_id
     WHERE d.incident_id = ANY ($1::uuid[]) AND d.state <> 'dropped' AND (d.state <> 'dead' OR c.kind = ANY ($2::text[]))
       AND (d.channel_id IS NOT NULL OR ($3 AND EXISTS (SELECT FROM users u WHERE u.email = d.recipient
         AND (u.operator OR EXISTS (SELECT FROM members m WHERE m.user_id = u.id AND m.project_id = $4)))))
     GROUP BY d.incident_id`,
    [ended.map(({ incident }) => incident.id), [...keepers], mailWorks, projectId],
  );
  return new Map(rows.map(({ incidentId, by }) => [incidentId, new Set(by)]));
}

/** Who was told that a part of these outages recovered, unless something of them that they heard of is open. */
async function loadPartly(client: Queryable, outageIds: readonly string[]): Promise<AlertingContext["partly"]> {
  if (outageIds.length === 0) return new Map();
  const { rows } = await client.query<{ outageId: string; by: string[] }>(
    `WITH told AS MATERIALIZED (
       SELECT DISTINCT a.outage_id, d.channel_id, d.recipient FROM alerts a JOIN deliveries d ON d.alert_id = a.id
       WHERE a.outage_id = ANY ($1::uuid[]) AND a.event = 'resolved' AND d.state NOT IN ('dropped', 'dead')
     )
     SELECT t.outage_id AS "outageId", array_agg(coalesce(t.channel_id::text, t.recipient)) AS by FROM told t
     WHERE NOT EXISTS (
       SELECT FROM incidents i JOIN deliveries d ON d.incident_id = i.id
       WHERE i.outage_id = t.outage_id AND i.state = 'open' AND d.state <> 'dropped'
         AND d.channel_id IS NOT DISTINCT FROM t.channel_id AND d.recipient IS NOT DISTINCT FROM t.recipient)
     GROUP BY t.outage_id`,
    [[...new Set(outageIds)]],
  );
  return new Map(rows.map(({ outageId, by }) => [outageId, new Set(by)]));
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
