import type { ChannelRules } from "../domain/alerting/channel-rules.ts";
import type { Queryable } from "./queryable.ts";

export type ChannelReach = {
  /** Working channels of the project with their rules, by id. */
  working: ReadonlyMap<string, ChannelRules>;
  /** Of jobs with a list of their own: the channels in it. */
  byJob: ReadonlyMap<string, readonly string[]>;
};

/** What decides who would hear of a project's jobs; broken and switched-off channels do not count. */
export async function loadChannelReach(database: Queryable, projectId: string): Promise<ChannelReach> {
  const [channels, lists] = await Promise.all([
    database.query<{ id: string; rules: ChannelRules }>(
      "SELECT id, rules FROM channels WHERE project_id = $1 AND enabled AND broken_at IS NULL",
      [projectId],
    ),
    database.query<{ jobId: string; channelIds: string[] }>(
      `SELECT l.job_id AS "jobId", array_agg(l.channel_id::text) AS "channelIds"
       FROM job_channels l JOIN channels c ON c.id = l.channel_id WHERE c.project_id = $1 GROUP BY l.job_id`,
      [projectId],
    ),
  ]);
  return {
    working: new Map(channels.rows.map(({ id, rules }) => [id, rules])),
    byJob: new Map(lists.rows.map(({ jobId, channelIds }) => [jobId, channelIds])),
  };
}
