import type pg from "pg";
import type { Instant, Millis } from "../domain/time.ts";
import { inTransaction, THROUGH_INDEXES } from "./client.ts";
import { plainColumn, textColumn } from "./literals.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** A delivery that this process may send, until its lease ends. */
export type ClaimedDelivery = {
  id: string;
  /** Number of this attempt, from 1; also the fence: a result counts only for the attempt it belongs to. */
  attempt: number;
  /** What is sent one after the other shares a lane: the channel's id, or the mail address. */
  lane: string;
  kind: string;
  firstAttemptAt: Instant;
};

/** How many more deliveries of a lane or kind the process can take; those that are not named have `otherwise`. */
export type Room = { otherwise: number; named: ReadonlyMap<string, number> };

export type ClaimOrder = { limit: number; lanes: Room; kinds: Room; leaseMs: Millis };

const UNFINISHED = "('pending', 'sending')";

const SAME_LANE = (e: string, d: string) =>
  `${e}.channel_id IS NOT DISTINCT FROM ${d}.channel_id AND ${e}.recipient IS NOT DISTINCT FROM ${d}.recipient`;

/** What another incident has put off on purpose is not waited for; what was to leave at once and was handed back is. */
const STANDS_BEFORE = (
  e: string,
  d: string,
) => `${e}.job_id = ${d}.job_id AND ${e}.ordinal < ${d}.ordinal AND ${e}.state IN ${UNFINISHED} AND ${SAME_LANE(e, d)}
    AND (${e}.attempts > 0 OR ${e}.lag_from IS NOT NULL OR ${e}.next_attempt_at <= belfry_now() OR ${e}.incident_id IS NOT DISTINCT FROM ${d}.incident_id)`;

/**
 * In one job and one lane deliveries leave in the order of writing: a recovery never overtakes its alarm. A message of
 * several waits for whatever stands before any of them.
 */
const FIRST_OF_JOBS = (d: string) => `NOT EXISTS (SELECT 1 FROM deliveries e WHERE ${STANDS_BEFORE("e", d)})
  AND NOT EXISTS (SELECT 1 FROM deliveries f JOIN deliveries e ON ${STANDS_BEFORE("e", "f")}
    WHERE f.lead_id = ${d}.id AND e.id <> ${d}.id AND e.lead_id IS DISTINCT FROM ${d}.id)`;

/**
 * Of one outage and lane one message is under way at a time: the next one says what is new, or takes its place. Nobody waits
 * for one that waits for a job itself, perhaps for this one: the earliest of those that do not can always leave.
 */
const FIRST_OF_OUTAGE = `NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.outage_id = d.outage_id AND ${SAME_LANE("o", "d")}
    AND o.id <> d.id AND o.lease_until > belfry_now())
  AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.outage_id = d.outage_id AND ${SAME_LANE("o", "d")}
    AND o.ordinal < d.ordinal AND o.lead_id IS NULL AND o.state NOT IN ('sent', 'dead', 'dropped')
    AND (o.attempts > 0 OR o.next_attempt_at <= belfry_now()) AND ${FIRST_OF_JOBS("o")})`;

const FIRST_IN_QUEUE = `d.lead_id IS NULL AND ${FIRST_OF_JOBS("d")} AND ${FIRST_OF_OUTAGE}`;

const LANE = "coalesce(d.channel_id::text, d.recipient)";
const KIND = "coalesce(c.kind, 'email')";

// Looked through before rooms are counted. Lanes without room are left out, so the next claim sees behind a busy one.
const CANDIDATES_PER_CLAIM = 4;

// What was chosen is locked by its id: in the words of the queue's indexes all of the queue would be read for it.
const CLAIM = `WITH moment AS MATERIALIZED (SELECT belfry_now() AS now),
  candidates AS MATERIALIZED (
    SELECT d.id, d.priority, d.next_attempt_at, d.ordinal, ${LANE} AS lane, ${KIND} AS kind
    FROM deliveries d LEFT JOIN channels c ON c.id = d.channel_id
    WHERE d.state IN ${UNFINISHED} AND d.next_attempt_at <= (SELECT now FROM moment) AND ${FIRST_IN_QUEUE}
      AND ${LANE} <> ALL (SELECT x.name FROM unnest($2::text[], $3::int4[]) AS x(name, room) WHERE x.room <= 0)
      AND ${KIND} <> ALL (SELECT x.name FROM unnest($5::text[], $6::int4[]) AS x(name, room) WHERE x.room <= 0)
    ORDER BY d.priority, d.next_attempt_at, d.ordinal LIMIT $1 * ${CANDIDATES_PER_CLAIM}
  ), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY lane ORDER BY priority, next_attempt_at, ordinal) AS in_lane,
      row_number() OVER (PARTITION BY kind ORDER BY priority, next_attempt_at, ordinal) AS in_kind
    FROM candidates
  ), chosen AS (
    SELECT r.id, r.lane, r.kind FROM ranked r
    LEFT JOIN unnest($2::text[], $3::int4[]) AS l(name, room) ON l.name = r.lane
    LEFT JOIN unnest($5::text[], $6::int4[]) AS k(name, room) ON k.name = r.kind
    WHERE r.in_lane <= coalesce(l.room, $4) AND r.in_kind <= coalesce(k.room, $7)
    ORDER BY r.priority, r.next_attempt_at, r.ordinal LIMIT $1
  ), locked AS (
    SELECT d.id, chosen.lane, chosen.kind FROM deliveries d JOIN chosen ON chosen.id = d.id
    WHERE d.state NOT IN ('sent', 'dead', 'dropped') AND d.next_attempt_at <= (SELECT now FROM moment)
    FOR UPDATE OF d SKIP LOCKED
  )
  UPDATE deliveries d SET state = 'sending', attempts = d.attempts + 1,
    lease_until = moment.now + $8 * interval '1 millisecond', next_attempt_at = moment.now + $8 * interval '1 millisecond',
    first_attempt_at = coalesce(d.first_attempt_at, moment.now)
  FROM locked, moment WHERE d.id = locked.id
  RETURNING d.id, d.attempts AS attempt, locked.lane, locked.kind, d.first_attempt_at AS "firstAttemptAt", d.ordinal, d.priority`;

type ClaimRow = Omit<ClaimedDelivery, "firstAttemptAt"> & { firstAttemptAt: Date; ordinal: number; priority: number };

// By its figures of quiet times the planner expects a handful of due rows and sorts them all; in a storm there are
// thousands. In the index they stand in order already.
const IN_INDEX_ORDER = `${THROUGH_INDEXES}; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off`;

/**
 * Takes deliveries that are due, urgent ones first, for `leaseMs`. Those whose lease has run out are due again. Several
 * processes may claim at once; none waits for another.
 */
export async function claimDeliveries(pool: pg.Pool, order: ClaimOrder): Promise<ClaimedDelivery[]> {
  return inTransaction(pool, async (client) => {
    await client.query(IN_INDEX_ORDER);
    return claim(client, order);
  });
}

async function claim(client: Queryable, order: ClaimOrder): Promise<ClaimedDelivery[]> {
  const lanes = [...order.lanes.named];
  const kinds = [...order.kinds.named];
  const { rows } = await client.query<ClaimRow>({
    name: "deliveries-claim",
    text: CLAIM,
    values: [
      order.limit,
      textColumn(lanes, ([name]) => name),
      plainColumn(lanes, ([, room]) => room),
      order.lanes.otherwise,
      textColumn(kinds, ([name]) => name),
      plainColumn(kinds, ([, room]) => room),
      order.kinds.otherwise,
      order.leaseMs,
    ],
  });
  rows.sort((a, b) => a.priority - b.priority || a.ordinal - b.ordinal);
  return rows.map(({ id, attempt, lane, kind, firstAttemptAt }) => ({
    id,
    attempt,
    lane,
    kind,
    firstAttemptAt: instantOf(firstAttemptAt),
  }));
}

/** When the next delivery becomes due, leases that run out among them; it may have passed. Null: the queue is empty. */
export async function findNextDue(database: Queryable): Promise<Instant | null> {
  const { rows } = await database.query<{ at: Date | null }>({
    name: "deliveries-next-due",
    text: `SELECT min(d.next_attempt_at) AS at FROM deliveries d WHERE d.state IN ${UNFINISHED} AND ${FIRST_IN_QUEUE}`,
  });
  return instantOf(rows[0]?.at ?? null);
}

/** Keeps what is in hand for another `leaseMs`; what was taken over in the meantime stays with its new holder. */
export async function renewLeases(
  database: Queryable,
  held: readonly { id: string; attempt: number }[],
  leaseMs: Millis,
): Promise<void> {
  if (held.length === 0) return;
  await database.query({
    name: "deliveries-renew",
    text: `UPDATE deliveries d SET lease_until = moment.now + $3 * interval '1 millisecond',
        next_attempt_at = moment.now + $3 * interval '1 millisecond'
      FROM unnest($1::uuid[], $2::int4[]) AS x(id, attempt), (SELECT belfry_now() AS now) AS moment
      WHERE d.id = x.id AND d.attempts = x.attempt AND d.state = 'sending'`,
    values: [plainColumn(held, (one) => one.id), plainColumn(held, (one) => one.attempt), leaseMs],
  });
}

/**
 * A test of one channel, already claimed by the caller, who sends it and records the result: dispatchers leave it alone
 * for a minute. Null where the channel does not exist.
 */
export async function insertTest(
  database: Queryable,
  test: { alertId: string; channelId: string; requestedBy: string | null },
): Promise<ClaimedDelivery | null> {
  const { rows } = await database.query<Omit<ClaimRow, "ordinal" | "priority">>(
    `WITH moment AS MATERIALIZED (SELECT belfry_now() AS now), channel AS (
       SELECT id, project_id, kind FROM channels WHERE id = $2
     ), alert AS (
       INSERT INTO alerts (id, project_id, event, sequence, created_at, facts)
       SELECT $1::uuid, channel.project_id, 'test', 1, moment.now, jsonb_build_object('requestedBy', $3::text)
       FROM channel, moment
     )
     INSERT INTO deliveries (alert_id, channel_id, state, attempts, next_attempt_at, lease_until, first_attempt_at, created_at)
     SELECT $1::uuid, channel.id, 'sending', 1, now + interval '1 minute', now + interval '1 minute', now, now
     FROM channel, moment
     RETURNING id, attempts AS attempt, channel_id::text AS lane, (SELECT kind FROM channel) AS kind,
       first_attempt_at AS "firstAttemptAt"`,
    [test.alertId, test.channelId, test.requestedBy],
  );
  const [row] = rows;
  return row === undefined ? null : { ...row, firstAttemptAt: instantOf(row.firstAttemptAt) };
}
