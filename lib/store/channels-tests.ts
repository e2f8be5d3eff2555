import type { TestFacts } from "../domain/notice.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { uuidv7 } from "./ids.ts";
import type { Queryable } from "./queryable.ts";

export type StartedTest = { alertId: string; deliveryId: string };

/**
 * Records that a test is being sent: an alert with its one delivery, leased so that nobody else sends it. Where the
 * process dies meanwhile, the lease ends and the test is sent like anything else.
 */
export async function insertTest(
  client: Queryable,
  test: { projectId: string; channelId: string; facts: TestFacts; leaseMs: Millis; now: Instant },
): Promise<StartedTest> {
  const alertId = uuidv7(test.now);
  const { rows } = await client.query<{ id: string }>(
    `WITH alert AS (
       INSERT INTO alerts (id, project_id, event, sequence, created_at, facts)
       VALUES ($1, $2, 'test', 1, belfry_now(), $3) RETURNING id
     )
     INSERT INTO deliveries (alert_id, channel_id, state, attempts, next_attempt_at, lease_until, created_at)
     SELECT id, $4, 'sending', 1, belfry_now(), belfry_now() + $5::float8 * interval '1 ms', belfry_now() FROM alert
     RETURNING id`,
    [alertId, test.projectId, JSON.stringify(test.facts), test.channelId, test.leaseMs],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("The insert of a delivery returned nothing.");
  return { alertId, deliveryId: row.id };
}

export type TestOutcome = {
  deliveryId: string;
  channelId: string;
  accepted: boolean;
  /** The receiver refused for good: the channel is marked as broken. An accepted test takes that mark away. */
  permanent: boolean;
  status: number | null;
  answer: string;
  externalId: string | null;
  startedAt: Instant;
  now: Instant;
};

/** Records what the receiver said. A test is never tried again: who asked for it has the answer. */
export async function finishTest(client: Queryable, outcome: TestOutcome): Promise<void> {
  const { deliveryId, channelId, accepted, status, answer } = outcome;
  await client.query(
    `WITH message AS (
       INSERT INTO messages (id, channel_id, started_at, finished_at, accepted, status, answer, external_id)
       SELECT $1, id, $3, belfry_now(), $4, $5, $6, $7 FROM channels WHERE id = $2 RETURNING id
     ), finished AS (
       UPDATE deliveries SET state = CASE WHEN $4 THEN 'sent' ELSE 'dead' END, lease_until = NULL,
         last_error = CASE WHEN $4 THEN NULL ELSE $6 END, sent_at = CASE WHEN $4 THEN belfry_now() END
       WHERE id = $8 AND attempts = 1 RETURNING id
     )
     INSERT INTO message_deliveries (message_id, delivery_id, attempt)
     SELECT message.id, finished.id, 1 FROM message, finished`,
    [
      uuidv7(outcome.now),
      channelId,
      new Date(outcome.startedAt),
      accepted,
      status,
      answer,
      outcome.externalId,
      deliveryId,
    ],
  );
  if (!accepted && !outcome.permanent) return;
  await client.query(
    `UPDATE channels SET broken_at = CASE WHEN $2 THEN NULL ELSE coalesce(broken_at, belfry_now()) END,
       broken_reason = CASE WHEN $2 THEN NULL ELSE $3 END
     WHERE id = $1`,
    [channelId, accepted, answer],
  );
}
