import type { PoolClient } from "pg";
import { type Column, namesOf, readsOf, sourceOf, valuesOf } from "./columns.ts";
import { BODY_COLUMNS, PING_COLUMNS, type PingRecord } from "./pings.ts";
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

type KnownRow = StateRow & { version: string };

const KNOWN_COLUMNS: readonly Column<KnownRow>[] = [...STATE_COLUMNS, ["version", "xid", (row) => row.version]];

const RUNS_FROM = KNOWN_COLUMNS.length + 1;
const PINGS_FROM = RUNS_FROM + RUN_COLUMNS.length;
const GAPS_AT = PINGS_FROM + PING_COLUMNS.length;
const BODIES_FROM = GAPS_AT + 1;

const SOUND = "(SELECT ok FROM sound)";

/**
 * Everything that a batch of pings comes to, in one statement that is a transaction by itself. It locks the states and
 * writes only if all of them, and our gaps, are still those that the batch was evaluated with; otherwise it does nothing.
 */
function writeKnown(withBodies: boolean): string {
  return `WITH input AS MATERIALIZED (SELECT * FROM ${sourceOf(KNOWN_COLUMNS)}),
    held AS MATERIALIZED (
      SELECT s.job_id FROM job_state s JOIN input i ON s.job_id = i.job_id WHERE s.xmin = i.version
      ORDER BY s.job_id FOR NO KEY UPDATE OF s
    ),
    sound AS MATERIALIZED (
      SELECT (SELECT count(*) FROM held) = (SELECT count(*) FROM input)
        AND (SELECT coalesce(max(id), 0) FROM gaps) = $${GAPS_AT}::int8 AS ok
    ),
    kept AS (
      INSERT INTO pings (${namesOf(PING_COLUMNS)})
      SELECT ${readsOf(PING_COLUMNS)} FROM ${sourceOf(PING_COLUMNS, PINGS_FROM)} WHERE ${SOUND}
    ),
    ${withBodies ? BODIES : ""}
    ran AS (
      INSERT INTO runs (${namesOf(RUN_COLUMNS)})
      SELECT ${readsOf(RUN_COLUMNS)} FROM ${sourceOf(RUN_COLUMNS, RUNS_FROM)} WHERE ${SOUND} ${REPLACE_RUN}
    ),
    moved AS (
      UPDATE job_state s SET ${STATE_ASSIGNMENTS} FROM input x WHERE s.job_id = x.job_id AND ${SOUND}
    )
    SELECT CASE WHEN ok THEN pg_current_xact_id()::xid::text END AS version FROM sound`;
}

const BODIES = `shown AS (
      INSERT INTO ping_bodies (${namesOf(BODY_COLUMNS)})
      SELECT ${readsOf(BODY_COLUMNS)} FROM ${sourceOf(BODY_COLUMNS, BODIES_FROM)} WHERE ${SOUND}
    ),`;

const WRITE = writeKnown(false);
const WRITE_WITH_BODIES = writeKnown(true);

export type KnownBatch = {
  pings: readonly PingRecord[];
  changes: readonly JobChange[];
  /** Of each changed job, by id. */
  versions: ReadonlyMap<string, string>;
  gapsVersion: number;
};

/** Whether nothing follows from these changes but runs and states: only such a batch can be written without locks. */
export function isPlain(changes: readonly JobChange[]): boolean {
  return changes.every(
    ({ incidents, alerts, removedRuns, fault }) =>
      incidents.length === 0 && alerts.length === 0 && removedRuns.size === 0 && fault === null,
  );
}

/**
 * Writes a plain batch that was evaluated with known states, and commits it.
 * @returns the new version of its states; null where one of them had changed: then nothing was written.
 */
export async function saveKnown(client: PoolClient, batch: KnownBatch): Promise<string | null> {
  const rows = stateRowsOf(batch.changes, "earlier").map((row) => ({
    ...row,
    version: batch.versions.get(row.change.state.job.id) ?? "0",
  }));
  const bodies = batch.pings.filter((ping) => ping.body !== null);
  const values: unknown[] = [
    ...valuesOf(KNOWN_COLUMNS, rows),
    ...valuesOf(RUN_COLUMNS, runRowsOf(batch.changes)),
    ...valuesOf(PING_COLUMNS, batch.pings),
    batch.gapsVersion,
  ];
  const statement: Statement =
    bodies.length === 0
      ? { name: "known-write", text: WRITE, values }
      : { name: "known-write-bodies", text: WRITE_WITH_BODIES, values: [...values, ...valuesOf(BODY_COLUMNS, bodies)] };
  const { rows: answer } = await client.query<{ version: string | null }>(statement);
  return answer[0]?.version ?? null;
}
