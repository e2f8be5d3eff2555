import type { ChannelChoice } from "../components/jobs/job-form-values.ts";
import type { ChannelRow } from "../lib/services/channels.ts";

/** Channels as a job's form offers them. */
export function channelChoices(channels: readonly ChannelRow[]): ChannelChoice[] {
  return channels.map(({ id, name, kind, enabled, brokenAt }) => ({
    id,
    name,
    kind,
    working: enabled && brokenAt === null,
  }));
}
