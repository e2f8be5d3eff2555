import type { PingAction, PingDisposition } from "../domain/ping.ts";
import type { Outcome, RunReason } from "../domain/run.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";

export type RunRecord = {
  number: number;
  outcome: Outcome;
  reason: RunReason | null;
  slotAt: Instant | null;
  lastSlotAt: Instant | null;
  count: number;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  durationMs: Millis | null;
  finishBy: Instant | null;
  finishedLate: boolean;
  exitCode: number | null;
  runId: string | null;
  host: string | null;
  source: string | null;
  ambiguous: boolean;
  startSeen: boolean;
  settledAt: Instant | null;
  outputPingId: string | null;
  outputReceivedAt: Instant | null;
  /** Bytes as sent; 0 without. */
  outputSize: number;
  /** Another run of the job was open at the same time. */
  overlapped: boolean;
};

type Row = {
  [Key in keyof RunRecord]: Key extends `${string}At` | "finishBy" ? Date | null : RunRecord[Key];
};

/** When a run was no longer open, as SQL; `infinity` while it is. */
const endOf = (run: string): string => `coalesce(${run}.finished_at, CASE
  WHEN ${run}.outcome = 'running' OR ${run}.outcome = 'overlong' AND ${run}.reason IS NULL THEN 'infinity'
  ELSE ${run}.settled_at END)`;

/** Open runs are few, so that those open at once have numbers close to each other. */
const NEAR = 50;

const OVERLAPPED = `r.start_seen AND EXISTS (SELECT 1 FROM runs o WHERE o.job_id = r.job_id
  AND o.number BETWEEN r.number - ${NEAR} AND r.number + ${NEAR} AND o.number <> r.number AND o.start_seen
  AND o.started_at < ${endOf("r")} AND r.started_at < ${endOf("o")})`;

const SELECT = `SELECT r.number, r.outcome, r.reason, r.slot_at AS "slotAt", r.last_slot_at AS "lastSlotAt", r.count,
  r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.duration_ms AS "durationMs", r.finish_by AS "finishBy",
  r.finished_late AS "finishedLate", r.exit_code AS "exitCode", r.run_id AS "runId", r.host, r.source, r.ambiguous,
  r.start_seen AS "startSeen", r.settled_at AS "settledAt", r.output_ping_id AS "outputPingId",
  r.output_received_at AS "outputReceivedAt",
  coalesce((SELECT p.body_size FROM pings p
    WHERE p.job_id = r.job_id AND p.received_at = r.output_received_at AND p.id = r.output_ping_id), 0) AS "outputSize", ${OVERLAPPED} AS overlapped
  FROM runs r`;

/** Newest first: numbers below `before`; with `outcomes` only those. */
export async function listRunRecords(
  database: Queryable,
  filter: { jobId: string; before: number | null; outcomes: readonly Outcome[] | null; limit: number },
): Promise<RunRecord[]> {
  const { rows } = await database.query<Row>(
    `${SELECT} WHERE r.job_id = $1 AND ($2::bigint IS NULL OR r.number < $2) AND ($3::text[] IS NULL OR r.outcome = ANY ($3))
     ORDER BY r.number DESC LIMIT $4`,
    [filter.jobId, filter.before, filter.outcomes, filter.limit],
  );
  return rows.map(recordOf);
}

export async function findRunRecord(database: Queryable, jobId: string, number: number): Promise<RunRecord | null> {
  const { rows } = await database.query<Row>(`${SELECT} WHERE r.job_id = $1 AND r.number = $2`, [jobId, number]);
  const [row] = rows;
  return row === undefined ? null : recordOf(row);
}

function recordOf(row: Row): RunRecord {
  return {
    ...row,
    slotAt: instantOf(row.slotAt),
    lastSlotAt: instantOf(row.lastSlotAt),
    startedAt: instantOf(row.startedAt),
    finishedAt: instantOf(row.finishedAt),
    finishBy: instantOf(row.finishBy),
    settledAt: instantOf(row.settledAt),
    outputReceivedAt: instantOf(row.outputReceivedAt),
  };
}

/** The numbers beside a run: rows may be missing in between. */
export async function findNeighbours(
  database: Queryable,
  jobId: string,
  number: number,
): Promise<{ previous: number | null; next: number | null }> {
  const { rows } = await database.query<{ previous: number | null; next: number | null }>(
    `SELECT (SELECT max(number) FROM runs WHERE job_id = $1 AND number < $2) AS previous,
            (SELECT min(number) FROM runs WHERE job_id = $1 AND number > $2) AS next`,
    [jobId, number],
  );
  return rows[0] ?? { previous: null, next: null };
}

/** Whether ends of open runs have to be guessed, among the newest runs. */
export async function hasAmbiguousRuns(database: Queryable, jobId: string): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>(
    `SELECT coalesce(bool_or(ambiguous AND finished_at IS NULL AND outcome IN ('running', 'overlong')), false) AS found
     FROM (SELECT * FROM runs WHERE job_id = $1 ORDER BY number DESC LIMIT 60) newest`,
    [jobId],
  );
  return rows[0]?.found ?? false;
}

export type PingRecord = {
  id: string;
  receivedAt: Instant;
  action: PingAction;
  disposition: PingDisposition;
  exitCode: number | null;
  at: Instant | null;
  durationMs: Millis | null;
  host: string | null;
  source: string | null;
  method: string;
  userAgent: string | null;
  message: string | null;
  /** What the client measured, by name; null without. */
  metrics: readonly (readonly [name: string, value: number])[] | null;
  bodySize: number;
};

/** Pings of a run received within [from, to], oldest first. The bounds spare reading every partition. */
export async function listPingsOfRun(
  database: Queryable,
  input: { jobId: string; runNumber: number; from: Instant; to: Instant; limit: number },
): Promise<PingRecord[]> {
  const { rows } = await database.query<Omit<PingRecord, "receivedAt" | "at"> & { receivedAt: Date; at: Date | null }>(
    `SELECT id, received_at AS "receivedAt", action, disposition, exit_code AS "exitCode", at, duration_ms AS "durationMs",
       host, source, method, user_agent AS "userAgent", message, metrics, body_size AS "bodySize"
     FROM all_pings WHERE job_id = $1 AND run_number = $2 AND received_at BETWEEN $3 AND $4
     ORDER BY received_at, id LIMIT $5`,
    [input.jobId, input.runNumber, new Date(input.from), new Date(input.to), input.limit],
  );
  return rows.map((row) => ({ ...row, receivedAt: instantOf(row.receivedAt), at: instantOf(row.at) }));
}
