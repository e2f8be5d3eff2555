import type { Queryable } from "./queryable.ts";

/** So many of the newest pings are looked at: one that tells how far it is each second may have sent a million. */
const PINGS_LOOKED_AT = 200;

/**
 * What the pings of a run `run` (a row of `runs`) said last beside their bodies, as `message`. The bounds of receipt spare
 * reading every partition, and pings of later runs.
 */
export const RUN_MESSAGE = (run: string) => `SELECT last.message FROM (
    SELECT g.id, g.received_at, g.run_number, g.disposition, g.message FROM pings g
    WHERE g.job_id = ${run}.job_id
      AND g.received_at >= least(${run}.started_at, ${run}.finished_at, ${run}.settled_at, ${run}.output_received_at) - interval '1 minute'
      AND g.received_at <= coalesce(greatest(${run}.settled_at, ${run}.output_received_at), 'infinity') + interval '1 minute'
    ORDER BY g.received_at DESC, g.id DESC LIMIT ${PINGS_LOOKED_AT}
  ) last
  WHERE last.run_number = ${run}.number AND last.disposition = 'applied' AND last.message IS NOT NULL
  ORDER BY last.received_at DESC, last.id DESC LIMIT 1`;

/** What a run's pings said last beside their bodies, as it came; null where they said nothing or are not kept. */
export async function findRunMessage(database: Queryable, jobId: string, number: number): Promise<string | null> {
  const { rows } = await database.query<{ message: string }>(
    `SELECT m.message FROM runs r CROSS JOIN LATERAL (${RUN_MESSAGE("r")}) m WHERE r.job_id = $1 AND r.number = $2`,
    [jobId, number],
  );
  return rows[0]?.message ?? null;
}
