import { plainColumn, wholeColumn } from "./literals.ts";
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

type RunAt = { jobId: string; number: number };

/** The same of several runs, by `runKey`; those that said nothing are missing. */
export async function listRunMessages(database: Queryable, runs: readonly RunAt[]): Promise<Map<string, string>> {
  const { rows } = await database.query<RunAt & { message: string }>({
    name: "run-messages",
    text: `SELECT r.job_id AS "jobId", r.number, m.message FROM unnest($1::uuid[], $2::int8[]) AS x(job_id, number)
      JOIN runs r ON r.job_id = x.job_id AND r.number = x.number CROSS JOIN LATERAL (${RUN_MESSAGE("r")}) m`,
    values: [plainColumn(runs, ({ jobId }) => jobId), wholeColumn(runs, ({ number }) => number)],
  });
  return new Map(rows.map((row) => [runKey(row), row.message]));
}

export function runKey({ jobId, number }: RunAt): string {
  return `${jobId} ${number}`;
}
