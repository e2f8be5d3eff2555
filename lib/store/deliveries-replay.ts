import { plainColumn } from "./literals.ts";
import type { Queryable } from "./queryable.ts";

/** Ids of dead letters: those that are in the queue again, and those that were closed, as what they told of is over. */
export type Replayed = { replayed: string[]; closed: string[] };

// A recovery is news only to those whom its alarm reached.
const NO_NEWS = `(a.event IN ('opened', 'changed', 'reminder') OR a.event = 'resolved' AND NOT EXISTS (
    SELECT FROM deliveries x JOIN alerts y ON y.id = x.alert_id
    WHERE y.incident_id = a.incident_id AND y.event <> 'resolved' AND x.state = 'sent'
      AND x.channel_id IS NOT DISTINCT FROM d.channel_id AND x.recipient IS NOT DISTINCT FROM d.recipient))`;

// $1: kinds of channels that keep open what they are not told the end of. A lead may have been dropped: the next one leads.
const REPLAY = (which: string) => `WITH dead AS MATERIALIZED (
    SELECT d.id, d.ordinal, coalesce(d.lead_id, d.id) AS message, i.resolved_at,
      coalesce(i.state <> 'open' AND coalesce(c.kind, 'email') <> ALL ($1::text[]) AND ${NO_NEWS}, false) AS over
    FROM deliveries d JOIN alerts a ON a.id = d.alert_id
    LEFT JOIN incidents i ON i.id = a.incident_id LEFT JOIN channels c ON c.id = d.channel_id
    WHERE d.state = 'dead' AND ${which}
  ), news AS (
    SELECT id, first_value(id) OVER (PARTITION BY message ORDER BY ordinal) AS lead_id FROM dead WHERE NOT over
  ), replayed AS (
    UPDATE deliveries d SET state = 'pending', attempts = 0, first_attempt_at = NULL, lease_until = NULL,
      next_attempt_at = belfry_now(), only_if = NULL, lead_id = CASE WHEN news.lead_id <> d.id THEN news.lead_id END
    FROM news WHERE d.id = news.id AND d.state = 'dead' RETURNING d.id
  ), closed AS (
    UPDATE deliveries d SET state = 'dropped', lead_id = NULL,
      last_error = to_char(dead.resolved_at AT TIME ZONE 'UTC', '"Over since "YYYY-MM-DD HH24:MI" UTC; not sent again."')
    FROM dead WHERE dead.over AND d.id = dead.id AND d.state = 'dead' RETURNING d.id
  ), woken AS MATERIALIZED (SELECT pg_notify('belfry_deliver', '') FROM replayed LIMIT 1)
  SELECT array(SELECT id::text FROM replayed) AS replayed, array(SELECT id::text FROM closed) AS closed
  FROM (SELECT count(*) FROM woken) AS w`;

const ASKED_LEAD = "(SELECT coalesce(lead_id, id) FROM deliveries WHERE id = $2 AND state = 'dead')";

/**
 * Puts a dead letter back into the queue, with what left in the same message, and a new day of attempts. What it told of may
 * be over: such letters are closed, but for channels of the kinds `keepers`. Both are empty where it is not dead (any more).
 * Wakes the dispatchers with the commit.
 */
export async function replayDelivery(
  database: Queryable,
  { deliveryId, keepers }: { deliveryId: string; keepers: ReadonlySet<string> },
): Promise<Replayed> {
  return replay(database, `(d.id = ${ASKED_LEAD} OR d.lead_id = ${ASKED_LEAD})`, [keeperColumn(keepers), deliveryId]);
}

/** The same for all of a project's dead letters over a channel but tests, whose askers have their answers. */
export async function replayChannelDeliveries(
  database: Queryable,
  { channelId, projectId, keepers }: { channelId: string; projectId: string; keepers: ReadonlySet<string> },
): Promise<Replayed> {
  const which = "d.channel_id = $2 AND a.project_id = $3 AND a.event <> 'test'";
  return replay(database, which, [keeperColumn(keepers), channelId, projectId]);
}

function keeperColumn(keepers: ReadonlySet<string>): string {
  return plainColumn([...keepers], (kind) => kind);
}

async function replay(database: Queryable, which: string, values: readonly string[]): Promise<Replayed> {
  const { rows } = await database.query<Replayed>(REPLAY(which), [...values]);
  return rows[0] ?? { replayed: [], closed: [] };
}
