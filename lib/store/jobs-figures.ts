import type { Instant, Millis } from "../domain/time.ts";
import type { Queryable } from "./queryable.ts";

export type FiguresRow = {
  runs: number;
  ok: number;
  bad: number;
  medianMs: Millis | null;
  p95Ms: Millis | null;
  incidents: number;
};

/** Durations are sorted: more of them would only make the page of a job that runs every few seconds slow. */
const DURATIONS_LOOKED_AT = 50_000;

/**
 * What a job did since each of these instants, which go back in time; in their order. Percentiles are of its good runs,
 * the newest 50,000 of them at most.
 */
export async function listFigures(
  database: Queryable,
  jobId: string,
  since: readonly Instant[],
): Promise<FiguresRow[]> {
  const { rows } = await database.query<FiguresRow>(
    `WITH counted AS MATERIALIZED (
       SELECT width_bucket(settled_at, $3::timestamptz[]) AS bucket, sum(count) AS runs,
         sum(count) FILTER (WHERE outcome = 'ok') AS ok,
         sum(count) FILTER (WHERE outcome IN ('failed', 'missed', 'overlong', 'abandoned')) AS bad
       FROM runs WHERE job_id = $1 AND settled_at >= ($3::timestamptz[])[1] GROUP BY bucket
     ), newest AS MATERIALIZED (
       SELECT settled_at, duration_ms FROM runs
       WHERE job_id = $1 AND (outcome = 'ok' OR finished_late) AND duration_ms IS NOT NULL
       ORDER BY number DESC LIMIT ${DURATIONS_LOOKED_AT}
     )
     SELECT c.*, d.*, (SELECT count(*) FROM incidents i WHERE i.job_id = $1 AND i.opened_at >= s.at) AS incidents
     FROM unnest($2::timestamptz[]) WITH ORDINALITY AS s (at, position),
     LATERAL (
       SELECT coalesce(sum(runs), 0)::bigint AS runs, coalesce(sum(ok), 0)::bigint AS ok, coalesce(sum(bad), 0)::bigint AS bad
       FROM counted WHERE bucket > cardinality($2) - s.position
     ) c,
     LATERAL (
       SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms) AS "medianMs",
         percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms) AS "p95Ms"
       FROM newest WHERE settled_at >= s.at
     ) d
     ORDER BY s.position`,
    [jobId, since.map(timestamp), since.map(timestamp).toReversed()],
  );
  return rows;
}

function timestamp(at: Instant): Date {
  return new Date(at);
}
