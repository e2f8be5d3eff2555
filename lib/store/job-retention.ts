import { DatabaseError, type Pool } from "pg";
import { DAY, type Instant } from "../domain/time.ts";
import { NOT_OF_OPEN_INCIDENT } from "./keeping.ts";
import { instantOf } from "./queryable.ts";

/** What projects that keep less than others let go of. */
export type JobRetention = {
  /** Works until all is done or `signal` aborts; then the next call goes on where this one stopped. */
  prune(signal: AbortSignal): Promise<{ runs: number; pings: number }>;
};

/** Rows that one statement deletes: short enough that nobody has to wait for it. */
const SLICE = 1_000;

/** Jobs that one statement looks at. */
const JOBS_AT_ONCE = 200;

/** Runs of a job that are looked at from its oldest one on: among them are a few that stay. */
const OLDEST_RUNS = 200;

const JOBS = `SELECT j.id FROM projects p JOIN jobs j ON j.project_id = p.id
  WHERE p.keep_runs IS NOT NULL OR p.keep_days < (SELECT max(keep_days) FROM projects) ORDER BY j.id`;

const OF_JOBS = "unnest($1::uuid[]) AS x(id) JOIN jobs j ON j.id = x.id JOIN projects p ON p.id = j.project_id";

const LATE_RUNS = `DELETE FROM runs WHERE (job_id, number) IN (
  SELECT r.job_id, r.number FROM ${OF_JOBS} CROSS JOIN LATERAL (
    SELECT job_id, number, settled_at FROM runs WHERE job_id = j.id ORDER BY number LIMIT ${OLDEST_RUNS}
  ) r
  WHERE r.settled_at < (SELECT belfry_now()) - p.keep_days * interval '1 day' AND ${NOT_OF_OPEN_INCIDENT} LIMIT ${SLICE})`;

// Numbers tell cheaply that there cannot be too many.
const SURPLUS_RUNS = `DELETE FROM runs WHERE (job_id, number) IN (
  SELECT r.job_id, r.number FROM ${OF_JOBS} CROSS JOIN LATERAL (
    SELECT job_id, number, settled_at FROM runs WHERE job_id = j.id ORDER BY number DESC OFFSET p.keep_runs
  ) r
  WHERE p.keep_runs < (SELECT max(number) - min(number) + 1 FROM runs WHERE job_id = j.id)
    AND r.settled_at IS NOT NULL AND ${NOT_OF_OPEN_INCIDENT} LIMIT ${SLICE})`;

// By days, whole ones of UTC as partitions are; and where older runs are gone, before the oldest that is left.
const CUTS = `SELECT j.id AS "jobId", greatest(
    CASE WHEN p.keep_days < (SELECT max(keep_days) FROM projects)
      THEN ((belfry_now() AT TIME ZONE 'UTC')::date - p.keep_days)::timestamp AT TIME ZONE 'UTC' END,
    CASE WHEN p.keep_runs IS NOT NULL AND oldest.number > 1 THEN oldest.at END) AS before
  FROM ${OF_JOBS} LEFT JOIN LATERAL (
    SELECT number, coalesce(started_at, slot_at, settled_at) AS at FROM runs WHERE job_id = j.id ORDER BY number LIMIT 1
  ) oldest ON true`;

/** Of a job: pings before that go. */
type Cut = { jobId: string; before: Instant };

type Partition = { name: string; from: Instant; to: Instant };

// The default one comes last and may hold anything.
const PARTITIONS = `SELECT c.relname AS name, substring(c.relname FROM '_(\\d{8})$') AS day
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'pings'::regclass ORDER BY c.relname`;

const UNDEFINED_TABLE = "42P01";

export function createJobRetention(pool: Pool): JobRetention {
  let waiting: string[] = [];
  /** Before which pings of a job are gone already: old partitions need not be looked at again. */
  let done = new Map<string, Instant>();

  async function pruneJobs(jobIds: string[], gone: { runs: number; pings: number }, signal: AbortSignal) {
    for (const statement of [LATE_RUNS, SURPLUS_RUNS]) {
      gone.runs += await repeat(signal, async () => (await pool.query(statement, [jobIds])).rowCount ?? 0);
    }
    if (signal.aborted) return;
    const cuts = await listCuts(pool, jobIds);
    gone.pings += await prunePings(cuts, signal);
    if (!signal.aborted) for (const { jobId, before } of cuts) done.set(jobId, before);
  }

  async function prunePings(cuts: readonly Cut[], signal: AbortSignal): Promise<number> {
    const open = cuts.filter(({ jobId, before }) => before > (done.get(jobId) ?? -Infinity));
    if (open.length === 0) return 0;
    let gone = 0;
    for (const partition of await listPartitions(pool)) {
      const meant = open.filter(
        ({ jobId, before }) => before > partition.from && partition.to > (done.get(jobId) ?? -Infinity),
      );
      if (meant.length > 0) gone += await repeat(signal, () => deletePings(pool, partition, meant));
    }
    return gone;
  }

  return {
    async prune(signal) {
      const gone = { runs: 0, pings: 0 };
      if (waiting.length === 0) {
        const { rows } = await pool.query<{ id: string }>(JOBS);
        waiting = rows.map(({ id }) => id);
        const known = new Set(waiting);
        done = new Map([...done].filter(([id]) => known.has(id)));
      }
      while (waiting.length > 0 && !signal.aborted) {
        await pruneJobs(waiting.slice(0, JOBS_AT_ONCE), gone, signal);
        if (!signal.aborted) waiting = waiting.slice(JOBS_AT_ONCE);
      }
      return gone;
    },
  };
}

/** Slices until one finds nothing. @returns how many rows went. */
async function repeat(signal: AbortSignal, slice: () => Promise<number>): Promise<number> {
  let gone = 0;
  for (let count = 1; count > 0 && !signal.aborted; gone += count) count = await slice();
  return gone;
}

async function listCuts(pool: Pool, jobIds: string[]): Promise<Cut[]> {
  const { rows } = await pool.query<{ jobId: string; before: Date | null }>(CUTS, [jobIds]);
  return rows.flatMap(({ jobId, before }) => (before === null ? [] : [{ jobId, before: instantOf(before) }]));
}

async function listPartitions(pool: Pool): Promise<Partition[]> {
  const { rows } = await pool.query<{ name: string; day: string | null }>(PARTITIONS);
  return rows.map(({ name, day }) => {
    if (day === null) return { name, from: -Infinity, to: Infinity };
    const from = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6)));
    return { name, from, to: from + DAY };
  });
}

async function deletePings(pool: Pool, { name, from, to }: Partition, cuts: readonly Cut[]): Promise<number> {
  // Another process at the same work takes other rows.
  const text = `WITH gone AS (
      DELETE FROM ${name} WHERE ctid = ANY (ARRAY(
        SELECT p.ctid FROM unnest($1::uuid[], $2::timestamptz[]) AS c(job_id, before)
        JOIN ${name} p ON p.job_id = c.job_id AND p.received_at < c.before LIMIT ${SLICE} FOR UPDATE OF p SKIP LOCKED))
      RETURNING id, received_at
    ), bodies AS (
      DELETE FROM ping_bodies b USING gone g
      WHERE b.ping_id = g.id AND b.received_at = g.received_at AND b.received_at >= $3 AND b.received_at < $4
    )
    SELECT count(*) AS count FROM gone`;
  const bounds = [from, to].map((at) => (Number.isFinite(at) ? new Date(at) : at > 0 ? "infinity" : "-infinity"));
  try {
    const columns = [cuts.map(({ jobId }) => jobId), cuts.map(({ before }) => new Date(before))];
    const { rows } = await pool.query<{ count: number }>(text, [...columns, ...bounds]);
    return rows[0]?.count ?? 0;
  } catch (error) {
    // It was dropped meanwhile.
    if (error instanceof DatabaseError && error.code === UNDEFINED_TABLE) return 0;
    throw error;
  }
}
