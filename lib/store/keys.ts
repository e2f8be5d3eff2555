import type { Queryable } from "./queryable.ts";

/** A job named by its id, or by the hash of a ping key and its slug. */
export type JobLookup = { jobId: string } | { keyHash: Buffer; slug: string };

/** What is known under it; `projectId` also where only the key is known. */
export type FoundJob = { jobId: string | null; projectId: string | null };

const FIND = `SELECT x.position, coalesce(j.id, s.id) AS "jobId", coalesce(j.project_id, k.project_id) AS "projectId"
  FROM unnest($1::uuid[], $2::bytea[], $3::text[]) WITH ORDINALITY AS x(job_id, hash, slug, position)
  LEFT JOIN jobs j ON j.id = x.job_id
  LEFT JOIN api_keys k ON k.hash = x.hash AND k.scope = 'ping' AND (k.expires_at IS NULL OR k.expires_at > belfry_now())
  LEFT JOIN jobs s ON s.project_id = k.project_id AND s.slug = x.slug`;

/** Looks many jobs up at once; answers in the order of the questions. Ping keys that have expired are unknown. */
export async function findPingedJobs(database: Queryable, lookups: readonly JobLookup[]): Promise<FoundJob[]> {
  const found: FoundJob[] = lookups.map(() => ({ jobId: null, projectId: null }));
  const { rows } = await database.query<FoundJob & { position: number }>({
    name: "keys-find-pinged-jobs",
    text: FIND,
    values: [
      lookups.map((lookup) => ("jobId" in lookup ? lookup.jobId : null)),
      lookups.map((lookup) => ("jobId" in lookup ? null : lookup.keyHash)),
      lookups.map((lookup) => ("jobId" in lookup ? null : lookup.slug)),
    ],
  });
  for (const { position, jobId, projectId } of rows) found[position - 1] = { jobId, projectId };
  return found;
}
