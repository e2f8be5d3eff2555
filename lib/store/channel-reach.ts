import type { ChannelRules } from "../domain/alerting/channel-rules.ts";
import { channelsServing } from "./channel-sharing.ts";
import type { Queryable } from "./queryable.ts";

export type ChannelReach = {
  /** Working channels that serve the project with their rules, by id. */
  working: ReadonlyMap<string, ChannelRules>;
  /** Of jobs with a list of their own: the working channels in it. */
  byJob: ReadonlyMap<string, readonly string[]>;
};

/**
 * What decides who would hear of a project's jobs; broken and switched-off channels do not count, nor those of kinds that
 * this installation cannot deliver over.
 */
export async function loadChannelReach(
  database: Queryable,
  projectId: string,
  unableKinds: readonly string[],
): Promise<ChannelReach> {
  const { rows } = await database.query<{ id: string; rules: ChannelRules; jobIds: string[] }>(
    `SELECT id, rules, ARRAY(
         SELECT j.id::text FROM job_channels l JOIN jobs j ON j.id = l.job_id WHERE l.channel_id = c.id AND j.project_id = $1
       ) AS "jobIds"
     FROM channels c WHERE id IN ${channelsServing("$1")} AND enabled AND broken_at IS NULL AND kind <> ALL ($2::text[])`,
    [projectId, unableKinds],
  );
  const byJob = new Map<string, string[]>();
  for (const { id, jobIds } of rows) for (const jobId of jobIds) byJob.set(jobId, [...(byJob.get(jobId) ?? []), id]);
  return { working: new Map(rows.map(({ id, rules }) => [id, rules])), byJob };
}
