import type { Instant } from "../domain/time.ts";
import { plainColumn, textColumn, timestampOf, wholeColumn } from "./literals.ts";
import type { Queryable } from "./queryable.ts";

/** Why a ping was not taken. */
export type UnmatchedReason = "not-found" | "invalid-url" | "invalid-uuid";

/** A refused ping, so that a person can see the mistake. Texts are without NUL. */
export type UnmatchedRecord = {
  receivedAt: Instant;
  reason: UnmatchedReason;
  method: string;
  /** The address asked for, keys masked. */
  path: string;
  source: string | null;
  userAgent: string | null;
  /** What the address named, to find the project by. */
  jobId: string | null;
  keyHash: Buffer | null;
};

/** As many are kept; the oldest go first. */
export const UNMATCHED_KEPT = 10_000;

const INSERT = `INSERT INTO unmatched_pings (received_at, project_id, reason, method, path, source, user_agent)
  SELECT ${timestampOf("x.received_at")}, coalesce(j.project_id, k.project_id), x.reason, x.method, x.path, x.source,
    x.user_agent
  FROM unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::bytea[])
    WITH ORDINALITY AS x(received_at, reason, method, path, source, user_agent, job_id, hash, position)
  LEFT JOIN jobs j ON j.id = x.job_id
  LEFT JOIN api_keys k ON k.hash = x.hash AND k.scope IN ('ping', 'dsn')
  ORDER BY x.position`;

export async function insertUnmatched(database: Queryable, records: readonly UnmatchedRecord[]): Promise<void> {
  await database.query({
    name: "unmatched-insert",
    text: INSERT,
    values: [
      wholeColumn(records, (record) => record.receivedAt),
      plainColumn(records, (record) => record.reason),
      textColumn(records, (record) => record.method),
      textColumn(records, (record) => record.path),
      textColumn(records, (record) => record.source),
      textColumn(records, (record) => record.userAgent),
      plainColumn(records, (record) => record.jobId),
      records.map((record) => record.keyHash),
    ],
  });
}

/** Keeps the newest `UNMATCHED_KEPT`. @returns how many went. */
export async function pruneUnmatched(database: Queryable): Promise<number> {
  const { rowCount } = await database.query(
    `DELETE FROM unmatched_pings
     WHERE id <= (SELECT id FROM unmatched_pings ORDER BY id DESC OFFSET $1 LIMIT 1)`,
    [UNMATCHED_KEPT],
  );
  return rowCount ?? 0;
}
