import { MACHINE } from "./alerting.ts";
import type { Queryable } from "./queryable.ts";

/** A job as scopes name it. */
export type ScopeJob = { id: string; slug: string; name: string };

/** Jobs of a project that these words name, by slug (in every environment) or by id. */
export async function findScopeJobs(
  database: Queryable,
  projectId: string,
  words: readonly string[],
): Promise<ScopeJob[]> {
  if (words.length === 0) return [];
  const { rows } = await database.query<ScopeJob>(
    `SELECT id, slug, name FROM jobs WHERE project_id = $1 AND (slug = ANY ($2::text[]) OR id::text = ANY ($2::text[]))
     ORDER BY lower(name), id`,
    [projectId, words],
  );
  return rows;
}

/** What a form offers for a scope; in large projects the first of them. */
export async function listScopeChoices(
  database: Queryable,
  { projectId, limit }: { projectId: string; limit: number },
): Promise<{ slugs: string[]; tags: string[] }> {
  const { rows } = await database.query<{ slugs: string[]; tags: string[] }>(
    `SELECT
       ARRAY(SELECT DISTINCT slug FROM jobs WHERE project_id = $1 ORDER BY slug LIMIT $2) AS slugs,
       ARRAY(SELECT DISTINCT unnest(tags) AS tag FROM jobs WHERE project_id = $1 ORDER BY tag LIMIT $2) AS tags`,
    [projectId, limit],
  );
  return rows[0] ?? { slugs: [], tags: [] };
}

/** What windows ask of a job; null where there is none. */
export async function findJobPlace(
  database: Queryable,
  jobId: string,
): Promise<{ id: string; projectId: string; tags: string[]; host: string | null } | null> {
  const { rows } = await database.query<{ id: string; projectId: string; tags: string[]; host: string | null }>(
    `SELECT j.id, j.project_id AS "projectId", j.tags, m.host
     FROM jobs j LEFT JOIN LATERAL (
       SELECT ${MACHINE} AS host FROM runs r
       WHERE r.job_id = j.id AND (r.host IS NOT NULL OR r.source IS NOT NULL) ORDER BY r.number DESC LIMIT 1
     ) m ON true
     WHERE j.id = $1 AND j.project_id IS NOT NULL`,
    [jobId],
  );
  return rows[0] ?? null;
}
