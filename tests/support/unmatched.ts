import type { Database } from "../../lib/store/client.ts";
import { type UnmatchedRecord, upsertUnmatched } from "../../lib/store/unmatched.ts";

/** A refused ping as the ping path notes it. */
export function unmatchedOf(given: Partial<UnmatchedRecord> = {}): UnmatchedRecord {
  const at = Date.now();
  return {
    ...{ protocol: "native", reason: "not-found", subject: given.slug ?? "x", jobId: null, keyHash: null },
    ...{ slug: null, environment: null, asked: null, detail: null, method: "GET", path: "/ping/bfp_1234…/x" },
    ...{ source: "192.0.2.1", userAgent: "curl/8", count: 1, firstAt: at, lastAt: at },
    ...given,
  };
}

/** Pings for jobs that a project does not have, by slug. @returns the ids of their groups. */
export async function addUnmatched(
  { pool }: Database,
  projectId: string,
  slugs: readonly string[],
  given: Partial<UnmatchedRecord> = {},
): Promise<number[]> {
  await upsertUnmatched(
    pool,
    slugs.map((slug) => unmatchedOf({ slug, ...given })),
  );
  const { rows } = await pool.query<{ id: number }>(
    "UPDATE unmatched_pings SET project_id = $1 WHERE slug = ANY ($2) RETURNING id",
    [projectId, slugs],
  );
  return rows.map(({ id }) => id);
}
