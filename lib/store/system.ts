import type { Instant, Millis } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";

export type SystemCounts = {
  projects: number;
  jobs: number;
  users: number;
  pendingDeliveries: number;
  deadLetters: number;
  /** Alerts that wait on purpose. */
  heldAlerts: number;
  /** When the oldest alert was written of which nobody has decided yet who hears of it; null without any. */
  oldestUnplannedAt: Instant | null;
  /** How long after a limit was broken the first message left, in the last day; null where there was none. */
  lag: { medianMs: Millis; p99Ms: Millis } | null;
  /** When the oldest delivery was written that is due, or was tried and not taken yet; null without any. */
  oldestPendingAt: Instant | null;
  postgres: string;
};

type CountsRow = Omit<SystemCounts, "oldestPendingAt" | "oldestUnplannedAt" | "lag"> & {
  oldestPendingAt: Date | null;
  oldestUnplannedAt: Date | null;
  medianMs: Millis | null;
  p99Ms: Millis | null;
};

const COUNTS = `SELECT (SELECT count(*) FROM projects) AS projects, (SELECT count(*) FROM jobs WHERE project_id IS NOT NULL) AS jobs,
    (SELECT count(*) FROM users) AS users,
    (SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')) AS "pendingDeliveries",
    (SELECT count(*) FROM deliveries WHERE state = 'dead') AS "deadLetters",
    (SELECT min(created_at) FROM deliveries WHERE state IN ('pending', 'sending')
       AND (attempts > 0 OR next_attempt_at <= belfry_now())) AS "oldestPendingAt",
    (SELECT count(*) FROM alerts WHERE plan_at IS NOT NULL AND hold IS NOT NULL) AS "heldAlerts",
    (SELECT min(created_at) FROM alerts WHERE plan_at IS NOT NULL AND coalesce(hold, 'gathering') = 'gathering') AS "oldestUnplannedAt",
    l.median AS "medianMs", l.p99 AS "p99Ms", current_setting('server_version') AS postgres
  FROM (
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ms)::float8 AS median, percentile_disc(0.99) WITHIN GROUP (ORDER BY ms)::float8 AS p99
    FROM (
      SELECT extract(epoch FROM m.started_at - d.lag_from) * 1000 AS ms FROM messages m
      JOIN message_deliveries md ON md.message_id = m.id AND md.attempt = 1 JOIN deliveries d ON d.id = md.delivery_id
      WHERE m.started_at > belfry_now() - interval '1 day' AND d.lead_id IS NULL AND d.lag_from IS NOT NULL
    ) first
  ) l`;

export async function getSystemCounts(database: Queryable): Promise<SystemCounts> {
  const { rows } = await database.query<CountsRow>(COUNTS);
  const [row] = rows;
  if (row === undefined) throw new Error("An aggregate returned no row.");
  const { medianMs, p99Ms, oldestPendingAt, oldestUnplannedAt, ...counts } = row;
  return {
    ...counts,
    oldestPendingAt: instantOf(oldestPendingAt),
    oldestUnplannedAt: instantOf(oldestUnplannedAt),
    lag: medianMs === null || p99Ms === null ? null : { medianMs, p99Ms },
  };
}

export type ProcessRecord = {
  processId: string;
  host: string;
  pid: number;
  roles: string[];
  startedAt: Instant;
  beatAt: Instant;
};

/** Processes that gave a sign within the last minute, oldest first. */
export async function listProcesses(database: Queryable): Promise<ProcessRecord[]> {
  const { rows } = await database.query<
    Omit<ProcessRecord, "startedAt" | "beatAt"> & { startedAt: Date; beatAt: Date }
  >(
    `SELECT process_id AS "processId", host, pid, roles, started_at AS "startedAt", beat_at AS "beatAt" FROM heartbeats
     WHERE beat_at > belfry_now() - interval '1 minute' ORDER BY started_at, process_id`,
  );
  return rows.map((row) => ({ ...row, startedAt: instantOf(row.startedAt), beatAt: instantOf(row.beatAt) }));
}

/** Our own gaps, newest first. */
export async function listGaps(database: Queryable, limit: number): Promise<{ from: Instant; to: Instant }[]> {
  const { rows } = await database.query<{ from: Date; to: Date }>(
    `SELECT from_at AS "from", to_at AS "to" FROM gaps ORDER BY to_at DESC LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({ from: instantOf(row.from), to: instantOf(row.to) }));
}

export type FaultedRecord = { jobId: string; name: string; fault: string; retryAt: Instant | null };

/** Jobs whose evaluation threw. */
export async function listFaulted(database: Queryable, limit: number): Promise<FaultedRecord[]> {
  const { rows } = await database.query<Omit<FaultedRecord, "retryAt"> & { retryAt: Date | null }>(
    `SELECT s.job_id AS "jobId", j.name, s.fault, s.check_at AS "retryAt"
     FROM job_state s JOIN jobs j ON j.id = s.job_id WHERE s.fault IS NOT NULL ORDER BY j.name LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({ ...row, retryAt: instantOf(row.retryAt) }));
}
