import type { Queryable } from "./queryable.ts";

/**
 * A job named by its id, or by the hash of a ping or DSN key and its slug. Without an environment: the one of production,
 * or else the oldest.
 */
export type JobLookup = { jobId: string } | { keyHash: Buffer; slug: string; environment: string | null };

/**
 * What is known under it; `projectId` also where only the key is known. `provisional`: another environment was taken for
 * want of production, so that a job made later may be the one that is meant.
 */
export type FoundJob = {
  jobId: string | null;
  projectId: string | null;
  codeDigest: string | null;
  provisional: boolean;
};

const NOTHING: FoundJob = { jobId: null, projectId: null, codeDigest: null, provisional: false };

const FIND = `SELECT x.position, coalesce(j.id, s.id) AS "jobId", coalesce(j.project_id, k.project_id) AS "projectId",
    coalesce(j.code_digest, s.code_digest) AS "codeDigest",
    coalesce(x.environment IS NULL AND s.environment <> 'production', false) AS provisional
  FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::text[]) WITH ORDINALITY AS x(job_id, hash, slug, environment, position)
  LEFT JOIN jobs j ON j.id = x.job_id AND j.project_id IS NOT NULL
  LEFT JOIN api_keys k ON k.hash = x.hash AND k.scope IN ('ping', 'dsn') AND (k.expires_at IS NULL OR k.expires_at > belfry_now())
  LEFT JOIN LATERAL (
    SELECT id, code_digest, environment FROM jobs
    WHERE project_id = k.project_id AND slug = x.slug AND environment = coalesce(x.environment, environment)
    ORDER BY environment = 'production' DESC, created_at, id LIMIT 1
  ) s ON true`;

/** Looks many jobs up at once; answers in the order of the questions. Keys that have expired are unknown. */
export async function findPingedJobs(database: Queryable, lookups: readonly JobLookup[]): Promise<FoundJob[]> {
  const found: FoundJob[] = lookups.map(() => ({ ...NOTHING }));
  const { rows } = await database.query<FoundJob & { position: number }>({
    name: "keys-find-pinged-jobs",
    text: FIND,
    values: [
      lookups.map((lookup) => ("jobId" in lookup ? lookup.jobId : null)),
      lookups.map((lookup) => ("jobId" in lookup ? null : lookup.keyHash)),
      lookups.map((lookup) => ("jobId" in lookup ? null : lookup.slug)),
      lookups.map((lookup) => ("jobId" in lookup ? null : lookup.environment)),
    ],
  });
  for (const { position, ...job } of rows) found[position - 1] = job;
  return found;
}
