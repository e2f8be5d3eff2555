import type { PoolClient } from "pg";
import { type Column, namesOf, sourceOf, valuesOf } from "./columns.ts";
import { partLonePings } from "./lone-pings.ts";
import { BODY_COLUMNS, type StoredBody, storedBodies } from "./ping-bodies.ts";
import { PING_COLUMNS, type PingRecord } from "./pings.ts";
import type { Statement } from "./pipeline.ts";
import { REPLACE_RUN, RUN_COLUMNS, runRowsOf } from "./run-rows.ts";
import type { LoadedJob } from "./states.ts";
import { type JobChange, STATE_ASSIGNMENTS, STATE_COLUMNS, type StateRow, stateRowsOf } from "./transitions.ts";

/**
 * A job's state as this process wrote or read it last. `version` is the transaction that wrote the row, which PostgreSQL
 * keeps with it; whoever changes what the rules know of a job, its configuration too, rewrites its state.
 */
export type KnownJob = LoadedJob & { version: string; gapsVersion: number };

/** What this transaction will leave as the version of the rows that it writes. Run it last before COMMIT. */
export const READ_VERSION: Statement = { text: "SELECT pg_current_xact_id()::xid::text AS version" };

const KNOWN_COLUMNS: readonly Column<StateRow<KnownJob>>[] = [
  ...STATE_COLUMNS,
  ["version", "xid", ({ change }) => change.job.version],
];

const GAPS_AT = KNOWN_COLUMNS.length + 1;
const COUNT_AT = GAPS_AT + 1;
const NEW_RUNS_FROM = COUNT_AT + 1;
const REST_FROM = NEW_RUNS_FROM + RUN_COLUMNS.length;

/** What a batch may have besides new runs and states: pings with rows of their own, bodies of some of those, older runs. */
type Shape = { pings: "lone" | "own" | "with-bodies"; oldRuns: boolean };

/**
 * Everything that a batch of pings comes to, in one statement that is a transaction by itself. A job whose state, or our
 * gaps, are no longer those that its pings were evaluated with is left out, with all that would have followed.
 */
function writeKnown({ pings, oldRuns }: Shape): string {
  const bodiesFrom = REST_FROM + (pings === "lone" ? 0 : PING_COLUMNS.length);
  const oldRunsFrom = bodiesFrom + (pings === "with-bodies" ? KNOWN_BODY_COLUMNS.length : 0);
  return `WITH moved AS (
      UPDATE job_state s SET ${STATE_ASSIGNMENTS} FROM ${sourceOf(KNOWN_COLUMNS)}
      WHERE s.job_id = x.job_id AND s.xmin = x.version
        AND (SELECT coalesce(max(id), 0) FROM gaps) = $${GAPS_AT}::int8
      RETURNING s.job_id
    ),
    every AS (SELECT count(*) = $${COUNT_AT}::int8 AS whole FROM moved),
    ${pings === "lone" ? "" : writePings(REST_FROM)}
    ${pings === "with-bodies" ? writeBodies(bodiesFrom) : ""}
    ${oldRuns ? `${writeRuns("replaced", oldRunsFrom, REPLACE_RUN)},` : ""}
    ${writeRuns("ran", NEW_RUNS_FROM, "")}
    SELECT pg_current_xact_id()::xid::text AS version,
      CASE WHEN ${ALL_MOVED} THEN NULL ELSE (SELECT array_agg(job_id)::text[] FROM moved) END AS moved,
      ${ALL_MOVED} AS whole`;
}

const ALL_MOVED = "(SELECT whole FROM every)";

// Mostly all were moved, and then no row has to be looked at for itself.
const OF_MOVED = `(${ALL_MOVED} OR job_id IN (SELECT job_id FROM moved))`;

function writePings(from: number): string {
  return `kept AS (
      INSERT INTO pings (${namesOf(PING_COLUMNS)})
      SELECT ${namesOf(PING_COLUMNS)} FROM ${sourceOf(PING_COLUMNS, from)} WHERE ${OF_MOVED}
    ),`;
}

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

const SHAPES = (["lone", "own", "with-bodies"] as const).flatMap((pings) =>
  [false, true].map((oldRuns) => ({ pings, oldRuns })),
);

/** Each is planned once a connection. */
const WRITES: ReadonlyMap<string, string> = new Map(SHAPES.map((shape) => [nameOf(shape), writeKnown(shape)]));

function nameOf({ pings, oldRuns }: Shape): string {
  return `known-write-${pings}${oldRuns ? "-runs" : ""}`;
}

/** Pings of known jobs, plain in what follows from them. */
export type KnownBatch = {
  pings: readonly PingRecord[];
  /** By job. */
  changes: ReadonlyMap<string, JobChange<KnownJob>>;
  gapsVersion: number;
};

/** Whether nothing follows but runs and a state: only that can be written without a lock. */
export function isPlain({ incidents, alerts, removedRuns, fault }: JobChange): boolean {
  return incidents.length === 0 && alerts.length === 0 && removedRuns.size === 0 && fault === null;
}

/** The statement that writes a plain batch which was evaluated with known states, and commits it. */
export function knownStatement({ pings, changes, gapsVersion }: KnownBatch): Statement {
  // In the order in which others lock them too, or two of them could wait for each other for ever.
  const ordered = [...changes.values()].sort((a, b) => (a.state.job.id < b.state.job.id ? -1 : 1));
  const states = stateRowsOf(ordered, "earlier");
  const { own, lone } = partLonePings(pings, changes);
  const bodies = storedBodies(own);
  const runs = runRowsOf(ordered, lone);
  const oldRuns = runs.filter(({ isNew }) => !isNew);
  const name = nameOf({
    pings: own.length === 0 ? "lone" : bodies.length === 0 ? "own" : "with-bodies",
    oldRuns: oldRuns.length > 0,
  });
  const values: unknown[] = [
    ...valuesOf(KNOWN_COLUMNS, states),
    gapsVersion,
    states.length,
    ...valuesOf(RUN_COLUMNS, oldRuns.length === 0 ? runs : runs.filter(({ isNew }) => isNew)),
    ...(own.length === 0 ? [] : valuesOf(PING_COLUMNS, own)),
    ...(bodies.length === 0 ? [] : valuesOf(KNOWN_BODY_COLUMNS, bodies)),
    ...(oldRuns.length === 0 ? [] : valuesOf(RUN_COLUMNS, oldRuns)),
  ];
  return { name, text: WRITES.get(name) ?? "", values };
}

/**
 * Runs what `knownStatement` made.
 * @returns the jobs that were written, mostly all, and the new version of their states; the others had changed meanwhile.
 */
export async function saveKnown(
  client: PoolClient,
  statement: Statement,
): Promise<{ version: string; moved: "all" | string[] }> {
  const { rows } = await client.query<{ version: string; moved: string[] | null; whole: boolean }>(statement);
  const [answer] = rows;
  const moved = answer?.whole === true ? "all" : (answer?.moved ?? []);
  return { version: answer?.version ?? "0", moved };
}
