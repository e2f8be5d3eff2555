import { hearsAlarms } from "../domain/alerting/channel-rules.ts";
import type { ChannelReach } from "../store/channel-reach.ts";
import type { ServingChannel } from "../store/channel-sharing.ts";

/** `unable`: why this installation cannot deliver over it, with what to do; null where it can. */
export type JudgedChannel = ServingChannel & { unable: string | null };

type Condition = Pick<JudgedChannel, "enabled" | "brokenAt" | "unable">;

export function isWorking({ enabled, brokenAt, unable }: Condition): boolean {
  return enabled && brokenAt === null && unable === null;
}

/** Whether a job's alarms would arrive over a channel. */
export function wouldHear(channel: Condition & Pick<JudgedChannel, "rules">, tags: readonly string[]): boolean {
  return isWorking(channel) && hearsAlarms(channel.rules, tags);
}

/** How many working channels would hear of a job's alarms. */
export function countHearing(
  { working, byJob }: ChannelReach,
  job: { id: string; allChannels: boolean; tags: readonly string[] },
): number {
  const ids = job.allChannels ? working.keys() : (byJob.get(job.id) ?? []);
  let count = 0;
  for (const id of ids) {
    const rules = working.get(id);
    if (rules !== undefined && hearsAlarms(rules, job.tags)) count += 1;
  }
  return count;
}

/**
 * A sentence where nobody would be told of a job's alarms, with what to do; null where somebody would.
 * @param heard the channels that the job uses. @param ofProject how many serve its project.
 */
export function nobodyTold(heard: readonly JudgedChannel[], ofProject: number, tags: readonly string[]): string | null {
  if (heard.some((channel) => wouldHear(channel, tags))) return null;
  return `Nobody would be told if this job failed: ${reasonOf(heard, ofProject)}`;
}

function reasonOf(heard: readonly JudgedChannel[], ofProject: number): string {
  if (ofProject === 0) return "the project has no channel yet. Add one under Channels.";
  if (heard.length === 0) return "no channel is chosen for it. Choose one in the job's settings.";
  if (heard.every((channel) => !channel.enabled)) {
    return "its channels are switched off. Switch one on under Channels.";
  }
  if (heard.some(isWorking)) {
    return "the rules of its channels leave it out. Change what they take under Channels, or give it one of their tags.";
  }
  const unable = heard.find((channel) => channel.enabled && channel.unable !== null)?.unable ?? null;
  return unable === null
    ? "its channels are broken. Send a test under Channels to see why."
    : `its channels cannot deliver. ${unable}`;
}
