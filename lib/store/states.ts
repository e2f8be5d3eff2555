import type { PoolClient, QueryResult } from "pg";
import type { Job } from "../domain/job.ts";
import type { PingPolicy } from "../domain/ping-policy.ts";
import type { Gap, JobState } from "../domain/state.ts";
import { DAY, type Instant } from "../domain/time.ts";
import type { UnusualBounds } from "../domain/usual.ts";
import { messageOf } from "../errors.ts";
import { type JobRow, limitsOf, scheduleOf } from "./jobs.ts";
import { plainColumn, textColumn, timestampOf, wholeColumn } from "./literals.ts";
import { decodeMemory } from "./memory-reading.ts";
import type { WrittenMemory } from "./memory.ts";
import { runAll, type Statement } from "./pipeline.ts";
import { instantOf } from "./queryable.ts";

/** A job's state, locked until the transaction ends. */
export type LoadedJob = {
  state: JobState;
  /** The memory as this process wrote it last; null where it was read. */
  written: WrittenMemory | null;
  projectId: string;
  /** As stored: when the sweep will look next. */
  checkAt: Instant | null;
  /** Null: pings are read as they come. */
  pingPolicy: PingPolicy | null;
};

export type LoadedJobs = {
  jobs: Map<string, LoadedJob>;
  /** Why the states of some jobs, though locked, cannot be read. */
  faults: Map<string, unknown>;
  /** Grows with every gap that is written. */
  gapsVersion: number;
};

/** Our own gaps as far back as the rules look. */
const GAPS_KEPT_IN_MIND = 8 * DAY;

type LockedRow = { jobId: string; memory: unknown; checkAt: Date | null };

type ConfigRow = Pick<
  JobRow,
  | "id"
  | "projectId"
  | "scheduleKind"
  | "scheduleExpression"
  | "dialect"
  | "timeZone"
  | "intervalMs"
  | "scheduleSince"
  | "graceMs"
  | "maxRuntimeMs"
  | "minRuntimeMs"
  | "jitterMs"
  | "failuresToOpen"
  | "successesToClose"
  | "overlap"
  | "unusual"
  | "failureWindow"
  | "tooOften"
  | "pingPolicy"
> & { usual: UnusualBounds | null; gaps: GapsValue | null };

type GapsValue = { version: number; spans: [from: Instant, to: Instant][] | null };

const LOCK = `SELECT job_id AS "jobId", memory, check_at AS "checkAt" FROM job_state
  WHERE job_id = ANY ($1::uuid[]) ORDER BY job_id FOR NO KEY UPDATE`;

const CLAIM = `SELECT job_id AS "jobId", memory, check_at AS "checkAt" FROM job_state
  WHERE check_at < to_timestamp($1::float8 / 1000) ORDER BY check_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`;

// A statement of its own, begun after the locks are held: it sees every edit that was committed while we waited.
// The gaps are the same for all jobs and come with the first row only.
const CONFIG = `SELECT id, project_id AS "projectId", schedule_kind AS "scheduleKind",
    schedule_expression AS "scheduleExpression", dialect, time_zone AS "timeZone", interval_ms AS "intervalMs",
    schedule_since AS "scheduleSince", grace_ms AS "graceMs", max_runtime_ms AS "maxRuntimeMs",
    min_runtime_ms AS "minRuntimeMs", jitter_ms AS "jitterMs", failures_to_open AS "failuresToOpen",
    successes_to_close AS "successesToClose", overlap, unusual,
    failure_window AS "failureWindow", too_often AS "tooOften",
    ping_policy AS "pingPolicy",
    CASE WHEN unusual = 'alert' THEN (SELECT bounds FROM job_usual WHERE job_id = jobs.id) END AS usual,
    CASE WHEN row_number() OVER () = 1 THEN (
      SELECT json_build_object('version', coalesce(max(id), 0), 'spans', json_agg(
        json_build_array(extract(epoch FROM from_at) * 1000, extract(epoch FROM to_at) * 1000) ORDER BY from_at
      ) FILTER (WHERE to_at > belfry_now() - $2::float8 * interval '1 ms')) FROM gaps
    ) END AS gaps
  FROM jobs WHERE id = ANY ($1::uuid[])`;

/** Statements that lock the states of these jobs, in order of their ids, and read what the rules need to know of them. */
export function loadStatements(jobIds: Iterable<string>): Statement[] {
  const ids = plainColumn([...jobIds], (id) => id);
  return [{ name: "states-lock", text: LOCK, values: [ids] }, configStatement(ids)];
}

/** Reads the answers to `loadStatements`. Jobs that no longer exist are not among them. */
export function loadedJobs([locked, config]: readonly QueryResult[]): LoadedJobs {
  const memories = new Map<string, LockedRow>(locked?.rows.map((row: LockedRow) => [row.jobId, row]));
  const rows: ConfigRow[] = config?.rows ?? [];
  const found = rows.find((row) => row.gaps !== null)?.gaps;
  const gaps = (found?.spans ?? []).map(([from, to]) => ({ from, to }));
  const loaded: LoadedJobs = { jobs: new Map(), faults: new Map(), gapsVersion: found?.version ?? 0 };
  for (const row of rows) {
    const memory = memories.get(row.id);
    if (memory === undefined) continue;
    try {
      loaded.jobs.set(row.id, loadedJob(row, memory, gaps));
    } catch (error) {
      loaded.faults.set(row.id, error);
    }
  }
  return loaded;
}

/**
 * Locks the states of these jobs, in order of their ids, until the transaction ends; unknown ids are left out.
 * @throws Error where one of them cannot be read.
 */
export async function loadStates(client: PoolClient, jobIds: Iterable<string>): Promise<Map<string, LoadedJob>> {
  const { jobs, faults } = loadedJobs(await runAll(client, loadStatements(jobIds)));
  for (const error of faults.values()) throw error;
  return jobs;
}

/** Locks up to `limit` jobs whose next deadline is before `asOf`; those that others hold are left to them. */
export async function claimDueStates(
  client: PoolClient,
  { asOf, limit }: { asOf: Instant; limit: number },
): Promise<LoadedJobs> {
  const locked = await client.query<LockedRow>({ name: "states-claim", text: CLAIM, values: [asOf, limit] });
  if (locked.rows.length === 0) return loadedJobs([]);
  const config = await client.query<ConfigRow>(configStatement(plainColumn(locked.rows, (row) => row.jobId)));
  return loadedJobs([locked, config]);
}

/** The earliest deadline of all jobs. */
export async function findNextCheckAt(client: Pick<PoolClient, "query">): Promise<Instant | null> {
  const { rows } = await client.query<{ checkAt: Date | null }>('SELECT min(check_at) AS "checkAt" FROM job_state');
  return instantOf(rows[0]?.checkAt ?? null);
}

/** A job whose evaluation is impossible. `fault` is for operators, `pings` came meanwhile. */
export type SetAside = { jobId: string; fault: unknown; pings: number; retryAt: Instant | null };

/** Notes why jobs cannot be evaluated; with `retryAt` the sweep leaves them alone until then. */
export function setAsideStatement(rows: readonly SetAside[]): Statement {
  return {
    name: "states-set-aside",
    text: `UPDATE job_state s SET fault = x.fault, pings = s.pings + x.pings,
        check_at = coalesce(${timestampOf("x.retry_at")}, s.check_at)
      FROM unnest($1::uuid[], $2::text[], $3::int8[], $4::int8[]) AS x(job_id, fault, pings, retry_at)
      WHERE s.job_id = x.job_id`,
    values: [
      plainColumn(rows, (row) => row.jobId),
      textColumn(rows, (row) => faultOf(row.fault)),
      plainColumn(rows, (row) => row.pings),
      wholeColumn(rows, (row) => row.retryAt),
    ],
  };
}

/** What an operator is told of an evaluation that failed. */
export function faultOf(error: unknown): string {
  return messageOf(error).replaceAll("\0", "").slice(0, 1_000);
}

function configStatement(ids: string): Statement {
  return { name: "states-config", text: CONFIG, values: [ids, GAPS_KEPT_IN_MIND] };
}

function loadedJob(row: ConfigRow, locked: LockedRow, gaps: Gap[]): LoadedJob {
  const job: Job = {
    id: row.id,
    schedule: scheduleOf(row),
    scheduleSince: instantOf(row.scheduleSince),
    limits: limitsOf(row),
    usual: row.usual,
  };
  return {
    state: { ...decodeMemory(locked.memory), job, gaps },
    written: null,
    projectId: row.projectId,
    checkAt: instantOf(locked.checkAt),
    pingPolicy: row.pingPolicy,
  };
}
