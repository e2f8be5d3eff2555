import type { ChannelChoice } from "../components/jobs/job-form-values.ts";
import type { SharedChannelRow } from "../lib/services/channel-sharing.ts";
import type { ChannelRow } from "../lib/services/channels.ts";

/** Channels as a job's form offers them: the project's own, then those of others that serve it. */
export function channelChoices(channels: readonly ChannelRow[], shared: readonly SharedChannelRow[]): ChannelChoice[] {
  return [...channels, ...shared].map(({ id, name, kind, enabled, brokenAt, unable }) => ({
    id,
    name,
    kind,
    working: enabled && brokenAt === null && unable === null,
  }));
}
