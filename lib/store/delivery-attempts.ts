import type { Instant } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** One send of a delivery, alone or with others in one message. */
export type AttemptRecord = {
  deliveryId: string;
  /** Counts from 1; a replay begins again. */
  attempt: number;
  startedAt: Instant;
  /** Null where the process ended before the answer. */
  finishedAt: Instant | null;
  accepted: boolean | null;
  /** HTTP or SMTP status. */
  status: number | null;
  /** At most 500 characters, secrets masked. */
  answer: string | null;
};

/** A day of attempts is some sixty. */
const MOST_OF_ONE = 100;

type Row = Omit<AttemptRecord, "startedAt" | "finishedAt"> & { startedAt: Date; finishedAt: Date | null };

/** Of each of these deliveries the latest attempts, oldest first. */
export async function listAttempts(database: Queryable, deliveryIds: readonly string[]): Promise<AttemptRecord[]> {
  if (deliveryIds.length === 0) return [];
  const { rows } = await database.query<Row>(
    `SELECT d.id AS "deliveryId", m.attempt, m.started_at AS "startedAt", m.finished_at AS "finishedAt", m.accepted,
       m.status, m.answer
     FROM unnest($1::uuid[]) AS d(id) CROSS JOIN LATERAL (
       SELECT m.*, l.attempt FROM message_deliveries l JOIN messages m ON m.id = l.message_id
       WHERE l.delivery_id = d.id ORDER BY m.started_at DESC LIMIT ${MOST_OF_ONE}
     ) m ORDER BY m.started_at`,
    [deliveryIds],
  );
  return rows.map((row) => ({
    ...row,
    startedAt: instantOf(row.startedAt),
    finishedAt: row.finishedAt === null ? null : instantOf(row.finishedAt),
  }));
}
