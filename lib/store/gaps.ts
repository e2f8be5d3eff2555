import type { PoolClient } from "pg";
import type { NoticeFacts } from "../domain/notice.ts";
import type { Gap } from "../domain/state.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { alertIdOf } from "./ids.ts";
import { BEGIN, runAll } from "./pipeline.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** One process, as its heartbeat tells of it. */
export type ProcessRecord = { processId: string; host: string; pid: number; roles: readonly string[] };

/** A gap as stored; `id` counts all of them. */
export type StoredGap = Gap & { id: number };

/** One after the other, over all processes on the database: a gap is written once. */
const LOCK = { text: "SELECT pg_advisory_xact_lock(72707371)" };
/** Nobody hears any more of one that waits longer. */
const IMPATIENT = { text: "SET LOCAL lock_timeout = '5s'" };

type BeatRow = { id: number; from: Date; to: Date };

// A process that takes no pings ends no gap, so it writes none.
const BEAT = `WITH clock AS MATERIALIZED (SELECT belfry_now() AS now),
  newest AS MATERIALIZED (SELECT max(beat_at) AS at FROM heartbeats WHERE 'pings' = ANY (roles)),
  gap AS (
    INSERT INTO gaps (from_at, to_at) SELECT newest.at, clock.now FROM newest, clock
    WHERE 'pings' = ANY ($4::text[]) AND newest.at < clock.now - $5::float8 * interval '1 ms'
    RETURNING id, from_at, to_at
  ),
  beat AS (
    INSERT INTO heartbeats (process_id, host, pid, roles, started_at, beat_at)
    SELECT $1, $2, $3, $4, now, now FROM clock
    ON CONFLICT (process_id) DO UPDATE SET beat_at = excluded.beat_at
  )
  SELECT id, from_at AS "from", to_at AS "to" FROM gap`;

/**
 * Begins a transaction and writes a sign of life of this process. Where no process took pings for longer than `gapMs`, that
 * stretch becomes a gap first. All of it is one round trip of a pipelined client: a busy process has time for few.
 * @returns that gap; null where there is none.
 */
export async function beginHeartbeat(
  client: PoolClient,
  { process, gapMs }: { process: ProcessRecord; gapMs: Millis },
): Promise<StoredGap | null> {
  const { processId, host, pid, roles } = process;
  const beat = { text: BEAT, values: [processId, host, pid, roles, gapMs] };
  const results = await runAll(client, [BEGIN, IMPATIENT, LOCK, beat]);
  const row: BeatRow | undefined = results.at(-1)?.rows[0];
  return row === undefined ? null : { id: row.id, from: instantOf(row.from), to: instantOf(row.to) };
}

/** The newest sign of life of a process that takes pings; null before the first one ever. */
export async function findNewestBeat(database: Queryable): Promise<Instant | null> {
  const { rows } = await database.query<{ at: Date | null }>(
    "SELECT max(beat_at) AS at FROM heartbeats WHERE 'pings' = ANY (roles)",
  );
  return instantOf(rows[0]?.at ?? null);
}

/** Shorter silence is nothing: processes give a sign every few seconds. */
const SILENCE_MS: Millis = 5_000;

/** The stretch up to `now` in which no process has taken pings and which no gap tells of yet; null where there is none. */
export async function findSilence(database: Queryable, now: Instant): Promise<Gap | null> {
  const newest = await findNewestBeat(database);
  return newest === null || now - newest <= SILENCE_MS ? null : { from: newest, to: now };
}

/** Namespace of the ids of notices about gaps. */
const GAP_NOTICES = "5d1f6a2e-6f0b-4c57-9a3c-0e6a7b1d9c44";

/**
 * Writes one notice for operators about a gap, however often it is called, and mails it to each of them where `mail`.
 * @returns how many mails are on their way.
 */
export async function insertGapNotice(client: Queryable, gap: StoredGap, options: { mail: boolean }): Promise<number> {
  const facts: NoticeFacts = { notice: "own-gap", from: gap.from, to: gap.to, unknownJobs: null };
  const { rowCount } = await client.query(
    `WITH written AS (
       INSERT INTO alerts (id, event, sequence, created_at, facts) VALUES ($1, 'notice', $2, belfry_now(), $3)
       ON CONFLICT DO NOTHING RETURNING id, created_at
     ), outbox AS (
       INSERT INTO deliveries (alert_id, recipient, priority, next_attempt_at, created_at)
       SELECT w.id, u.email, 1, w.created_at, w.created_at FROM written w CROSS JOIN users u
       WHERE u.operator AND $4 ORDER BY u.email
       RETURNING 1
     )
     SELECT pg_notify('belfry_deliver', '') FROM outbox`,
    [alertIdOf(GAP_NOTICES, "notice", gap.id), gap.id, JSON.stringify(facts), options.mail],
  );
  return rowCount ?? 0;
}
