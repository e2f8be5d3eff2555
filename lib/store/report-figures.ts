import type { Reach } from "../domain/reports/reach.ts";
import type {
  BrokenChannel,
  FailedJob,
  NoisyJob,
  ReportFacts,
  SilentJob,
  SlowerJob,
} from "../domain/reports/report-facts.ts";
import type { ReportSpan } from "../domain/reports/report-period.ts";
import { loadPeople } from "./alerting-context.ts";
import { channelsServing } from "./channel-sharing.ts";
import { instantOf, type Queryable } from "./queryable.ts";

export type SpanOf = ReportSpan & { projectId: string };

const BAD = "('failed', 'missed', 'overlong', 'abandoned')";
/** Alerts that somebody was sent, or will be. */
const SENT = "EXISTS (SELECT FROM deliveries d WHERE d.alert_id = a.id AND d.state <> 'dropped')";

/** Incidents and alerts of a whole project. */
export async function loadTroubles(
  database: Queryable,
  { projectId, from, to }: SpanOf,
): Promise<Pick<ReportFacts["totals"], "jobs" | "incidents" | "alerts">> {
  const { rows } = await database.query<Pick<ReportFacts["totals"], "jobs" | "incidents" | "alerts">>(
    `SELECT (SELECT count(*) FROM jobs WHERE project_id = $1) AS jobs,
       (SELECT count(*) FROM incidents WHERE project_id = $1 AND opened_at >= $2 AND opened_at < $3) AS incidents,
       (SELECT count(*) FROM alerts a WHERE a.project_id = $1 AND a.incident_id IS NOT NULL
         AND a.created_at >= $2 AND a.created_at < $3 AND ${SENT}) AS alerts`,
    [projectId, new Date(from), new Date(to)],
  );
  return rows[0] ?? { jobs: 0, incidents: 0, alerts: 0 };
}

/** Since when there is something to tell of a project. A restored installation is as old as what it holds. */
export async function loadBeginning(
  database: Queryable,
  projectId: string,
): Promise<NonNullable<ReportFacts["since"]>> {
  const { rows } = await database.query<{ installedAt: Date; firstJobAt: Date | null }>(
    `SELECT least((SELECT min(started_at) FROM _prisma_migrations), (SELECT min(created_at) FROM projects)) AS "installedAt",
       (SELECT min(created_at) FROM jobs WHERE project_id = $1) AS "firstJobAt"`,
    [projectId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("A row without a table did not come.");
  return { installedAt: instantOf(row.installedAt), firstJobAt: instantOf(row.firstJobAt) };
}

/** Medians come from so many good runs at most, of twice as many: all of a month would be millions. */
const MEDIAN_OF = 100;
const ENOUGH_NOW = 3;
const ENOUGH_BEFORE = 10;

const medianOf = (
  runs: string,
): string => `SELECT count(*) AS runs, percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_ms) AS median
  FROM (SELECT duration_ms FROM runs r WHERE r.job_id = s.job_id AND ${runs} AND duration_ms IS NOT NULL
    AND (outcome = 'ok' OR finished_late) AND NOT ambiguous ORDER BY number DESC LIMIT ${MEDIAN_OF}) good`;

/** Verdicts of the span, and jobs whose latest good runs in it took longer than those before it. */
export async function loadRunFigures(
  database: Queryable,
  { projectId, from, to }: SpanOf,
): Promise<{ ok: number; bad: number; slower: SlowerJob[] }> {
  const { rows } = await database.query<{ ok: number; bad: number; slower: SlowerJob[] }>(
    `WITH span AS MATERIALIZED (
       SELECT r.job_id, min(r.number) AS first, max(r.number) AS last, sum(r.count) FILTER (WHERE outcome = 'ok') AS ok,
         sum(r.count) FILTER (WHERE outcome IN ${BAD}) AS bad
       FROM runs r JOIN jobs j ON j.id = r.job_id
       WHERE j.project_id = $1 AND r.settled_at >= $2 AND r.settled_at < $3 GROUP BY r.job_id
     ), slower AS (
       SELECT j.id, j.name, b.median AS before, n.median AS now
       FROM span s JOIN jobs j ON j.id = s.job_id,
         LATERAL (${medianOf(`number <= s.last AND number >= greatest(s.first, s.last - ${2 * MEDIAN_OF})`)}) n,
         LATERAL (${medianOf(`number < s.first AND number >= s.first - ${2 * MEDIAN_OF}`)}) b
       WHERE n.runs >= ${ENOUGH_NOW} AND b.runs >= ${ENOUGH_BEFORE} AND n.median > b.median
     )
     SELECT coalesce(sum(ok), 0)::int8 AS ok, coalesce(sum(bad), 0)::int8 AS bad,
       (SELECT coalesce(json_agg(json_build_object('jobId', id, 'name', name, 'beforeMs', before, 'nowMs', now)), '[]')
         FROM slower) AS slower
     FROM span`,
    [projectId, new Date(from), new Date(to)],
  );
  return rows[0] ?? { ok: 0, bad: 0, slower: [] };
}

/** Jobs with critical incidents that were open in the span; those that turned out to be wrong are left out. */
export async function loadFailedJobs(database: Queryable, { projectId, from, to }: SpanOf): Promise<FailedJob[]> {
  const { rows } = await database.query<FailedJob>(
    `SELECT j.id AS "jobId", j.name, count(*) FILTER (WHERE i.opened_at >= $2) AS incidents, sum(i.bad_count)::int8 AS bad,
       bool_or(i.state = 'open') AS "stillDown",
       round(sum(extract(epoch FROM least(coalesce(i.resolved_at, $3), $3) - greatest(i.opened_at, $2))) * 1000)::int8 AS "downMs"
     FROM incidents i JOIN jobs j ON j.id = i.job_id
     WHERE j.project_id = $1 AND i.project_id = $1 AND i.severity = 'critical' AND i.opened_at < $3 AND (i.resolved_at IS NULL OR i.resolved_at >= $2)
       AND i.resolve_reason IS DISTINCT FROM 'withdrawn'
     GROUP BY j.id, j.name ORDER BY j.name`,
    [projectId, new Date(from), new Date(to)],
  );
  return rows;
}

/** Jobs of which nothing was ever heard, oldest first; those of the last day are still being set up. */
export async function loadSilentJobs(database: Queryable, projectId: string): Promise<SilentJob[]> {
  const { rows } = await database.query<Omit<SilentJob, "createdAt"> & { createdAt: Date }>(
    `SELECT j.id AS "jobId", j.name, j.created_at AS "createdAt" FROM jobs j JOIN job_state s ON s.job_id = j.id
     WHERE j.project_id = $1 AND s.first_ping_at IS NULL AND s.paused_at IS NULL
       AND j.created_at < belfry_now() - interval '1 day'
     ORDER BY j.created_at, j.name`,
    [projectId],
  );
  return rows.map((row) => ({ ...row, createdAt: instantOf(row.createdAt) }));
}

/** How many alerts about each job people were sent. */
export async function loadNoisyJobs(database: Queryable, { projectId, from, to }: SpanOf): Promise<NoisyJob[]> {
  const { rows } = await database.query<NoisyJob>(
    `SELECT j.id AS "jobId", j.name, count(*) AS alerts FROM alerts a JOIN jobs j ON j.id = a.job_id
     WHERE j.project_id = $1 AND a.project_id = $1 AND a.incident_id IS NOT NULL AND a.created_at >= $2 AND a.created_at < $3 AND ${SENT}
     GROUP BY j.id, j.name`,
    [projectId, new Date(from), new Date(to)],
  );
  return rows;
}

/** Channels that are switched on and whose receivers refused for good, or of a kind that cannot deliver. */
export async function loadBrokenChannels(
  database: Queryable,
  projectId: string,
  unableKinds: readonly string[],
): Promise<BrokenChannel[]> {
  const { rows } = await database.query<BrokenChannel>(
    `SELECT name, kind, CASE WHEN project_id = $1 THEN coalesce(broken_reason, '') ELSE '' END AS reason FROM channels
     WHERE id IN ${channelsServing("$1")} AND enabled AND (broken_at IS NOT NULL OR kind = ANY ($2::text[])) ORDER BY name`,
    [projectId, unableKinds],
  );
  return rows;
}

/** The mail addresses that alarms go to where no channel is switched on; null: there is one. */
export async function loadFallback(
  database: Queryable,
  { projectId, mailWorks }: { projectId: string; mailWorks: boolean },
): Promise<string[] | null> {
  const { rowCount } = await database.query(
    `SELECT FROM channels WHERE id IN ${channelsServing("$1")} AND enabled LIMIT 1`,
    [projectId],
  );
  if (rowCount === 1) return null;
  return mailWorks ? loadPeople(database, projectId) : [];
}

/** What decides who hears of a project's jobs, as it is now. */
export async function loadReach(
  database: Queryable,
  { projectId, mailWorks, unableKinds }: { projectId: string; mailWorks: boolean; unableKinds: readonly string[] },
): Promise<Reach> {
  const channels = await database.query<Reach["channels"][number]>(
    `SELECT id, broken_at IS NULL AND kind <> ALL ($2::text[]) AS working, rules FROM channels
     WHERE id IN ${channelsServing("$1")} AND enabled`,
    [projectId, unableKinds],
  );
  const fallback = await loadFallback(database, { projectId, mailWorks });
  const jobs = await database.query<Reach["jobs"][number]>(
    `SELECT j.id AS "jobId", j.name, j.tags, CASE WHEN NOT j.all_channels THEN
       coalesce((SELECT array_agg(channel_id::text) FROM job_channels WHERE job_id = j.id), '{}') END AS "channelIds"
     FROM jobs j JOIN job_state s ON s.job_id = j.id
     WHERE j.project_id = $1 AND s.paused_at IS NULL ORDER BY j.name`,
    [projectId],
  );
  return { channels: channels.rows, jobs: jobs.rows, fallback };
}
