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

/** What a job did since each of these instants, earliest instant last; in their order. */
export async function listFigures(
  database: Queryable,
  jobId: string,
  since: readonly Instant[],
): Promise<FiguresRow[]> {
  const { rows } = await database.query<FiguresRow>(
    `WITH since AS (
       SELECT * FROM unnest($2::timestamptz[]) WITH ORDINALITY AS s (at, position)
     ), settled AS (
       SELECT settled_at, outcome, count, CASE WHEN outcome = 'ok' OR finished_late THEN duration_ms END AS duration_ms
       FROM runs WHERE job_id = $1 AND settled_at >= (SELECT min(at) FROM since)
     )
     SELECT coalesce(sum(r.count), 0)::bigint AS runs,
       coalesce(sum(r.count) FILTER (WHERE r.outcome = 'ok'), 0)::bigint AS ok,
       coalesce(sum(r.count) FILTER (WHERE r.outcome IN ('failed', 'missed', 'overlong', 'abandoned')), 0)::bigint AS bad,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY r.duration_ms) AS "medianMs",
       percentile_cont(0.95) WITHIN GROUP (ORDER BY r.duration_ms) AS "p95Ms",
       (SELECT count(*) FROM incidents i WHERE i.job_id = $1 AND i.opened_at >= s.at) AS incidents
     FROM since s LEFT JOIN settled r ON r.settled_at >= s.at
     GROUP BY s.position, s.at ORDER BY s.position`,
    [jobId, since.map((at) => new Date(at))],
  );
  return rows;
}
