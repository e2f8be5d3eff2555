import type { Instant } from "../domain/time.ts";
import type { UnmatchedReason } from "../domain/unmatched.ts";
import type { PingProtocol } from "./pings.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** Refused pings of one cause. Texts are without NUL. */
export type UnmatchedRecord = {
  protocol: PingProtocol;
  reason: UnmatchedReason;
  /** What the group is about, keys masked, at most 300 characters. */
  subject: string;
  /** What the address named, to find the project by. */
  jobId: string | null;
  keyHash: Buffer | null;
  slug: string | null;
  environment: string | null;
  /** What the latest that asked for the job wanted of it. */
  asked: object | null;
  /** Of the latest; more than the reason says. */
  detail: string | null;
  method: string;
  /** The address asked for, keys masked. */
  path: string;
  source: string | null;
  userAgent: string | null;
  count: number;
  firstAt: Instant;
  lastAt: Instant;
};

/** Groups that are kept: of one project, of all projects together, and of no project. */
export const UNMATCHED_KEPT = { project: 500, projects: 10_000, strangers: 2_000 } as const;

/** Days after which a mistake that nobody makes any longer is forgotten. */
const KEPT_DAYS = 30;

const NO_PROJECT = "'00000000-0000-0000-0000-000000000000'::uuid";

// Keys that have expired still say whose mistake it is. Groups that turn out to be one are added up first, because a
// statement may change a row only once; the order keeps two processes from waiting for each other.
const UPSERT = `WITH x AS (
    SELECT coalesce(j.project_id, k.project_id) AS project_id, r.*
    FROM json_to_recordset($1::json) AS r("position" int, protocol text, reason text, subject text, "jobId" uuid,
      "keyHash" text, slug text, environment text, asked jsonb, detail text, method text, path text, source text,
      "userAgent" text, count int8, "firstAt" float8, "lastAt" float8)
    LEFT JOIN jobs j ON j.id = r."jobId"
    LEFT JOIN api_keys k ON k.hash = decode(r."keyHash", 'hex') AND k.scope IN ('ping', 'dsn')
  ), groups AS (
    SELECT project_id, protocol, reason, subject, sum(count) AS count, min("firstAt") AS first_at, max("lastAt") AS last_at,
      (array_agg("position" ORDER BY "lastAt" DESC, "position" DESC))[1] AS latest
    FROM x GROUP BY 1, 2, 3, 4
  ), kept AS (
  INSERT INTO unmatched_pings AS u (project_id, protocol, reason, subject, slug, environment, asked, detail, method, path,
    source, user_agent, count, first_at, last_at)
  SELECT g.project_id, g.protocol, g.reason, g.subject, x.slug, x.environment, x.asked, x.detail, x.method, x.path,
    x.source, x."userAgent", g.count, to_timestamp(g.first_at / 1000), to_timestamp(g.last_at / 1000)
  FROM groups g JOIN x ON x."position" = g.latest
  ORDER BY g.project_id, g.protocol, g.reason, g.subject
  ON CONFLICT (coalesce(project_id, ${NO_PROJECT}), protocol, reason, subject) DO UPDATE SET
    count = u.count + excluded.count, first_at = least(u.first_at, excluded.first_at),
    last_at = greatest(u.last_at, excluded.last_at), asked = coalesce(excluded.asked, u.asked), detail = excluded.detail,
    method = excluded.method, path = excluded.path, source = excluded.source, user_agent = excluded.user_agent
  RETURNING project_id, u.xmax = 0 AS fresh)
  SELECT count(*) AS count, array_agg(DISTINCT project_id) FILTER (WHERE project_id IS NOT NULL) AS "projectIds"
  FROM kept WHERE fresh`;

/** Adds to the groups there are, and makes those that are missing, which open pages hear of. @returns how many were made. */
export async function upsertUnmatched(database: Queryable, records: readonly UnmatchedRecord[]): Promise<number> {
  const rows = records.map(({ keyHash, ...record }, position) => ({
    ...record,
    position,
    keyHash: keyHash?.toString("hex") ?? null,
  }));
  const { rows: made } = await database.query<{ count: number; projectIds: string[] | null }>({
    name: "unmatched-upsert",
    text: UPSERT,
    values: [JSON.stringify(rows)],
  });
  const { count = 0, projectIds = null } = made[0] ?? {};
  if (projectIds !== null) {
    await database.query("SELECT pg_notify('belfry_live', id) FROM unnest($1::text[]) AS x(id)", [projectIds]);
  }
  return count;
}

// Mistakes made once go before those made again, the oldest first; and where there are too many in all, those of the
// projects that have the most. So a scanner pushes out its own.
const PRUNE = `WITH ranked AS (
    SELECT id, project_id, last_at,
      row_number() OVER (PARTITION BY project_id ORDER BY count > 1 DESC, last_at DESC, id DESC) AS rank
    FROM unmatched_pings
  ), placed AS (
    SELECT *, row_number() OVER (PARTITION BY project_id IS NULL ORDER BY rank, last_at DESC, id DESC) AS place FROM ranked
  )
  DELETE FROM unmatched_pings WHERE id IN (
    SELECT id FROM placed WHERE last_at < belfry_now() - $1 * interval '1 day'
      OR CASE WHEN project_id IS NULL THEN place > $2 ELSE rank > $3 OR place > $4 END)`;

/** Keeps as many as `UNMATCHED_KEPT` says, and none older than 30 days. @returns how many went. */
export async function pruneUnmatched(database: Queryable): Promise<number> {
  const { strangers, project, projects } = UNMATCHED_KEPT;
  const { rowCount } = await database.query(PRUNE, [KEPT_DAYS, strangers, project, projects]);
  return rowCount ?? 0;
}

/** A group as it is kept. */
export type UnmatchedGroup = Omit<UnmatchedRecord, "jobId" | "keyHash" | "subject"> & {
  id: number;
  projectId: string | null;
};

type GroupRow = Omit<UnmatchedGroup, "firstAt" | "lastAt"> & { firstAt: Date; lastAt: Date };

const GROUP = `id, project_id AS "projectId", protocol, reason, slug, environment, asked, detail, method, path, source,
  user_agent AS "userAgent", count, first_at AS "firstAt", last_at AS "lastAt"`;

// Somebody has made the job since, however that came about.
const SETTLED = `(u.reason IN ('not-found', 'invalid-job') AND u.slug IS NOT NULL AND EXISTS (
    SELECT FROM jobs j WHERE j.project_id = u.project_id AND j.slug = u.slug
      AND j.environment = coalesce(u.environment, j.environment)))`;

/** Groups of a project, or with null those without one, the latest first. */
export async function listUnmatched(
  database: Queryable,
  { projectId, limit }: { projectId: string | null; limit: number },
): Promise<UnmatchedGroup[]> {
  const whose = projectId === null ? "u.project_id IS NULL AND $1::uuid IS NULL" : "u.project_id = $1::uuid";
  const { rows } = await database.query<GroupRow>(
    `SELECT ${GROUP} FROM unmatched_pings u WHERE ${whose} AND NOT ${SETTLED} ORDER BY last_at DESC, id DESC LIMIT $2`,
    [projectId, limit],
  );
  return rows.map(groupOf);
}

/** Groups of a project that were added to since then. */
export async function countUnmatched(
  database: Queryable,
  { projectId, since }: { projectId: string; since: Instant },
): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*) FROM unmatched_pings u WHERE u.project_id = $1 AND u.last_at >= $2 AND NOT ${SETTLED}`,
    [projectId, new Date(since)],
  );
  return rows[0]?.count ?? 0;
}

/** What was refused as too many, as far as it is kept. */
export type LimitedPings = { pings: number; projects: number };

export async function getLimited(database: Queryable): Promise<LimitedPings> {
  const { rows } = await database.query<LimitedPings>(
    `SELECT coalesce(sum(count), 0)::int8 AS pings, count(DISTINCT project_id) AS projects
     FROM unmatched_pings WHERE reason = 'rate-limited'`,
  );
  return rows[0] ?? { pings: 0, projects: 0 };
}

export async function findUnmatched(
  database: Queryable,
  { projectId, id }: { projectId: string; id: number },
): Promise<UnmatchedGroup | null> {
  const { rows } = await database.query<GroupRow>(
    `SELECT ${GROUP} FROM unmatched_pings WHERE project_id = $1 AND id = $2`,
    [projectId, id],
  );
  return rows[0] === undefined ? null : groupOf(rows[0]);
}

/** @returns whether it was there. */
export async function deleteUnmatched(
  database: Queryable,
  { projectId, id }: { projectId: string | null; id: number },
): Promise<boolean> {
  const { rowCount } = await database.query(
    "DELETE FROM unmatched_pings WHERE project_id IS NOT DISTINCT FROM $1::uuid AND id = $2",
    [projectId, id],
  );
  return rowCount === 1;
}

function groupOf(row: GroupRow): UnmatchedGroup {
  return { ...row, firstAt: instantOf(row.firstAt), lastAt: instantOf(row.lastAt) };
}
