import type { PoolClient } from "pg";
import type { Run } from "../domain/run.ts";
import { type Column, namesOf, sourceOf, valuesOf } from "./columns.ts";
import { BODY_COLUMNS, type StoredBody, storedBodies } from "./ping-bodies.ts";
import { PING_COLUMNS, type PingRecord } from "./pings.ts";
import type { Statement } from "./pipeline.ts";
import type { LoadedJob } from "./states.ts";
import {
  type JobChange,
  REPLACE_RUN,
  RUN_COLUMNS,
  runRowsOf,
  STATE_ASSIGNMENTS,
  STATE_COLUMNS,
  type StateRow,
  stateRowsOf,
} from "./transitions.ts";

/**
 * A job's state as this process wrote or read it last. `version` is the transaction that wrote the row, which PostgreSQL
 * keeps with it; whoever changes what the rules know of a job, its configuration too, rewrites its state.
 */
export type KnownJob = { job: LoadedJob; version: string; gapsVersion: number };

/** What this transaction will leave as the version of the rows that it writes. Run it last before COMMIT. */
export const READ_VERSION: Statement = { text: "SELECT pg_current_xact_id()::xid::text AS version" };

type KnownRow = { state: StateRow; version: string };

const KNOWN_COLUMNS: readonly Column<KnownRow>[] = [
  ...STATE_COLUMNS.map(ofState),
  ["version", "xid", (row) => row.version],
];

function ofState([name, kind, pick, usual]: Column<StateRow>): Column<KnownRow> {
  return [name, kind, ({ state }) => pick(state), usual];
}

const PINGS_FROM = KNOWN_COLUMNS.length + 1;
const NEW_RUNS_FROM = PINGS_FROM + PING_COLUMNS.length;
const GAPS_AT = NEW_RUNS_FROM + RUN_COLUMNS.length;
const COUNT_AT = GAPS_AT + 1;
const REST_FROM = COUNT_AT + 1;

/** What a batch may have besides pings, new runs and states. */
type Shape = { bodies: boolean; oldRuns: boolean };

/**
 * Everything that a batch of pings comes to, in one statement that is a transaction by itself. A job whose state, or our
 * gaps, are no longer those that its pings were evaluated with is left out, with all that would have followed.
 */
function writeKnown({ bodies, oldRuns }: Shape): string {
  const oldRunsFrom = REST_FROM + (bodies ? KNOWN_BODY_COLUMNS.length : 0);
  return `WITH moved AS (
      UPDATE job_state s SET ${STATE_ASSIGNMENTS} FROM ${sourceOf(KNOWN_COLUMNS)}
      WHERE s.job_id = x.job_id AND s.xmin = x.version
        AND (SELECT coalesce(max(id), 0) FROM gaps) = $${GAPS_AT}::int8
      RETURNING s.job_id
    ),
    every AS (SELECT count(*) = $${COUNT_AT}::int8 AS whole FROM moved),
    kept AS (
      INSERT INTO pings (${namesOf(PING_COLUMNS)})
      SELECT ${namesOf(PING_COLUMNS)} FROM ${sourceOf(PING_COLUMNS, PINGS_FROM)} WHERE ${OF_MOVED}
    ),
    ${bodies ? writeBodies(REST_FROM) : ""}
    ${oldRuns ? `${writeRuns("replaced", oldRunsFrom, REPLACE_RUN)},` : ""}
    ${writeRuns("ran", NEW_RUNS_FROM, "")}
    SELECT pg_current_xact_id()::xid::text AS version,
      CASE WHEN ${ALL_MOVED} THEN NULL ELSE (SELECT array_agg(job_id)::text[] FROM moved) END AS moved,
      ${ALL_MOVED} AS whole`;
}

const ALL_MOVED = "(SELECT whole FROM every)";

// Mostly all were moved, and then no row has to be looked at for itself.
const OF_MOVED = `(${ALL_MOVED} OR job_id IN (SELECT job_id FROM moved))`;

function writeRuns(name: string, from: number, onConflict: string): string {
  return `${name} AS (
      INSERT INTO runs (${namesOf(RUN_COLUMNS)})
      SELECT ${namesOf(RUN_COLUMNS)} FROM ${sourceOf(RUN_COLUMNS, from)} WHERE ${OF_MOVED} ${onConflict}
    )`;
}

const KNOWN_BODY_COLUMNS: readonly Column<StoredBody>[] = [
  ...BODY_COLUMNS,
  ["job_id", "uuid", ({ ping }) => ping.jobId],
];

function writeBodies(from: number): string {
  return `shown AS (
      INSERT INTO ping_bodies (${namesOf(BODY_COLUMNS)})
      SELECT ${namesOf(BODY_COLUMNS)} FROM ${sourceOf(KNOWN_BODY_COLUMNS, from)} WHERE ${OF_MOVED}
    ),`;
}

const SHAPES = [false, true].flatMap((bodies) => [false, true].map((oldRuns) => ({ bodies, oldRuns })));

/** Each is planned once a connection. */
const WRITES: ReadonlyMap<string, string> = new Map(SHAPES.map((shape) => [nameOf(shape), writeKnown(shape)]));

function nameOf({ bodies, oldRuns }: Shape): string {
  return `known-write${bodies ? "-bodies" : ""}${oldRuns ? "-runs" : ""}`;
}

/** Pings of known jobs, plain in what follows from them. */
export type KnownBatch = {
  pings: readonly PingRecord[];
  changes: readonly JobChange[];
  /** As they were evaluated. */
  known: ReadonlyMap<string, KnownJob>;
  gapsVersion: number;
};

/** Whether nothing follows but runs and a state: only that can be written without a lock. */
export function isPlain({ incidents, alerts, removedRuns, fault }: JobChange): boolean {
  return incidents.length === 0 && alerts.length === 0 && removedRuns.size === 0 && fault === null;
}

/**
 * Writes a plain batch that was evaluated with known states, and commits it.
 * @returns the jobs that were written, mostly all, and the new version of their states; the others had changed meanwhile.
 */
export async function saveKnown(
  client: PoolClient,
  { pings, changes, known, gapsVersion }: KnownBatch,
): Promise<{ version: string; moved: "all" | string[] }> {
  // In the order in which others lock them too, or two of them could wait for each other for ever.
  const ordered = changes.toSorted((a, b) => (a.state.job.id < b.state.job.id ? -1 : 1));
  const states = stateRowsOf(ordered, "earlier").map((state) => ({
    state,
    version: known.get(state.change.state.job.id)?.version ?? "0",
  }));
  const bodies = storedBodies(pings);
  const runs = runRowsOf(changes);
  const lastNumbers = new Map(changes.map((change) => [change.state.job.id, change.job.state.lastRunNumber]));
  const isNew = (row: { jobId: string; value: Run }) => row.value.number > (lastNumbers.get(row.jobId) ?? Infinity);
  const oldRuns = runs.filter((row) => !isNew(row));
  const name = nameOf({ bodies: bodies.length > 0, oldRuns: oldRuns.length > 0 });
  const values: unknown[] = [
    ...valuesOf(KNOWN_COLUMNS, states),
    ...valuesOf(PING_COLUMNS, pings),
    ...valuesOf(RUN_COLUMNS, oldRuns.length === 0 ? runs : runs.filter(isNew)),
    gapsVersion,
    states.length,
    ...(bodies.length === 0 ? [] : valuesOf(KNOWN_BODY_COLUMNS, bodies)),
    ...(oldRuns.length === 0 ? [] : valuesOf(RUN_COLUMNS, oldRuns)),
  ];
  const { rows } = await client.query<{ version: string; moved: string[] | null; whole: boolean }>({
    name,
    text: WRITES.get(name) ?? "",
    values,
  });
  const [answer] = rows;
  const moved = answer?.whole === true ? "all" : (answer?.moved ?? []);
  return { version: answer?.version ?? "0", moved };
}
