import type { Pool } from "pg";
import { DatabaseError } from "pg";
import { inTransaction } from "./client.ts";
import { IS_TO_BE_TOLD } from "./jobs-deletion.ts";
import type { Queryable } from "./queryable.ts";
import { DEFAULT_KEEP_DAYS, KEPT_LONGEST, NOT_OF_OPEN_INCIDENT } from "./keeping.ts";
import { pruneUnmatched } from "./unmatched.ts";

/** Rows that one statement deletes: short enough that nobody has to wait for it. */
const SLICE = 1_000;

/** Days for which pings have partitions of their own in advance. */
const DAYS_AHEAD = 7;

const NOW = "(SELECT belfry_now())";

// Nothing younger than this is looked at. A subquery, asked once, so that the index on the time can be used.
const SHORTEST = `(SELECT belfry_now() - coalesce(min(keep_days), ${DEFAULT_KEEP_DAYS}) * interval '1 day' FROM projects)`;
const KEPT_SINCE = `${NOW} - coalesce(p.keep_days, ${DEFAULT_KEEP_DAYS}) * interval '1 day'`;

/** What goes with time. */
const RULES: readonly { table: string; key: string; old: string }[] = [
  {
    // Those of projects that keep less go job by job: see lib/store/job-retention.ts.
    table: "runs",
    key: "job_id, number",
    old: `SELECT r.job_id, r.number FROM runs r WHERE r.settled_at < ${KEPT_LONGEST} AND ${NOT_OF_OPEN_INCIDENT}`,
  },
  // What came far too early or too late for a partition of its day.
  { table: "pings_default", key: "ctid", old: `SELECT ctid FROM pings_default WHERE received_at < ${KEPT_LONGEST}` },
  {
    table: "ping_bodies_default",
    key: "ctid",
    old: `SELECT ctid FROM ping_bodies_default WHERE received_at < ${KEPT_LONGEST}`,
  },
  {
    // Deleted, and everybody has heard of it: the rest of it goes.
    table: "jobs",
    key: "id",
    old: `SELECT j.id FROM jobs j WHERE j.project_id IS NULL
      AND NOT EXISTS (SELECT FROM incidents i WHERE i.job_id = j.id AND ${IS_TO_BE_TOLD})`,
  },
  {
    // Events, alerts and deliveries go with their incident.
    table: "incidents",
    key: "id",
    old: `SELECT i.id FROM incidents i JOIN projects p ON p.id = i.project_id
      WHERE i.resolved_at < ${SHORTEST} AND i.resolved_at < ${KEPT_SINCE}`,
  },
  {
    // One that stays open keeps its beginning, and of the bad runs since then what its project keeps of runs.
    table: "incident_events",
    key: "incident_id, sequence",
    old: `SELECT e.incident_id, e.sequence FROM incidents i JOIN projects p ON p.id = i.project_id
      JOIN incident_events e ON e.incident_id = i.id
      WHERE i.state = 'open' AND i.opened_at < ${SHORTEST} AND e.kind = 'bad-run' AND e.at < ${KEPT_SINCE}`,
  },
  {
    table: "outages",
    key: "id",
    old: `SELECT o.id FROM outages o WHERE o.opened_at < ${SHORTEST}
      AND NOT EXISTS (SELECT FROM incidents i WHERE i.outage_id = o.id)`,
  },
  {
    table: "windows",
    key: "id",
    old: `SELECT w.id FROM windows w JOIN projects p ON p.id = w.project_id
      WHERE w.kind = 'once' AND w.ends_at < ${SHORTEST} AND w.ends_at < ${KEPT_SINCE}`,
  },
  {
    table: "drills",
    key: "id",
    old: `SELECT d.id FROM drills d JOIN projects p ON p.id = d.project_id
      WHERE d.started_at < ${SHORTEST} AND d.started_at < ${KEPT_SINCE}`,
  },
  {
    table: "alerts",
    key: "id",
    old: `SELECT a.id FROM alerts a LEFT JOIN projects p ON p.id = a.project_id
      WHERE a.incident_id IS NULL AND a.created_at < ${SHORTEST} AND a.created_at < ${KEPT_SINCE}`,
  },
  {
    // What was sent of an open incident stays: its recovery goes to the same thread.
    table: "messages",
    key: "id",
    old: `SELECT m.id FROM messages m LEFT JOIN channels c ON c.id = m.channel_id LEFT JOIN projects p ON p.id = c.project_id
      WHERE m.started_at < ${SHORTEST} AND m.started_at < ${KEPT_SINCE} AND NOT EXISTS (
        SELECT FROM message_deliveries md JOIN deliveries d ON d.id = md.delivery_id JOIN alerts a ON a.id = d.alert_id
        JOIN incidents i ON i.id = a.incident_id WHERE md.message_id = m.id AND i.state = 'open')`,
  },
  {
    // The newest sign of somebody who takes pings stays, however old: the gap that follows it begins there.
    table: "heartbeats",
    key: "process_id",
    old: `SELECT process_id FROM heartbeats WHERE beat_at < ${NOW} - interval '1 day'
      AND beat_at IS DISTINCT FROM (SELECT max(beat_at) FROM heartbeats WHERE 'pings' = ANY (roles))`,
  },
  { table: "sessions", key: "id", old: `SELECT id FROM sessions WHERE expires_at < ${NOW}` },
  { table: "verifications", key: "id", old: `SELECT id FROM verifications WHERE expires_at < ${NOW}` },
  {
    table: "gaps",
    key: "id",
    // The newest stays: processes tell by its number whether they know all of them.
    old: `SELECT id FROM gaps WHERE to_at < ${NOW} - interval '366 days' AND id < (SELECT max(id) FROM gaps)`,
  },
];

/**
 * Adds the partitions of the days to come, so that no ping has to wait for its own.
 * @returns how many were added; null where somebody reads what they are cut from: try again soon.
 */
export async function addPartitions(database: Queryable): Promise<number | null> {
  try {
    const { rows } = await database.query<{ added: number }>("SELECT belfry_add_partitions($1) AS added", [DAYS_AHEAD]);
    return rows[0]?.added ?? 0;
  } catch (error) {
    if (isLockTimeout(error)) return null;
    throw error;
  }
}

type Partition = { name: string; parent: string };

// A partition goes when no project keeps its last day any longer.
const OLD_PARTITIONS = `SELECT c.relname AS name, i.inhparent::regclass::text AS parent
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent IN ('pings'::regclass, 'ping_bodies'::regclass) AND c.relname ~ '_\\d{8}$'
    AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1
      < (belfry_now() AT TIME ZONE 'UTC')::date - (SELECT coalesce(max(keep_days), ${DEFAULT_KEEP_DAYS}) FROM projects)
  ORDER BY c.relname`;

/** All pings wait as long as we wait for the lock. */
const DROP_WAIT_MS = 100;

const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Drops the partitions that are too old. Dropping locks the whole table for a moment: where that cannot be had at once,
 * what is left of the table waits for the next time, and pings wait for a tenth of a second at most.
 * @returns the names of those that went, and how many are left.
 */
export async function dropOldPartitions(pool: Pool): Promise<{ dropped: string[]; left: number }> {
  const { rows } = await pool.query<Partition>(OLD_PARTITIONS);
  const dropped: string[] = [];
  const busy = new Set<string>();
  for (const { name, parent } of rows) {
    if (busy.has(parent)) continue;
    if (await dropPartition(pool, name)) dropped.push(name);
    else busy.add(parent);
  }
  return { dropped, left: rows.length - dropped.length };
}

async function dropPartition(pool: Pool, name: string): Promise<boolean> {
  try {
    await inTransaction(pool, async (client) => {
      await client.query(`SET LOCAL lock_timeout = ${DROP_WAIT_MS}`);
      await client.query(`DROP TABLE IF EXISTS ${client.escapeIdentifier(name)}`);
    });
    return true;
  } catch (error) {
    if (isLockTimeout(error)) return false;
    throw error;
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE;
}

/**
 * Deletes what is too old, slice by slice, until nothing is left or `signal` aborts.
 * @returns how many rows went, by table; tables without any are left out. An abort leaves the rest for the next call.
 */
export async function pruneRows(database: Queryable, signal: AbortSignal): Promise<Record<string, number>> {
  const gone: Record<string, number> = {};
  for (const { table, key, old } of RULES) {
    let count = SLICE;
    while (count === SLICE && !signal.aborted) {
      const { rowCount } = await database.query(`DELETE FROM ${table} WHERE (${key}) IN (${old} LIMIT ${SLICE})`);
      count = rowCount ?? 0;
      if (count > 0) gone[table] = (gone[table] ?? 0) + count;
    }
  }
  const unmatched = await pruneUnmatched(database);
  return unmatched === 0 ? gone : { ...gone, unmatched_pings: unmatched };
}
