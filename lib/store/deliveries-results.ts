import type pg from "pg";
import type { Instant } from "../domain/time.ts";
import { inTransaction } from "./client.ts";
import { passLeadOn } from "./deliveries-leads.ts";
import { tellOfDeadLetters, type DeadLetter, type Told } from "./deliveries-notices.ts";
import { plainColumn, textColumn, timestampOf, wholeColumn } from "./literals.ts";
import type { Queryable } from "./queryable.ts";

/** One send of one delivery and what the receiver answered. */
export type SentMessage = {
  id: string;
  startedAt: Instant;
  finishedAt: Instant;
  accepted: boolean;
  /** HTTP or SMTP status. */
  status: number | null;
  /** At most 500 characters, secrets masked. */
  answer: string;
  /** The receiver's or our own id of it. */
  externalId: string | null;
};

/** What became of a claimed delivery. */
export type DeliveryResult = {
  id: string;
  attempt: number;
  outcome:
    | { state: "sent"; at: Instant }
    /** The receiver may take it later. */
    | { state: "retry"; at: Instant; error: string }
    /** Nobody will take it: the channel counts as broken, and somebody is told. */
    | ({ state: "dead" } & Pick<DeadLetter, "error" | "refused" | "verdict" | "kindLabel">)
    /** Not sent on purpose; with `withdrawn` everything of its incident that still waits in the same lane goes with it. */
    | { state: "dropped"; reason: string; withdrawn: boolean }
    /** Handed back unsent: this attempt does not count. */
    | { state: "released"; at: Instant };
  /** Null where nothing was sent. */
  message: SentMessage | null;
  /** Of a message of several: those of them, perhaps the lead, that it did not tell, as nobody needs to hear of them. */
  left?: readonly { id: string; reason: string }[];
};

export type Recorded = {
  /** Ids whose result came too late: another attempt had taken over. Their messages are kept all the same. */
  stale: ReadonlySet<string>;
  /** Whom the dead letters were told to. */
  told: Told[];
};

/** Writes results all or none. `mailWorks`: whether people can be reached by mail where no channel is left. */
export async function recordResults(
  pool: pg.Pool,
  results: readonly DeliveryResult[],
  options: { mailWorks: boolean },
): Promise<Recorded> {
  const rare = results.some(({ outcome, left }) => ["dead", "dropped"].includes(outcome.state) || left !== undefined);
  if (!rare) return { stale: await record(pool, results), told: [] };
  return inTransaction(pool, async (client) => {
    const stale = await record(client, results);
    const current = results.filter(({ id }) => !stale.has(id));
    await dropLeft(client, current);
    await dropWithdrawn(client, current);
    const dead = await markBroken(client, current.flatMap(deadLetterOf));
    return { stale, told: await tellOfDeadLetters(client, dead, options) };
  });
}

// Not in the words of the queue's indexes: all that is in the queue would be read for each message.
const IS_PENDING = "f.state NOT IN ('sending', 'sent', 'dead', 'dropped')";

// A delivery that is gone (its channel was deleted) leaves no message; a channel that takes one is not broken any more.
const RECORD = `WITH results AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::int4[], $3::text[], $4::int8[], $5::int8[], $6::text[], $7::bool[], $8::uuid[],
      $9::int8[], $10::int8[], $11::bool[], $12::int4[], $13::text[], $14::text[]) AS x(id, attempt, state, next_at, sent_at,
      error, released, message_id, started_at, finished_at, accepted, status, answer, external_id)
  ), counted AS (
    UPDATE deliveries d SET state = x.state, lease_until = NULL, last_error = x.error,
      next_attempt_at = coalesce(${timestampOf("x.next_at")}, d.next_attempt_at),
      sent_at = coalesce(${timestampOf("x.sent_at")}, d.sent_at),
      attempts = CASE WHEN x.released THEN d.attempts - 1 ELSE d.attempts END,
      first_attempt_at = CASE WHEN x.released AND d.attempts = 1 THEN NULL ELSE d.first_attempt_at END
    FROM results x WHERE d.id = x.id AND d.attempts = x.attempt AND d.state = 'sending'
    RETURNING d.id, d.channel_id, d.state, d.attempts, d.sent_at, d.last_error
  ), followed AS (
    UPDATE deliveries f SET state = c.state, attempts = c.attempts, sent_at = c.sent_at, last_error = c.last_error
    FROM counted c WHERE f.lead_id = c.id AND ${IS_PENDING}
  ), sent AS MATERIALIZED (
    SELECT x.*, d.channel_id FROM results x JOIN deliveries d ON d.id = x.id WHERE x.message_id IS NOT NULL
  ), written AS (
    INSERT INTO messages (id, channel_id, started_at, finished_at, accepted, status, answer, external_id)
    SELECT message_id, channel_id, ${timestampOf("started_at")}, ${timestampOf("finished_at")}, accepted, status, answer,
      external_id FROM sent
  ), linked AS (
    INSERT INTO message_deliveries (message_id, delivery_id, attempt)
    SELECT sent.message_id, d.id, sent.attempt FROM sent JOIN deliveries d ON d.id = sent.id OR d.lead_id = sent.id
    WHERE d.id <> ALL ($15::uuid[])
  ), working AS (
    UPDATE channels c SET broken_at = NULL, broken_reason = NULL
    WHERE c.id IN (SELECT channel_id FROM counted WHERE state = 'sent') AND c.broken_at IS NOT NULL
  )
  SELECT id FROM counted`;

/** Ids whose result came too late. */
async function record(client: Queryable, results: readonly DeliveryResult[]): Promise<Set<string>> {
  const left = results.flatMap((result) => result.left ?? []);
  const { rows } = await client.query<{ id: string }>({
    name: "deliveries-record",
    text: RECORD,
    values: [
      plainColumn(results, (result) => result.id),
      plainColumn(results, (result) => result.attempt),
      plainColumn(results, ({ outcome }) => storedState(outcome)),
      wholeColumn(results, ({ outcome }) =>
        outcome.state === "retry" || outcome.state === "released" ? outcome.at : null,
      ),
      wholeColumn(results, ({ outcome }) => (outcome.state === "sent" ? outcome.at : null)),
      textColumn(results, ({ outcome }) => errorOf(outcome)),
      plainColumn(results, ({ outcome }) => outcome.state === "released"),
      plainColumn(results, ({ message }) => message?.id ?? null),
      wholeColumn(results, ({ message }) => message?.startedAt ?? null),
      wholeColumn(results, ({ message }) => message?.finishedAt ?? null),
      plainColumn(results, ({ message }) => message?.accepted ?? null),
      plainColumn(results, ({ message }) => message?.status ?? null),
      textColumn(results, ({ message }) => message?.answer ?? null),
      textColumn(results, ({ message }) => message?.externalId ?? null),
      plainColumn(left, ({ id }) => id),
    ],
  });
  const counted = new Set(rows.map((row) => row.id));
  return new Set(results.map(({ id }) => id).filter((id) => !counted.has(id)));
}

function storedState({ state }: DeliveryResult["outcome"]): string {
  return state === "retry" || state === "released" ? "pending" : state;
}

function errorOf(outcome: DeliveryResult["outcome"]): string | null {
  if (outcome.state === "retry" || outcome.state === "dead") return outcome.error;
  return outcome.state === "dropped" ? outcome.reason : null;
}

/** What a message of several did not tell is dropped, with whatever waits behind it; where it is sent again, it is asked again. */
async function dropLeft(client: pg.PoolClient, results: readonly DeliveryResult[]): Promise<void> {
  const left = results.flatMap((result) => (isFinal(result) ? (result.left ?? []) : []));
  if (left.length === 0) return;
  await client.query(
    `UPDATE deliveries d SET state = 'dropped', last_error = x.reason, sent_at = NULL
     FROM unnest($1::uuid[], $2::text[]) AS x(id, reason) WHERE d.id = x.id`,
    [plainColumn(left, ({ id }) => id), textColumn(left, ({ reason }) => reason)],
  );
}

function isFinal({ outcome }: DeliveryResult): boolean {
  return outcome.state === "sent" || outcome.state === "dead" || outcome.state === "dropped";
}

/** What waits behind an alarm that was not told, its recovery among it, is about nothing that anybody heard of. */
async function dropWithdrawn(client: pg.PoolClient, results: readonly DeliveryResult[]): Promise<void> {
  const ids = results.flatMap((result) => {
    const { id, outcome, left = [] } = result;
    const own = outcome.state === "dropped" && outcome.withdrawn ? [id] : [];
    return isFinal(result) ? [...own, ...left.map((one) => one.id)] : own;
  });
  if (ids.length === 0) return;
  const { rows } = await client.query<{ id: string }>(
    `UPDATE deliveries d SET state = 'dropped', last_error = o.last_error
     FROM deliveries o JOIN alerts a ON a.id = o.alert_id JOIN alerts later ON later.incident_id = a.incident_id
     WHERE o.id = ANY ($1::uuid[]) AND a.event = 'opened' AND d.alert_id = later.id AND d.state = 'pending' AND d.attempts = 0
       AND d.channel_id IS NOT DISTINCT FROM o.channel_id AND d.recipient IS NOT DISTINCT FROM o.recipient
     RETURNING d.id`,
    [ids],
  );
  // Others of its outage recovered in the same message: of those people have heard.
  await passLeadOn(
    client,
    rows.map(({ id }) => id),
  );
}

function deadLetterOf({ id, outcome }: DeliveryResult): Omit<DeadLetter, "newlyBroken">[] {
  return outcome.state === "dead" ? [{ deliveryId: id, ...outcome }] : [];
}

/**
 * Marks the channels of dead letters broken, and says which of them were not before. A receiver may repeat what it was sent,
 * so what it said to another project is not noted on the channel.
 */
async function markBroken(
  client: pg.PoolClient,
  dead: readonly Omit<DeadLetter, "newlyBroken">[],
): Promise<DeadLetter[]> {
  if (dead.length === 0) return [];
  const { rows } = await client.query<{ deliveryId: string }>(
    `UPDATE channels c SET broken_at = belfry_now(), broken_reason = CASE WHEN x.project_id = c.project_id THEN x.error END
     FROM (SELECT DISTINCT ON (d.channel_id) d.id, d.channel_id, e.error, a.project_id
       FROM unnest($1::uuid[], $2::text[]) AS e(id, error) JOIN deliveries d ON d.id = e.id JOIN alerts a ON a.id = d.alert_id
       WHERE d.channel_id IS NOT NULL ORDER BY d.channel_id, d.ordinal) AS x
     WHERE c.id = x.channel_id AND c.broken_at IS NULL
     RETURNING x.id AS "deliveryId"`,
    [plainColumn(dead, (letter) => letter.deliveryId), textColumn(dead, (letter) => letter.error)],
  );
  const first = new Set(rows.map((row) => row.deliveryId));
  return dead.map((letter) => ({ ...letter, newlyBroken: first.has(letter.deliveryId) }));
}
