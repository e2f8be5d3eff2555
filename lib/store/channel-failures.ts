import type { Instant } from "../domain/time.ts";
import { plainColumn } from "./literals.ts";
import { channelsServing } from "./channel-sharing.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** How a channel fares whose latest messages all failed for the time being. */
export type ChannelFailures = { failures: number; at: Instant };

/** Further back nothing is counted. */
const MOST = 20;

// A message that failed for good answered the question whether anybody is there: its delivery waits no longer.
const FAILING = (channels: string) => `SELECT c.id, f.failures, f.at FROM ${channels}
  CROSS JOIN LATERAL (
    SELECT count(*)::int4 AS failures, max(m.finished_at) AS at
    FROM (SELECT * FROM messages WHERE channel_id = c.id ORDER BY started_at DESC LIMIT ${MOST}) m
    WHERE NOT m.accepted
      AND m.started_at > coalesce((SELECT max(started_at) FROM messages WHERE channel_id = c.id AND accepted), '-infinity')
      AND EXISTS (SELECT FROM message_deliveries l JOIN deliveries d ON d.id = l.delivery_id
        WHERE l.message_id = m.id AND d.state IN ('pending', 'sending'))
  ) f WHERE f.failures > 0`;

/** Of these channels: failures in a row of what is tried again, and when the latest was. Those that fare well are missing. */
export async function loadChannelFailures(
  database: Queryable,
  channelIds: readonly string[],
): Promise<Map<string, ChannelFailures>> {
  if (channelIds.length === 0) return new Map();
  const { rows } = await database.query<{ id: string; failures: number; at: Date }>({
    name: "channel-failures",
    text: FAILING("unnest($1::uuid[]) AS c(id)"),
    values: [plainColumn(channelIds, (id) => id)],
  });
  return new Map(rows.map(({ id, failures, at }) => [id, { failures, at: instantOf(at) }]));
}

/**
 * Its receiver takes messages again: what waits for a further attempt, or was handed back, leaves now. Wakes the dispatchers
 * with the commit. @returns how many.
 */
export async function hurryChannel(database: Queryable, channelId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `WITH hurried AS (
       UPDATE deliveries SET next_attempt_at = belfry_now()
       WHERE channel_id = $1 AND state = 'pending' AND (attempts > 0 OR lag_from IS NOT NULL) AND next_attempt_at > belfry_now()
       RETURNING id
     ), woken AS MATERIALIZED (SELECT pg_notify('belfry_deliver', '') FROM hurried LIMIT 1)
     SELECT (SELECT count(*) FROM hurried)::int4 AS count FROM (SELECT count(*) FROM woken) AS w`,
    [channelId],
  );
  return rows[0]?.count ?? 0;
}

/** A channel that is switched on and does not work. */
export type ChannelTrouble = {
  channelId: string;
  name: string;
  kind: string;
  /** When its receiver refused for good, and what it said; null: it fails for the time being. */
  brokenAt: Instant | null;
  brokenReason: string | null;
  /** Latest failures in a row of what is tried again. */
  failures: number;
  /** What the latest attempt came to. */
  lastAnswer: string | null;
  /** How many alerts wait for a further attempt, and since when the first of them does. */
  waiting: number;
  waitingSince: Instant | null;
  /** When the first of them is tried again. */
  nextAttemptAt: Instant | null;
};

type TroubleRow = Omit<ChannelTrouble, "brokenAt" | "waitingSince" | "nextAttemptAt"> & {
  brokenAt: Date | null;
  waitingSince: Date | null;
  nextAttemptAt: Date | null;
};

/**
 * Channels that serve a project and are of a kind that cannot deliver, or broken, or whose receivers have failed so many
 * times in a row; in this order. What was answered and what waits is of this project's alerts only.
 */
export async function listChannelTroubles(
  database: Queryable,
  projectId: string,
  { leastFailures, unableKinds }: { leastFailures: number; unableKinds: readonly string[] },
): Promise<ChannelTrouble[]> {
  const { rows } = await database.query<TroubleRow>(
    `WITH own AS MATERIALIZED (SELECT * FROM channels WHERE id IN ${channelsServing("$1")} AND enabled),
       failing AS (${FAILING("own c")})
     SELECT c.id AS "channelId", c.name, c.kind, c.broken_at AS "brokenAt", CASE WHEN c.project_id = $1 THEN c.broken_reason END AS "brokenReason",
       coalesce(f.failures, 0) AS failures, w.waiting, w.since AS "waitingSince", w.next AS "nextAttemptAt", (
         SELECT concat_ws(' ', m.status, m.answer) FROM messages m WHERE m.channel_id = c.id AND EXISTS (
           SELECT FROM message_deliveries l JOIN deliveries d ON d.id = l.delivery_id JOIN alerts a ON a.id = d.alert_id
           WHERE l.message_id = m.id AND a.project_id = $1
         ) ORDER BY m.started_at DESC LIMIT 1
       ) AS "lastAnswer"
     FROM own c LEFT JOIN failing f ON f.id = c.id
     CROSS JOIN LATERAL (
       SELECT count(*)::int4 AS waiting, min(d.first_attempt_at) AS since, min(d.next_attempt_at) AS next
       FROM deliveries d JOIN alerts a ON a.id = d.alert_id AND a.project_id = $1
       WHERE d.channel_id = c.id AND d.state IN ('pending', 'sending') AND d.attempts > 0 AND d.lead_id IS NULL
     ) w
     WHERE c.broken_at IS NOT NULL OR f.failures >= $2 OR c.kind = ANY ($3::text[])
     ORDER BY c.kind <> ALL ($3::text[]), c.broken_at IS NULL, c.name, c.id`,
    [projectId, leastFailures, unableKinds],
  );
  return rows.map((row) => ({
    ...row,
    brokenAt: instantOf(row.brokenAt),
    waitingSince: instantOf(row.waitingSince),
    nextAttemptAt: instantOf(row.nextAttemptAt),
  }));
}
