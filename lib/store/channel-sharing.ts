import type { ChannelRules } from "../domain/alerting/channel-rules.ts";
import type { ChannelRecord } from "./channels.ts";
import { passLeadOn } from "./deliveries-leads.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** Ids of the channels that tell a project's alerts, its own and those of others that serve it. `project`: a parameter. */
export const channelsServing = (project: string): string => `(SELECT id FROM channels WHERE project_id = ${project}
  UNION ALL SELECT channel_id FROM channel_projects WHERE project_id = ${project})`;

/** Whether a channel `c` may tell an alert `a`. */
export const SERVES = `(c.project_id = a.project_id
  OR EXISTS (SELECT FROM channel_projects s WHERE s.channel_id = c.id AND s.project_id = a.project_id))`;

export type ServedProject = { id: string; name: string };

export type ServingChannel = Pick<ChannelRecord, "id" | "name" | "kind" | "enabled" | "brokenAt"> & {
  rules: ChannelRules;
};

/** Channels that tell a project's alerts, its own and those of others that serve it, oldest first. */
export async function listServingChannels(database: Queryable, projectId: string): Promise<ServingChannel[]> {
  const { rows } = await database.query<Omit<ServingChannel, "brokenAt"> & { brokenAt: Date | null }>(
    `SELECT id, name, kind, enabled, broken_at AS "brokenAt", rules FROM channels
     WHERE id IN ${channelsServing("$1")} ORDER BY created_at, id`,
    [projectId],
  );
  return rows.map((row) => ({ ...row, brokenAt: instantOf(row.brokenAt) }));
}

export async function isServing(database: Queryable, channelId: string, projectId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `SELECT FROM channels WHERE id = $1 AND id IN ${channelsServing("$2")} LIMIT 1`,
    [channelId, projectId],
  );
  return rowCount === 1;
}

/** A channel of another project, as far as the one that it serves may know it. */
export type SharedChannelRecord = Pick<
  ChannelRecord,
  "id" | "kind" | "name" | "summary" | "enabled" | "brokenAt" | "unsubscribedAt" | "lastSentAt"
> & {
  /** Name of the project that it belongs to. */
  ofProject: string;
};

type SharedRow = Omit<SharedChannelRecord, "brokenAt" | "unsubscribedAt" | "lastSentAt"> & {
  brokenAt: Date | null;
  unsubscribedAt: Date | null;
  lastSentAt: Date | null;
};

/** Channels of other projects that serve this one, oldest first. `lastSentAt`: of this project's alerts. */
export async function listSharedChannels(database: Queryable, projectId: string): Promise<SharedChannelRecord[]> {
  const { rows } = await database.query<SharedRow>(
    `SELECT c.id, c.kind, c.name, c.summary, c.enabled, c.broken_at AS "brokenAt", c.unsubscribed_at AS "unsubscribedAt",
       p.name AS "ofProject", (
         SELECT max(d.sent_at) FROM deliveries d JOIN alerts a ON a.id = d.alert_id
         WHERE d.channel_id = c.id AND d.state = 'sent' AND a.project_id = s.project_id
       ) AS "lastSentAt"
     FROM channel_projects s JOIN channels c ON c.id = s.channel_id JOIN projects p ON p.id = c.project_id
     WHERE s.project_id = $1 ORDER BY c.created_at, c.id`,
    [projectId],
  );
  return rows.map((row) => ({
    ...row,
    brokenAt: instantOf(row.brokenAt),
    unsubscribedAt: instantOf(row.unsubscribedAt),
    lastSentAt: instantOf(row.lastSentAt),
  }));
}

/** Other projects that channels serve, by the channels' ids; a channel that serves its own only is missing. */
export async function listServedProjects(
  database: Queryable,
  channelIds: readonly string[],
): Promise<Map<string, ServedProject[]>> {
  const { rows } = await database.query<ServedProject & { channelId: string }>(
    `SELECT s.channel_id AS "channelId", p.id, p.name FROM channel_projects s JOIN projects p ON p.id = s.project_id
     WHERE s.channel_id = ANY ($1::uuid[]) ORDER BY p.number`,
    [channelIds],
  );
  const served = new Map<string, ServedProject[]>();
  for (const { channelId, ...project } of rows) served.set(channelId, [...(served.get(channelId) ?? []), project]);
  return served;
}

/** From now on the channel tells these projects' alerts too; its own is left out. */
export async function shareChannel(client: Queryable, channelId: string, projectIds: readonly string[]): Promise<void> {
  await client.query(
    `INSERT INTO channel_projects (channel_id, project_id)
     SELECT c.id, p.id FROM channels c JOIN projects p ON p.id = ANY ($2::uuid[]) AND p.id <> c.project_id
     WHERE c.id = $1 ON CONFLICT DO NOTHING`,
    [channelId, projectIds],
  );
}

/** What waits for it is dropped, and the projects' jobs do not name it any more. */
export async function unshareChannel(
  client: Queryable,
  channelId: string,
  projectIds: readonly string[],
): Promise<void> {
  const values = [channelId, projectIds];
  await client.query("DELETE FROM channel_projects WHERE channel_id = $1 AND project_id = ANY ($2::uuid[])", values);
  await client.query(
    `DELETE FROM job_channels l USING jobs j
     WHERE j.id = l.job_id AND l.channel_id = $1 AND j.project_id = ANY ($2::uuid[])`,
    values,
  );
  // What is being sent just now is asked about again before its next attempt (SERVES).
  const { rows } = await client.query<{ id: string }>(
    `UPDATE deliveries d SET state = 'dropped', last_error = $3 FROM alerts a
     WHERE d.channel_id = $1 AND d.state = 'pending' AND a.id = d.alert_id AND a.project_id = ANY ($2::uuid[]) RETURNING d.id`,
    [...values, NOT_SERVED],
  );
  // What was planned meanwhile to leave with one of them is asked about when it is sent.
  await passLeadOn(
    client,
    rows.map(({ id }) => id),
  );
}

/** Why an alert was not sent over a channel of another project. */
export const NOT_SERVED = "The channel does not serve this project any more.";
