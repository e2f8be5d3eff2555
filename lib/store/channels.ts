import type { ChannelRules } from "../domain/alerting/channel-rules.ts";
import { instantOf, type Queryable } from "./queryable.ts";

export type ChannelRecord = {
  id: string;
  projectId: string;
  kind: string;
  name: string;
  summary: string;
  rules: ChannelRules;
  enabled: boolean;
  brokenAt: number | null;
  brokenReason: string | null;
  /** When a reader of its mails unsubscribed: it is off since. */
  unsubscribedAt: number | null;
  createdAt: number;
  /** When something last arrived over it. */
  lastSentAt: number | null;
};

type Row = Omit<ChannelRecord, "brokenAt" | "unsubscribedAt" | "createdAt" | "lastSentAt"> & {
  brokenAt: Date | null;
  unsubscribedAt: Date | null;
  createdAt: Date;
  lastSentAt: Date | null;
};

const COLUMNS = `c.id, c.project_id AS "projectId", c.kind, c.name, c.summary, c.rules, c.enabled, c.broken_at AS "brokenAt",
  c.broken_reason AS "brokenReason", c.unsubscribed_at AS "unsubscribedAt", c.created_at AS "createdAt",
  (SELECT max(m.started_at) FROM messages m WHERE m.channel_id = c.id AND m.accepted) AS "lastSentAt"`;

/** Channels of a project, oldest first. */
export async function listChannelRecords(database: Queryable, projectId: string): Promise<ChannelRecord[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM channels c WHERE c.project_id = $1 ORDER BY c.created_at, c.id`,
    [projectId],
  );
  return rows.map(recordOf);
}

export async function findChannelRecord(database: Queryable, channelId: string): Promise<ChannelRecord | null> {
  const { rows } = await database.query<Row>(`SELECT ${COLUMNS} FROM channels c WHERE c.id = $1`, [channelId]);
  const [row] = rows;
  return row === undefined ? null : recordOf(row);
}

function recordOf(row: Row): ChannelRecord {
  return {
    ...row,
    brokenAt: instantOf(row.brokenAt),
    unsubscribedAt: instantOf(row.unsubscribedAt),
    createdAt: instantOf(row.createdAt),
    lastSentAt: instantOf(row.lastSentAt),
  };
}

/** The sealed settings of a channel. */
export async function findChannelSettings(database: Queryable, channelId: string): Promise<string | null> {
  const { rows } = await database.query<{ settings: string }>("SELECT settings FROM channels WHERE id = $1", [
    channelId,
  ]);
  return rows[0]?.settings ?? null;
}

/** The sealed settings of all channels of a project. */
export async function listChannelSettings(
  database: Queryable,
  projectId: string,
): Promise<{ id: string; kind: string; settings: string }[]> {
  const { rows } = await database.query<{ id: string; kind: string; settings: string }>(
    "SELECT id, kind, settings FROM channels WHERE project_id = $1",
    [projectId],
  );
  return rows;
}

export async function insertChannelRecord(
  client: Queryable,
  channel: Pick<ChannelRecord, "projectId" | "kind" | "name" | "summary" | "rules"> & { settings: string },
): Promise<{ id: string }> {
  const { projectId, kind, name, summary, settings, rules } = channel;
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO channels (project_id, kind, name, summary, settings, rules) VALUES ($1, $2, $3, $4, $5, $6)
     RETURNING id`,
    [projectId, kind, name, summary, settings, JSON.stringify(rules)],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("The insert of a channel returned nothing.");
  return row;
}

/** Null leaves a value as it is. `sealed`: its settings, and what may be shown of them. */
export type ChannelChange = {
  name: string | null;
  enabled: boolean | null;
  rules: ChannelRules | null;
  sealed: { settings: string; summary: string } | null;
};

export async function updateChannelRecord(
  client: Queryable,
  channelId: string,
  { name, enabled, rules, sealed }: ChannelChange,
): Promise<void> {
  await client.query(
    `UPDATE channels SET name = coalesce($2, name), enabled = coalesce($3, enabled), rules = coalesce($4, rules),
       settings = coalesce($5, settings), summary = coalesce($6, summary),
       unsubscribed_at = CASE WHEN $3 THEN NULL ELSE unsubscribed_at END
     WHERE id = $1`,
    [
      ...[channelId, name, enabled, rules === null ? null : JSON.stringify(rules)],
      ...[sealed?.settings ?? null, sealed?.summary ?? null],
    ],
  );
}

/** Switches a mail channel off at the wish of its reader; null where it is off already, or gone. */
export async function unsubscribeChannel(
  client: Queryable,
  channelId: string,
): Promise<Pick<ChannelRecord, "projectId" | "name" | "summary"> | null> {
  const { rows } = await client.query<Pick<ChannelRecord, "projectId" | "name" | "summary">>(
    `UPDATE channels SET enabled = false, unsubscribed_at = belfry_now() WHERE id = $1 AND enabled AND kind = 'email'
     RETURNING project_id AS "projectId", name, summary`,
    [channelId],
  );
  return rows[0] ?? null;
}

/** With what was ever sent over it. */
export async function deleteChannelRecord(client: Queryable, channelId: string): Promise<void> {
  await client.query("DELETE FROM channels WHERE id = $1", [channelId]);
}
