import type { Instant } from "../domain/time.ts";
import { plainColumn, textColumn, timestampOf, wholeColumn } from "./literals.ts";
import type { Queryable } from "./queryable.ts";

/** One send of one delivery and what the receiver answered. */
export type SentMessage = {
  id: string;
  deliveryId: string;
  attempt: number;
  startedAt: Instant;
  finishedAt: Instant;
  accepted: boolean;
  /** HTTP or SMTP status. */
  status: number | null;
  /** At most 500 characters, secrets masked. */
  answer: string;
  externalId: string | null;
};

/** Keeps what was sent; a delivery that is gone (its channel was deleted) leaves none. */
export async function insertMessages(client: Queryable, messages: readonly SentMessage[]): Promise<void> {
  if (messages.length === 0) return;
  await client.query({
    name: "messages-insert",
    text: `WITH sent AS MATERIALIZED (
        SELECT x.*, d.channel_id FROM unnest($1::uuid[], $2::uuid[], $3::int4[], $4::int8[], $5::int8[], $6::bool[],
          $7::int4[], $8::text[], $9::text[])
          AS x(id, delivery_id, attempt, started_at, finished_at, accepted, status, answer, external_id)
        JOIN deliveries d ON d.id = x.delivery_id
      ), written AS (
        INSERT INTO messages (id, channel_id, started_at, finished_at, accepted, status, answer, external_id)
        SELECT id, channel_id, ${timestampOf("started_at")}, ${timestampOf("finished_at")}, accepted, status, answer,
          external_id FROM sent
      )
      INSERT INTO message_deliveries (message_id, delivery_id, attempt) SELECT id, delivery_id, attempt FROM sent`,
    values: [
      plainColumn(messages, (message) => message.id),
      plainColumn(messages, (message) => message.deliveryId),
      plainColumn(messages, (message) => message.attempt),
      wholeColumn(messages, (message) => message.startedAt),
      wholeColumn(messages, (message) => message.finishedAt),
      plainColumn(messages, (message) => message.accepted),
      plainColumn(messages, (message) => message.status),
      textColumn(messages, (message) => message.answer),
      textColumn(messages, (message) => message.externalId),
    ],
  });
}
