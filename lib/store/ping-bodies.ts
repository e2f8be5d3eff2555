import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Instant } from "../domain/time.ts";
import { type Column, namesOf, sourceOf } from "./columns.ts";
import type { PingRecord } from "./pings.ts";
import type { Queryable } from "./queryable.ts";

/** A ping's body as it is stored. */
export type StoredBody = { ping: PingRecord; bytes: Buffer; deflated: boolean };

// Output of jobs repeats itself. Shorter ones gain little; longer ones PostgreSQL compresses itself, in another process.
const SHORTEST_DEFLATED = 256;
const LONGEST_DEFLATED = 16_384;
const WORTHWHILE = 0.8;
/** The quickest: a kilobyte takes 15 µs. */
const LEVEL = 1;
const LONGEST_INFLATED = 10_000_000;

export const BODY_COLUMNS: readonly Column<StoredBody>[] = [
  ["ping_id", "uuid", ({ ping }) => ping.id],
  ["received_at", "instant", ({ ping }) => ping.receivedAt],
  ["body", "bytes", ({ bytes }) => bytes],
  ["deflated", "bool", ({ deflated }) => deflated],
];

/** The statement that writes bodies, with the values of `BODY_COLUMNS`. */
export const INSERT_BODIES = `INSERT INTO ping_bodies (${namesOf(BODY_COLUMNS)})
  SELECT ${namesOf(BODY_COLUMNS)} FROM ${sourceOf(BODY_COLUMNS)}`;

/** The bodies of those pings that have one. */
export function storedBodies(pings: readonly PingRecord[]): StoredBody[] {
  return pings.flatMap((ping) => (ping.body === null ? [] : [{ ping, ...pack(ping.body) }]));
}

function pack(body: Buffer): { bytes: Buffer; deflated: boolean } {
  if (body.length < SHORTEST_DEFLATED || body.length > LONGEST_DEFLATED) return { bytes: body, deflated: false };
  const bytes = deflateRawSync(body, { level: LEVEL });
  return bytes.length < WORTHWHILE * body.length ? { bytes, deflated: true } : { bytes: body, deflated: false };
}

/** What was sent. */
export function unpackBody({ body, deflated }: { body: Buffer; deflated: boolean }): Buffer {
  return deflated ? inflateRawSync(body, { maxOutputLength: LONGEST_INFLATED }) : body;
}

/** The kept bytes of a ping's body. */
export async function findPingBody(database: Queryable, pingId: string, receivedAt: Instant): Promise<Buffer | null> {
  const { rows } = await database.query<{ body: Buffer; deflated: boolean }>(
    "SELECT body, deflated FROM ping_bodies WHERE ping_id = $1 AND received_at = $2",
    [pingId, new Date(receivedAt)],
  );
  const [row] = rows;
  return row === undefined ? null : unpackBody(row);
}
