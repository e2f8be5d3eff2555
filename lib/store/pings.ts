import type { Ping, PingDisposition } from "../domain/ping.ts";
import { type Column, namesOf, sourceOf, valuesOf } from "./columns.ts";
import { BODY_COLUMNS, INSERT_BODIES, storedBodies } from "./ping-bodies.ts";
import type { Statement } from "./pipeline.ts";
import type { Queryable } from "./queryable.ts";

/** How a ping came. `other`: an address that another service's clients know. */
export type PingProtocol = "native" | "sentry" | "cronitor" | "mail" | "other";

/** A ping as it came, with what became of it. Texts are without NUL. */
export type PingRecord = Omit<Ping, "bodyDigest" | "hasBody"> & {
  jobId: string;
  method: string;
  userAgent: string | null;
  message: string | null;
  protocol: PingProtocol;
  /** What the client measured, by name; null without. */
  metrics: readonly (readonly [name: string, value: number])[] | null;
  /** The first bytes of the body; null without one. */
  body: Buffer | null;
  /** Bytes as sent, before the cut. */
  bodySize: number;
  runNumber: number | null;
  disposition: PingDisposition;
};

export const PING_COLUMNS: readonly Column<PingRecord>[] = [
  ["id", "uuid", (ping) => ping.id],
  ["job_id", "uuid", (ping) => ping.jobId],
  ["received_at", "instant", (ping) => ping.receivedAt],
  ["action", "text", (ping) => ping.action],
  ["exit_code", "int2", (ping) => ping.exitCode],
  ["run_id", "uuid", (ping) => ping.runId],
  ["run_number", "int8", (ping) => ping.runNumber],
  ["disposition", "text", (ping) => ping.disposition, "applied"],
  ["at", "instant", (ping) => ping.at],
  ["duration_ms", "int8", (ping) => ping.durationMs],
  ["host", "text", (ping) => ping.host],
  ["source", "text", (ping) => ping.source],
  ["method", "text", (ping) => ping.method],
  ["user_agent", "text", (ping) => ping.userAgent],
  ["message", "text", (ping) => ping.message],
  ["body_size", "int4", (ping) => ping.bodySize, 0],
  ["protocol", "text", (ping) => ping.protocol, "native"],
  ["metrics", "json", (ping) => (ping.metrics === null ? null : JSON.stringify(ping.metrics))],
];

const INSERT_PINGS = `INSERT INTO pings (${namesOf(PING_COLUMNS)})
  SELECT ${namesOf(PING_COLUMNS)} FROM ${sourceOf(PING_COLUMNS)}`;

/** Statements that write pings, and their bodies apart from them. */
export function pingStatements(pings: readonly PingRecord[]): Statement[] {
  const statements: Statement[] = [{ name: "pings-insert", text: INSERT_PINGS, values: valuesOf(PING_COLUMNS, pings) }];
  const bodies = storedBodies(pings);
  if (bodies.length > 0) {
    statements.push({ name: "ping-bodies-insert", text: INSERT_BODIES, values: valuesOf(BODY_COLUMNS, bodies) });
  }
  return statements;
}

/** Every ping of the job that is stored. */
export async function countPings(database: Queryable, jobId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>("SELECT count(*) FROM all_pings WHERE job_id = $1", [jobId]);
  return rows[0]?.count ?? 0;
}
