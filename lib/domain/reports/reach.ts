import { type ChannelRules, hearsAlarms } from "../alerting/channel-rules.ts";

/** What decides who hears of a project's jobs. */
export type Reach = {
  /** Switched on; `working`: not broken. */
  channels: readonly { id: string; working: boolean; rules: ChannelRules }[];
  /** Not paused. `channelIds` null: all of the project's. */
  jobs: readonly { jobId: string; name: string; tags: readonly string[]; channelIds: readonly string[] | null }[];
  /** Where no channel is switched on: the mail addresses that alarms go to; null: there is one. */
  fallback: readonly string[] | null;
};

/** Jobs whose alarms no working channel would take. */
export function untoldJobs({ channels, jobs, fallback }: Reach): { jobId: string; name: string }[] {
  if (fallback !== null && fallback.length > 0) return [];
  const working = channels.filter((channel) => channel.working);
  return jobs.flatMap(({ jobId, name, tags, channelIds }) => {
    const heard = working.some(
      ({ id, rules }) => (channelIds === null || channelIds.includes(id)) && hearsAlarms(rules, tags),
    );
    return heard ? [] : [{ jobId, name }];
  });
}
