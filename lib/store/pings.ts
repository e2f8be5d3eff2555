import type { Ping, PingDisposition } from "../domain/ping.ts";
import { plainColumn, textColumn, timestampOf, wholeColumn } from "./literals.ts";
import type { Statement } from "./pipeline.ts";

/** A ping as it came, with what became of it. Texts are without NUL. */
export type PingRecord = Omit<Ping, "bodyDigest" | "hasBody"> & {
  jobId: string;
  method: string;
  userAgent: string | null;
  message: string | null;
  /** The first bytes of the body; null without one. */
  body: Buffer | null;
  /** Bytes as sent, before the cut. */
  bodySize: number;
  runNumber: number | null;
  disposition: PingDisposition;
};

const COLUMNS = [
  ["id", "uuid"],
  ["job_id", "uuid"],
  ["received_at", "int8"],
  ["action", "text"],
  ["exit_code", "int2"],
  ["run_id", "uuid"],
  ["run_number", "int8"],
  ["disposition", "text"],
  ["at", "int8"],
  ["duration_ms", "int8"],
  ["host", "text"],
  ["source", "text"],
  ["method", "text"],
  ["user_agent", "text"],
  ["message", "text"],
  ["body_size", "int4"],
] as const;

const NAMES = COLUMNS.map(([name]) => name).join(", ");

const INSERT_PINGS = `INSERT INTO pings (${NAMES})
  SELECT ${COLUMNS.map(([name]) => (name === "received_at" || name === "at" ? timestampOf(name) : name)).join(", ")}
  FROM unnest(${COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(", ")}) AS x(${NAMES})`;

const INSERT_BODIES = `INSERT INTO ping_bodies (ping_id, received_at, body)
  SELECT ping_id, ${timestampOf("received_at")}, body FROM unnest($1::uuid[], $2::int8[], $3::bytea[])
    AS x(ping_id, received_at, body)`;

/** Statements that write pings, and their bodies apart from them. */
export function pingStatements(pings: readonly PingRecord[]): Statement[] {
  const statements: Statement[] = [{ name: "pings-insert", text: INSERT_PINGS, values: valuesOf(pings) }];
  const withBody = pings.filter((ping) => ping.body !== null);
  if (withBody.length > 0) statements.push(insertBodies(withBody));
  return statements;
}

function valuesOf(pings: readonly PingRecord[]): unknown[] {
  return [
    plainColumn(pings, (ping) => ping.id),
    plainColumn(pings, (ping) => ping.jobId),
    wholeColumn(pings, (ping) => ping.receivedAt),
    plainColumn(pings, (ping) => ping.action),
    plainColumn(pings, (ping) => ping.exitCode),
    plainColumn(pings, (ping) => ping.runId),
    plainColumn(pings, (ping) => ping.runNumber),
    plainColumn(pings, (ping) => ping.disposition),
    wholeColumn(pings, (ping) => ping.at),
    wholeColumn(pings, (ping) => ping.durationMs),
    textColumn(pings, (ping) => ping.host),
    textColumn(pings, (ping) => ping.source),
    plainColumn(pings, (ping) => ping.method),
    textColumn(pings, (ping) => ping.userAgent),
    textColumn(pings, (ping) => ping.message),
    plainColumn(pings, (ping) => ping.bodySize),
  ];
}

function insertBodies(pings: readonly PingRecord[]): Statement {
  return {
    name: "ping-bodies-insert",
    text: INSERT_BODIES,
    values: [
      plainColumn(pings, (ping) => ping.id),
      wholeColumn(pings, (ping) => ping.receivedAt),
      // Two hexadecimal digits a byte: nothing in them needs quoting but the backslash before.
      plainColumn(pings, (ping) => String.raw`"\\x${ping.body?.toString("hex") ?? ""}"`),
    ],
  };
}
