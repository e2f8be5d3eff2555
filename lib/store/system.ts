import type { Instant } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";

export type SystemCounts = {
  projects: number;
  jobs: number;
  users: number;
  pendingDeliveries: number;
  deadLetters: number;
  /** When the oldest delivery was written that is due, or was tried and not taken yet; null without any. */
  oldestPendingAt: Instant | null;
  postgres: string;
};

export async function getSystemCounts(database: Queryable): Promise<SystemCounts> {
  const { rows } = await database.query<Omit<SystemCounts, "oldestPendingAt"> & { oldestPendingAt: Date | null }>(
    `SELECT (SELECT count(*) FROM projects) AS projects, (SELECT count(*) FROM jobs) AS jobs,
       (SELECT count(*) FROM users) AS users,
       (SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')) AS "pendingDeliveries",
       (SELECT count(*) FROM deliveries WHERE state = 'dead') AS "deadLetters",
       (SELECT min(created_at) FROM deliveries WHERE state IN ('pending', 'sending')
          AND (attempts > 0 OR next_attempt_at <= belfry_now())) AS "oldestPendingAt",
       current_setting('server_version') AS postgres`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("A query without FROM returned no row.");
  return { ...row, oldestPendingAt: instantOf(row.oldestPendingAt) };
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
