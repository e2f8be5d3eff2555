import type { PoolClient } from "pg";
import type { IncidentAlert, IncidentEvent } from "../domain/incident.ts";
import type { Run } from "../domain/run.ts";
import type { JobState, Transition } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { statusFacts } from "../domain/transition.ts";
import { wholeColumn, plainColumn, textColumn, timestampOf } from "./literals.ts";
import { encodeMemory } from "./memory.ts";
import { runAll, type Statement } from "./pipeline.ts";
import type { LoadedJob } from "./states.ts";
import { incidentStatements } from "./transitions-incidents.ts";

/** What became of one job within a transaction: its transitions so far, as one. */
export type JobChange = {
  readonly job: LoadedJob;
  state: JobState;
  /** By number; a later transition replaces an earlier one's row. */
  readonly runs: Map<number, Run>;
  readonly removedRuns: Set<number>;
  readonly incidents: IncidentEvent[];
  readonly alerts: IncidentAlert[];
  checkAt: Instant | null;
  /** Pings to add to the job's counter. */
  pings: number;
  /** Why the evaluation failed, for operators; null where it did not. */
  fault: string | null;
};

/**
 * How `check_at` is written. `earlier`: only where it moves earlier, as it is a lower bound and rewriting it costs an
 * index entry; the sweep re-arms it. `exact`: as the rules say.
 */
export type Arming = "earlier" | "exact";

/** Begins a change that changes nothing yet. */
export function openChange(job: LoadedJob): JobChange {
  return {
    job,
    state: job.state,
    runs: new Map(),
    removedRuns: new Set(),
    incidents: [],
    alerts: [],
    checkAt: job.checkAt,
    pings: 0,
    fault: null,
  };
}

/** Adds what one evaluation came to; the next one has to start from `change.state`. */
export function addTransition(change: JobChange, transition: Transition): void {
  change.state = transition.state;
  change.checkAt = transition.checkAt;
  for (const number of transition.removedRuns) {
    change.runs.delete(number);
    change.removedRuns.add(number);
  }
  for (const run of transition.runs) {
    change.removedRuns.delete(run.number);
    change.runs.set(run.number, run);
  }
  change.incidents.push(...transition.incidents);
  change.alerts.push(...transition.alerts);
}

/**
 * Writes changes of locked jobs: runs, states, incidents with their events, alerts and their deliveries, one multi-row
 * statement each. Sends `belfry_deliver` with the commit where there is something to deliver.
 */
export async function saveTransitions(
  client: PoolClient,
  changes: readonly JobChange[],
  arming: Arming,
): Promise<void> {
  if (changes.length > 0) await runAll(client, transitionStatements(changes, arming));
}

/** The statements of `saveTransitions`, to be run in order. */
export function transitionStatements(changes: readonly JobChange[], arming: Arming): Statement[] {
  const removed = changes.flatMap((change) => rowsOf(change, change.removedRuns));
  const runs = changes.flatMap((change) => rowsOf(change, change.runs.values()));
  const statements: Statement[] = [];
  if (removed.length > 0) statements.push(removeRuns(removed));
  if (runs.length > 0) statements.push(upsertRuns(runs));
  statements.push(updateStates(changes, arming));
  if (changes.some((change) => change.incidents.length + change.alerts.length > 0)) {
    statements.push(...incidentStatements(changes));
  }
  return statements;
}

/** The earliest deadline that is now earlier than what the sweep knew of; null where none moved. */
export function earliestMove(changes: readonly JobChange[]): Instant | null {
  let earliest: Instant | null = null;
  for (const { job, checkAt } of changes) {
    const moved = checkAt !== null && (job.checkAt === null || checkAt < job.checkAt);
    if (moved && (earliest === null || checkAt < earliest)) earliest = checkAt;
  }
  return earliest;
}

type OfJob<T> = { jobId: string; value: T };

function rowsOf<T>(change: JobChange, values: Iterable<T>): OfJob<T>[] {
  const jobId = change.state.job.id;
  return Array.from(values, (value) => ({ jobId, value }));
}

function removeRuns(rows: readonly OfJob<number>[]): Statement {
  return {
    name: "runs-remove",
    text: `DELETE FROM runs r USING unnest($1::uuid[], $2::int8[]) AS x(job_id, number)
      WHERE r.job_id = x.job_id AND r.number = x.number`,
    values: [plainColumn(rows, (row) => row.jobId), plainColumn(rows, (row) => row.value)],
  };
}

const RUN_VALUES = [
  "outcome",
  "slot_at",
  "last_slot_at",
  "count",
  "started_at",
  "finished_at",
  "duration_ms",
  "finish_by",
  "finished_late",
  "exit_code",
  "run_id",
  "host",
  "source",
  "ambiguous",
  "start_seen",
  "reason",
  "settled_at",
  "output_ping_id",
  "output_received_at",
];

const UPSERT_RUNS = `INSERT INTO runs (job_id, number, ${RUN_VALUES.join(", ")})
  SELECT job_id, number, outcome, ${timestampOf("slot_at")}, ${timestampOf("last_slot_at")}, count,
    ${timestampOf("started_at")}, ${timestampOf("finished_at")}, duration_ms, ${timestampOf("finish_by")}, finished_late,
    exit_code, run_id, host, source, ambiguous, start_seen, reason, ${timestampOf("settled_at")}, output_ping_id,
    ${timestampOf("output_received_at")}
  FROM unnest($1::uuid[], $2::int8[], $3::text[], $4::int8[], $5::int8[], $6::int4[], $7::int8[], $8::int8[], $9::int8[],
    $10::int8[], $11::bool[], $12::int2[], $13::uuid[], $14::text[], $15::text[], $16::bool[], $17::bool[], $18::text[],
    $19::int8[], $20::uuid[], $21::int8[]) AS x(job_id, number, ${RUN_VALUES.join(", ")})
  ON CONFLICT (job_id, number) DO UPDATE SET ${RUN_VALUES.map((name) => `${name} = excluded.${name}`).join(", ")}`;

function upsertRuns(rows: readonly OfJob<Run>[]): Statement {
  return {
    name: "runs-upsert",
    text: UPSERT_RUNS,
    values: [
      plainColumn(rows, (row) => row.jobId),
      plainColumn(rows, (row) => row.value.number),
      plainColumn(rows, (row) => row.value.outcome),
      wholeColumn(rows, (row) => row.value.slotAt),
      wholeColumn(rows, (row) => row.value.lastSlotAt),
      plainColumn(rows, (row) => row.value.count),
      wholeColumn(rows, (row) => row.value.startedAt),
      wholeColumn(rows, (row) => row.value.finishedAt),
      wholeColumn(rows, (row) => row.value.durationMs),
      wholeColumn(rows, (row) => row.value.finishBy),
      plainColumn(rows, (row) => row.value.finishedLate),
      plainColumn(rows, (row) => row.value.exitCode),
      plainColumn(rows, (row) => row.value.runId),
      textColumn(rows, (row) => row.value.host),
      textColumn(rows, (row) => row.value.source),
      plainColumn(rows, (row) => row.value.ambiguous),
      plainColumn(rows, (row) => row.value.startSeen),
      plainColumn(rows, (row) => row.value.reason),
      wholeColumn(rows, (row) => row.value.settledAt),
      plainColumn(rows, (row) => row.value.output?.pingId ?? null),
      wholeColumn(rows, (row) => row.value.output?.receivedAt ?? null),
    ],
  };
}

const UPDATE_STATES = `UPDATE job_state s SET memory = to_jsonb(x.memory), pings = s.pings + x.pings,
    check_at = ${timestampOf("x.check_at")}, paused_at = ${timestampOf("x.paused_at")},
    first_ping_at = ${timestampOf("x.first_ping_at")}, last_ping_at = ${timestampOf("x.last_ping_at")},
    last_ok_at = ${timestampOf("x.last_ok_at")}, next_slot_at = ${timestampOf("x.next_slot_at")},
    late_at = ${timestampOf("x.late_at")}, down = x.down, warning = x.warning, running = x.running, unknown = x.unknown,
    fault = x.fault
  FROM unnest($1::uuid[], $2::text[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::int8[],
    $10::int8[], $11::bool[], $12::bool[], $13::int4[], $14::bool[], $15::text[]) AS x(job_id, memory, pings, check_at, paused_at,
    first_ping_at, last_ping_at, last_ok_at, next_slot_at, late_at, down, warning, running, unknown, fault)
  WHERE s.job_id = x.job_id`;

function updateStates(changes: readonly JobChange[], arming: Arming): Statement {
  const rows = changes.map((change) => ({
    change,
    facts: statusFacts(change.state),
    checkAt: arming === "exact" ? change.checkAt : earlierOf(change.job.checkAt, change.checkAt),
  }));
  return {
    name: "states-update",
    text: UPDATE_STATES,
    values: [
      plainColumn(rows, (row) => row.change.state.job.id),
      textColumn(rows, (row) => encodeMemory(row.change.state)),
      plainColumn(rows, (row) => row.change.pings),
      // A lower bound stays one when it is rounded down.
      wholeColumn(rows, (row) => (row.checkAt === null ? null : Math.floor(row.checkAt))),
      wholeColumn(rows, (row) => row.facts.pausedAt),
      wholeColumn(rows, (row) => row.facts.firstPingAt),
      wholeColumn(rows, (row) => row.change.state.lastPingAt),
      wholeColumn(rows, (row) => row.change.state.lastOkAt),
      wholeColumn(rows, (row) => row.facts.nextSlotAt),
      wholeColumn(rows, (row) => row.facts.lateAt),
      plainColumn(rows, (row) => row.facts.down),
      plainColumn(rows, (row) => row.facts.warning),
      plainColumn(rows, (row) => row.facts.running),
      plainColumn(rows, (row) => row.facts.unknown),
      textColumn(rows, (row) => row.change.fault),
    ],
  };
}

function earlierOf(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
