import type { ChannelChoice } from "../components/jobs/job-form-values.ts";
import type { SharedChannelRow } from "../lib/services/channel-sharing.ts";
import type { ChannelRow } from "../lib/services/channels.ts";
import { isWorking } from "../lib/services/who-is-told.ts";

/** Channels as a job's form offers them: the project's own, then those of others that serve it. */
export function channelChoices(channels: readonly ChannelRow[], shared: readonly SharedChannelRow[]): ChannelChoice[] {
  return [...channels, ...shared].map((channel) => ({
    id: channel.id,
    name: channel.name,
    kind: channel.kind,
    working: isWorking(channel),
  }));
}
