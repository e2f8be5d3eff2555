import { channelsServing } from "./channel-sharing.ts";
import type { Queryable } from "./queryable.ts";

/** Ids of the channels in the job's own list. */
export async function listJobChannelIds(database: Queryable, jobId: string): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    "SELECT channel_id AS id FROM job_channels WHERE job_id = $1 ORDER BY channel_id",
    [jobId],
  );
  return rows.map((row) => row.id);
}

/** Replaces the job's own list; channels that do not serve its project are left out. @returns how many stand in it now. */
export async function replaceJobChannels(
  client: Queryable,
  jobId: string,
  channelIds: readonly string[],
): Promise<number> {
  await client.query("DELETE FROM job_channels WHERE job_id = $1", [jobId]);
  const { rowCount } = await client.query(
    `INSERT INTO job_channels (job_id, channel_id)
     SELECT j.id, c.id FROM jobs j JOIN channels c ON c.id IN ${channelsServing("j.project_id")}
     WHERE j.id = $1 AND c.id = ANY ($2::uuid[])`,
    [jobId, channelIds],
  );
  return rowCount ?? 0;
}
