import { randomUUID } from "node:crypto";
import type { NoticeFacts } from "../domain/notice.ts";
import { MINUTE } from "../domain/time.ts";
import { channelsServing } from "./channel-sharing.ts";
import type { Queryable } from "./queryable.ts";

/** A delivery that nobody took. */
export type DeadLetter = {
  deliveryId: string;
  error: string;
  /** False: given up after a day. */
  refused: boolean;
  /** First line of its message. */
  verdict: string;
  /** What people call the channel's kind. */
  kindLabel: string;
  /** Its channel worked until now. */
  newlyBroken: boolean;
};

/** To whom a dead letter was told: names of channels, or mail addresses; empty where nobody was left to tell. */
export type Told = { deliveryId: string; to: string[] };

type Letter = DeadLetter & {
  alertId: string;
  event: string;
  projectId: string | null;
  incidentId: string | null;
  channelId: string | null;
  channelName: string | null;
  /** Of each alert in its message another delivery arrived or still may. */
  othersHear: boolean;
  /** It serves other projects too, and this one was not told that it is broken. */
  untold: boolean;
};

/** A channel that stays broken is told of again when another alert reaches nobody, but not more often than this. */
const QUIET_MS = 15 * MINUTE;

/** Notices come after alarms and before reports. */
const NOTICE_PRIORITY = 1;

/**
 * Sees to it that somebody hears of dead letters: over the project's other working channels, else its owners by mail, else
 * the operators by mail. One channel is told of once, and again only for alerts that reach nobody else.
 */
export async function tellOfDeadLetters(
  client: Queryable,
  dead: readonly DeadLetter[],
  { mailWorks }: { mailWorks: boolean },
): Promise<Told[]> {
  const told: Told[] = [];
  for (const letter of await loadLetters(client, dead)) {
    // The person who asked for a test sees its answer.
    if (letter.event === "test") continue;
    if (letter.event === "notice") {
      if (!letter.othersHear) told.push({ deliveryId: letter.deliveryId, to: await passOn(client, letter, mailWorks) });
    } else if (letter.newlyBroken || letter.untold || !letter.othersHear) {
      const to = await tellOf(client, letter, mailWorks);
      if (to !== null) told.push({ deliveryId: letter.deliveryId, to });
    }
  }
  return told;
}

async function loadLetters(client: Queryable, dead: readonly DeadLetter[]): Promise<Letter[]> {
  if (dead.length === 0) return [];
  const known = new Map(dead.map((letter) => [letter.deliveryId, letter]));
  // The lock on the channel lets one process at a time decide whether it was told of already.
  const { rows } = await client.query<Omit<Letter, keyof DeadLetter> & { deliveryId: string }>(
    `SELECT d.id AS "deliveryId", a.id AS "alertId", a.event, a.project_id AS "projectId",
       CASE WHEN j.project_id IS NOT NULL THEN a.incident_id END AS "incidentId",
       c.id AS "channelId", c.name AS "channelName",
       NOT EXISTS (SELECT FROM deliveries g WHERE (g.id = d.id OR g.lead_id = d.id) AND g.state = 'dead' AND NOT EXISTS (
         SELECT FROM deliveries s WHERE s.alert_id = g.alert_id AND s.id <> g.id AND s.state NOT IN ('dead', 'dropped')
       )) AS "othersHear",
       EXISTS (SELECT FROM channel_projects s WHERE s.channel_id = c.id)
         AND NOT EXISTS (SELECT FROM alerts n WHERE n.project_id = a.project_id AND n.event = 'notice'
           AND n.facts ->> 'channelId' = c.id::text AND n.created_at >= c.broken_at) AS untold
     FROM deliveries d JOIN alerts a ON a.id = d.alert_id LEFT JOIN jobs j ON j.id = a.job_id
     LEFT JOIN LATERAL (SELECT * FROM channels WHERE id = d.channel_id FOR UPDATE) c ON true
     WHERE d.id = ANY ($1::uuid[]) ORDER BY c.id, d.ordinal`,
    [[...known.keys()]],
  );
  return rows.flatMap((row) => {
    const letter = known.get(row.deliveryId);
    return letter === undefined ? [] : [{ ...letter, ...row }];
  });
}

/** A new notice about the channel; null where one was made a short time ago. */
async function tellOf(client: Queryable, letter: Letter, mailWorks: boolean): Promise<string[] | null> {
  const { channelId, channelName, projectId } = letter;
  // Mail to a person has no channel that could be repaired.
  if (channelId === null || projectId === null) return [];
  const alertId = randomUUID();
  const facts: NoticeFacts = {
    notice: "undelivered",
    channelId,
    channel: channelName ?? "",
    kind: letter.kindLabel,
    reason: letter.error,
    refused: letter.refused,
    verdict: letter.verdict,
    incidentId: letter.incidentId,
  };
  const { rowCount } = await client.query(
    `INSERT INTO alerts (id, project_id, event, sequence, created_at, facts)
     SELECT $1::uuid, $2::uuid, 'notice', 1, belfry_now(), $3::jsonb
     WHERE NOT EXISTS (SELECT 1 FROM alerts a WHERE a.project_id = $2 AND a.event = 'notice'
       AND a.facts ->> 'channelId' = $4 AND a.created_at > belfry_now() - $5 * interval '1 millisecond')`,
    [alertId, projectId, JSON.stringify(facts), channelId, QUIET_MS],
  );
  if (rowCount === 0) return null;
  const channels = await addChannels(client, { alertId, projectId, except: [channelId] });
  return channels.length > 0 ? channels : addPeople(client, { alertId, projectId, mailWorks });
}

/** A notice that did not arrive goes on to people by mail; it is never told of by another notice. */
async function passOn(client: Queryable, { alertId, projectId }: Letter, mailWorks: boolean): Promise<string[]> {
  return projectId === null ? [] : addPeople(client, { alertId, projectId, mailWorks });
}

/** Names of the other working channels that serve the project, each of which now has the alert in its queue. */
export async function addChannels(
  client: Queryable,
  { alertId, projectId, except }: { alertId: string; projectId: string; except: readonly string[] },
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `WITH working AS (
       SELECT id, name FROM channels WHERE id IN ${channelsServing("$2")} AND id <> ALL ($3::uuid[]) AND enabled AND broken_at IS NULL
     ), queued AS (
       INSERT INTO deliveries (alert_id, channel_id, priority, next_attempt_at, created_at)
       SELECT $1::uuid, id, ${NOTICE_PRIORITY}, belfry_now(), belfry_now() FROM working
     )
     SELECT name, pg_notify('belfry_deliver', '') FROM working ORDER BY name`,
    [alertId, projectId, except],
  );
  return rows.map((row) => row.name);
}

/** Addresses of the project's owners, else of the operators; those that the alert went to before are left out. */
export async function addPeople(
  client: Queryable,
  { alertId, projectId, mailWorks }: { alertId: string; projectId: string; mailWorks: boolean },
): Promise<string[]> {
  if (!mailWorks) return [];
  const owners = `SELECT u.email FROM users u JOIN members m ON m.user_id = u.id WHERE m.project_id = $2 AND m.role = 'owner'`;
  const operators = `SELECT u.email FROM users u WHERE u.operator AND $2::uuid IS NOT NULL`;
  for (const people of [owners, operators]) {
    const { rows } = await client.query<{ recipient: string }>(
      `WITH queued AS (
         INSERT INTO deliveries (alert_id, recipient, priority, next_attempt_at, created_at)
         SELECT $1::uuid, email, ${NOTICE_PRIORITY}, belfry_now(), belfry_now() FROM (${people}) AS people
         ON CONFLICT DO NOTHING RETURNING recipient
       )
       SELECT recipient, pg_notify('belfry_deliver', '') FROM queued ORDER BY recipient`,
      [alertId, projectId],
    );
    if (rows.length > 0) return rows.map((row) => row.recipient);
  }
  return [];
}
