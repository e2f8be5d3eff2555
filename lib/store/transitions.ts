import type { PoolClient } from "pg";
import type { IncidentAlert, IncidentEvent } from "../domain/incident.ts";
import type { Run } from "../domain/run.ts";
import type { JobState, StatusFacts, Transition } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { statusFacts } from "../domain/transition.ts";
import { type Column, namesOf, sourceOf, valuesOf } from "./columns.ts";
import { plainColumn } from "./literals.ts";
import { encodeMemory, type WrittenMemory } from "./memory.ts";
import { runAll, type Statement } from "./pipeline.ts";
import { type LonePings, REPLACE_RUN, RUN_COLUMNS, type RunRow, runRowsOf } from "./run-rows.ts";
import type { LoadedJob } from "./states.ts";
import { incidentStatements } from "./transitions-incidents.ts";

/** What became of one job within a transaction: its transitions so far, as one. */
export type JobChange<J extends LoadedJob = LoadedJob> = {
  readonly job: J;
  state: JobState;
  /** The memory of that state, once its row was made. */
  written: WrittenMemory | null;
  /** By number; a later transition replaces an earlier one's row. */
  readonly runs: Map<number, Run>;
  removedRuns: ReadonlySet<number>;
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

/** Of nearly every change. */
const NO_RUNS: ReadonlySet<number> = new Set();

/** Begins a change that changes nothing yet. */
export function openChange<J extends LoadedJob>(job: J): JobChange<J> {
  return {
    job,
    state: job.state,
    written: null,
    runs: new Map(),
    removedRuns: NO_RUNS,
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
    change.removedRuns = new Set(change.removedRuns).add(number);
  }
  for (const run of transition.runs) {
    if (change.removedRuns.has(run.number)) {
      change.removedRuns = new Set([...change.removedRuns].filter((number) => number !== run.number));
    }
    change.runs.set(run.number, run);
  }
  // One by one: after a long absence there may be more of them than a call takes.
  for (const incident of transition.incidents) change.incidents.push(incident);
  for (const alert of transition.alerts) change.alerts.push(alert);
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

const NO_PINGS: LonePings = new Map();

/** The statements of `saveTransitions`, to be run in order. @param lone pings that have no row but their run's */
export function transitionStatements(
  changes: readonly JobChange[],
  arming: Arming,
  lone: LonePings = NO_PINGS,
): Statement[] {
  const removed = changes.flatMap((change) => rowsOf(change, change.removedRuns));
  const runs = runRowsOf(changes, lone);
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

const UPSERT_RUNS = `INSERT INTO runs (${namesOf(RUN_COLUMNS)})
  SELECT ${namesOf(RUN_COLUMNS)} FROM ${sourceOf(RUN_COLUMNS)} ${REPLACE_RUN}`;

function upsertRuns(rows: readonly RunRow[]): Statement {
  return { name: "runs-upsert", text: UPSERT_RUNS, values: valuesOf(RUN_COLUMNS, rows) };
}

/** A row of `job_state` to be rewritten. */
export type StateRow<J extends LoadedJob = LoadedJob> = {
  change: JobChange<J>;
  memory: WrittenMemory;
  facts: StatusFacts;
  checkAt: Instant | null;
};

export const STATE_COLUMNS: readonly Column<StateRow>[] = [
  ["job_id", "uuid", ({ change }) => change.state.job.id],
  ["memory", "ascii", ({ memory }) => memory.bytes],
  ["pings", "int8", ({ change }) => change.pings, 1],
  // A lower bound stays one when it is rounded down.
  ["check_at", "instant", ({ checkAt }) => (checkAt === null ? null : Math.floor(checkAt))],
  ["paused_at", "instant", ({ facts }) => facts.pausedAt],
  ["first_ping_at", "instant", ({ facts }) => facts.firstPingAt],
  ["last_ping_at", "instant", ({ change }) => change.state.lastPingAt],
  ["last_ok_at", "instant", ({ change }) => change.state.lastOkAt],
  ["next_slot_at", "instant", ({ facts }) => facts.nextSlotAt],
  ["late_at", "instant", ({ facts }) => facts.lateAt],
  ["down", "bool", ({ facts }) => facts.down, false],
  ["warning", "bool", ({ facts }) => facts.warning, false],
  ["running", "int4", ({ facts }) => facts.running, 0],
  ["unknown", "bool", ({ facts }) => facts.unknown, false],
  ["fault", "text", ({ change }) => change.fault],
];

export function stateRowsOf<J extends LoadedJob>(changes: readonly JobChange<J>[], arming: Arming): StateRow<J>[] {
  return changes.map((change) => ({
    change,
    memory: (change.written = encodeMemory(change.state, change.job.written)),
    facts: statusFacts(change.state),
    checkAt: arming === "exact" ? change.checkAt : earlierOf(change.job.checkAt, change.checkAt),
  }));
}

/** Assignments of an UPDATE of `job_state s` from a source `x` of `STATE_COLUMNS`. */
export const STATE_ASSIGNMENTS = STATE_COLUMNS.slice(1)
  .map(([name]) => {
    if (name === "memory") return "memory = to_jsonb(x.memory)";
    if (name === "pings") return "pings = s.pings + x.pings";
    return `${name} = x.${name}`;
  })
  .join(", ");

const UPDATE_STATES = `UPDATE job_state s SET ${STATE_ASSIGNMENTS} FROM ${sourceOf(STATE_COLUMNS)}
  WHERE s.job_id = x.job_id`;

function updateStates(changes: readonly JobChange[], arming: Arming): Statement {
  const rows = stateRowsOf(changes, arming);
  return { name: "states-update", text: UPDATE_STATES, values: valuesOf(STATE_COLUMNS, rows) };
}

/** The earlier of two deadlines; null stands for none. */
export function earlierOf(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
