import type { JobLink } from "../domain/dependency.ts";
import type { Queryable } from "./queryable.ts";

/** A job that another one waits for, or that waits for it. */
export type LinkedJob = {
  id: string;
  slug: string;
  name: string;
  environment: string;
  /** A critical incident is open. */
  down: boolean;
};

/** Jobs without which it cannot do its work, by name. */
export async function listUpstreams(database: Queryable, jobId: string): Promise<LinkedJob[]> {
  return listLinked(database, "d.job_id = $1 AND j.id = d.upstream_id", jobId);
}

/** Jobs that cannot do their work without it, by name. */
export async function listDownstreams(database: Queryable, jobId: string): Promise<LinkedJob[]> {
  return listLinked(database, "d.upstream_id = $1 AND j.id = d.job_id", jobId);
}

async function listLinked(database: Queryable, linked: string, jobId: string): Promise<LinkedJob[]> {
  const { rows } = await database.query<LinkedJob>(
    `SELECT j.id, j.slug, j.name, j.environment, s.down
     FROM job_upstreams d JOIN jobs j ON ${linked} JOIN job_state s ON s.job_id = j.id
     ORDER BY lower(j.name), j.environment, j.id`,
    [jobId],
  );
  return rows;
}

/** A job as people name it. */
export type JobName = { environment: string; slug: string };

/** Those of these jobs that the project has. */
export async function findNamedJobs(
  database: Queryable,
  projectId: string,
  names: readonly JobName[],
): Promise<(JobName & { id: string })[]> {
  const { rows } = await database.query<JobName & { id: string }>(
    `SELECT j.id, j.environment, j.slug FROM jobs j
     JOIN unnest($2::text[], $3::text[]) AS x(environment, slug) ON x.environment = j.environment AND x.slug = j.slug
     WHERE j.project_id = $1`,
    [projectId, names.map(({ environment }) => environment), names.map(({ slug }) => slug)],
  );
  return rows;
}

/** The names of a project's jobs in order, as many as a person can choose from. */
export async function listJobNames(
  database: Queryable,
  projectId: string,
  limit: number,
): Promise<(JobName & { id: string })[]> {
  const { rows } = await database.query<JobName & { id: string }>(
    "SELECT id, environment, slug FROM jobs WHERE project_id = $1 ORDER BY slug, environment LIMIT $2",
    [projectId, limit],
  );
  return rows;
}

/** Until the transaction ends nobody else changes who waits for whom: two changes that are each right may make a circle. */
export async function lockUpstreams(client: Queryable, projectId: string): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended('belfry upstreams ' || $1, 0))", [projectId]);
}

/** Who waits for whom among these jobs and all that they wait for, however far. */
export async function listLinksAbove(client: Queryable, jobIds: readonly string[]): Promise<JobLink[]> {
  const { rows } = await client.query<JobLink>(
    `WITH RECURSIVE above (job_id, upstream_id) AS (
       SELECT job_id, upstream_id FROM job_upstreams WHERE job_id = ANY ($1::uuid[])
       UNION SELECT d.job_id, d.upstream_id FROM above a JOIN job_upstreams d ON d.job_id = a.upstream_id
     )
     SELECT a.job_id AS "jobId", a.upstream_id AS "upstreamId", j.name AS "upstreamName"
     FROM above a JOIN jobs j ON j.id = a.upstream_id`,
    [jobIds],
  );
  return rows;
}

/** Lets a new job, which nobody waits for yet, wait for those of these jobs that the project has. @returns the others. */
export async function insertUpstreams(
  client: Queryable,
  { jobId, projectId, names }: { jobId: string; projectId: string; names: readonly JobName[] },
): Promise<JobName[]> {
  if (names.length === 0) return [];
  const found = await findNamedJobs(client, projectId, names);
  const others = found.filter(({ id }) => id !== jobId);
  await replaceUpstreams(
    client,
    jobId,
    others.map(({ id }) => id),
  );
  return names.filter(
    (name) => !others.some(({ environment, slug }) => environment === name.environment && slug === name.slug),
  );
}

/** Replaces what the job waits for. Ids may be given twice: one job can be named in two ways. */
export async function replaceUpstreams(
  client: Queryable,
  jobId: string,
  upstreamIds: readonly string[],
): Promise<void> {
  await client.query("DELETE FROM job_upstreams WHERE job_id = $1", [jobId]);
  await client.query(
    "INSERT INTO job_upstreams (job_id, upstream_id) SELECT DISTINCT $1::uuid, x.id FROM unnest($2::uuid[]) AS x(id)",
    [jobId, upstreamIds],
  );
}
