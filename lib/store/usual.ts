import type { Pool } from "pg";
import type { ScheduleSpec } from "../domain/job.ts";
import type { Instant, Millis } from "../domain/time.ts";
import type { UnusualBounds } from "../domain/usual.ts";
import type { GoodRun } from "../domain/usual-runs.ts";
import { inTransaction } from "./client.ts";
import { type Column, namesOf, sourceOf, valuesOf } from "./columns.ts";
import { type JobRow, scheduleOf } from "./jobs.ts";
import type { Queryable } from "./queryable.ts";

/** How many good runs what is usual is taken from. */
const GOOD_RUNS = 200;

/** A job that hardly ever ends well must not have all its history read. */
const RUNS_LOOKED_AT = 1_000;

export type GoodRunEntry = [
  number: number,
  startedAt: Instant,
  signAt: Instant,
  slotAt: Instant | null,
  durationMs: Millis | null,
];

const msOf = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::bigint`;

/** The latest good runs as JSON, which Node reads many times faster than as many rows. Guessed ends tell no length. */
export const goodRunsOf = (jobId: string): string => `SELECT json_agg(json_build_array(number, ${msOf("started_at")},
    ${msOf("CASE WHEN start_seen THEN started_at ELSE finished_at END")}, ${msOf("slot_at")}, duration_ms)) AS runs
  FROM (
    SELECT * FROM (SELECT * FROM runs WHERE job_id = ${jobId} ORDER BY number DESC LIMIT ${RUNS_LOOKED_AT}) newest
    WHERE (outcome = 'ok' OR finished_late) AND finished_at IS NOT NULL AND started_at IS NOT NULL AND NOT ambiguous
    ORDER BY number DESC LIMIT ${GOOD_RUNS}
  ) good`;

/** The latest good runs of a job, newest first; at most 200. */
export async function listGoodRuns(database: Queryable, jobId: string): Promise<GoodRun[]> {
  const { rows } = await database.query<{ runs: GoodRunEntry[] | null }>(goodRunsOf("$1"), [jobId]);
  return goodRuns(rows[0]?.runs ?? null);
}

/** Reads `runs` of `goodRunsOf`. */
export function goodRuns(entries: readonly GoodRunEntry[] | null): GoodRun[] {
  return (entries ?? []).map(([number, startedAt, signAt, slotAt, durationMs]) => ({
    ...{ number, startedAt, signAt, slotAt, durationMs },
  }));
}

export type SeenStart = {
  at: Instant;
  slotAt: Instant | null;
  /** False where only the end was seen and no duration sent: the run may have begun long before. */
  exact: boolean;
};

/** When the latest runs that began after `since` were first heard of, newest first. */
export async function listStarts(
  database: Queryable,
  { jobId, since, limit }: { jobId: string; since: Instant; limit: number },
): Promise<SeenStart[]> {
  const { rows } = await database.query<{ starts: SeenStart[] | null }>(
    `SELECT json_agg(json_build_object('at', ${msOf("started_at")}, 'slotAt', ${msOf("slot_at")},
       'exact', start_seen OR duration_ms IS NOT NULL)) AS starts
     FROM (SELECT * FROM runs WHERE job_id = $1 AND started_at > $2 ORDER BY number DESC LIMIT $3) latest`,
    [jobId, new Date(since), limit],
  );
  return rows[0]?.starts ?? [];
}

/** A job whose unusual runs are told, with what its bounds follow from. */
export type UsualJob = {
  id: string;
  schedule: ScheduleSpec;
  jitterMs: Millis;
  /** As stored; null where too little was known. */
  bounds: UnusualBounds | null;
  /** Newest first; at most 200. */
  runs: GoodRun[];
  /** The database's clock as they were read. */
  readAt: Date;
};

type Row = Pick<
  JobRow,
  "id" | "scheduleKind" | "scheduleExpression" | "dialect" | "timeZone" | "intervalMs" | "jitterMs"
> & { bounds: UnusualBounds | null; runs: GoodRunEntry[] | null; readAt: Date };

// Where too little is known yet, the next few runs may tell enough; else an hour changes little.
const DUE = `SELECT j.id, j.schedule_kind AS "scheduleKind", j.schedule_expression AS "scheduleExpression", j.dialect,
    j.time_zone AS "timeZone", j.interval_ms AS "intervalMs", j.jitter_ms AS "jitterMs", u.bounds, c.now AS "readAt"
  FROM (SELECT belfry_now() AS now) c, jobs j JOIN job_state s ON s.job_id = j.id
  LEFT JOIN job_usual u ON u.job_id = j.id
  WHERE j.unusual = 'alert' AND j.id > $1 AND (u.job_id IS NULL OR (s.last_ok_at >= u.computed_at
    AND u.computed_at <= c.now - CASE u.bounds WHEN 'null' THEN interval '10 minutes' ELSE interval '1 hour' END))
  ORDER BY j.id LIMIT $2`;

/** Jobs whose bounds want to be looked at again: after the id `after`, in order of ids. */
export async function listUsualDue(
  database: Queryable,
  { after, limit }: { after: string; limit: number },
): Promise<UsualJob[]> {
  const { rows } = await database.query<Row>(
    `SELECT d.*, g.runs FROM (${DUE}) d CROSS JOIN LATERAL (${goodRunsOf("d.id")}) g ORDER BY d.id`,
    [after, limit],
  );
  return rows.map(({ id, jitterMs, bounds, runs, readAt, ...row }) => ({
    ...{ id, jitterMs, bounds, readAt },
    schedule: scheduleOf(row),
    runs: goodRuns(runs),
  }));
}

/** What a job's bounds are now. `changed`: those who record its pings have to hear of it. */
export type FoundBounds = { jobId: string; bounds: UnusualBounds | null; readAt: Date; changed: boolean };

const COLUMNS: readonly Column<FoundBounds>[] = [
  ["job_id", "uuid", (row) => row.jobId],
  ["computed_at", "instant", (row) => row.readAt.getTime()],
  // A JSON null: it was looked, and too little is known.
  ["bounds", "json", (row) => JSON.stringify(row.bounds)],
];

const UPSERT = `INSERT INTO job_usual (${namesOf(COLUMNS)}) SELECT ${namesOf(COLUMNS)} FROM ${sourceOf(COLUMNS)}
  ON CONFLICT (job_id) DO UPDATE SET computed_at = excluded.computed_at, bounds = excluded.bounds`;

/**
 * Stores bounds. The states of jobs with new ones are rewritten as they are: whoever keeps a job in mind knows by that
 * (lib/store/known-states.ts) that it has to be read again.
 */
export async function saveBounds(pool: Pool, found: readonly FoundBounds[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    // In the order of all who lock them; as long as they are held, no job can go.
    const { rows } = await client.query<{ id: string }>(
      `SELECT job_id AS id FROM job_state WHERE job_id = ANY ($1::uuid[]) ORDER BY job_id FOR NO KEY UPDATE`,
      [found.map(({ jobId }) => jobId)],
    );
    const held = new Set(rows.map(({ id }) => id));
    const kept = found.filter(({ jobId }) => held.has(jobId));
    await client.query(UPSERT, valuesOf(COLUMNS, kept));
    const changed = kept.flatMap(({ jobId, changed: isNew }) => (isNew ? [jobId] : []));
    if (changed.length > 0) {
      await client.query("UPDATE job_state SET pings = pings WHERE job_id = ANY ($1::uuid[])", [changed]);
    }
  });
}
