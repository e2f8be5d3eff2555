import type { Instant } from "../time.ts";
import { createBundles } from "./bundles.ts";
import { type ChannelRules, type OnlyIf, passageOf } from "./channel-rules.ts";
import { type AlertingContext, isAlarm, isEnd, type PendingAlert } from "./pending.ts";

/** One alert over one channel, or to a person where a project has none. */
export type PlannedDelivery = {
  alert: PendingAlert;
  channelId: string | null;
  /** A mail address. */
  recipient: string | null;
  at: Instant;
  onlyIf: OnlyIf;
  /** From here it is counted how long people wait for it; null: it waits on purpose. */
  lagFrom: Instant | null;
  /** Those with the same bundle over the same channel leave as one message; null: alone. */
  bundle: string | null;
};

type Addressing = { now: Instant; newId: () => string; outageIdOf: (alert: PendingAlert) => string | null };

/** Who hears of alerts that may be told now, over what, and what leaves as one message. */
export function address(
  alerts: readonly PendingAlert[],
  context: AlertingContext,
  { now, newId, outageIdOf }: Addressing,
): PlannedDelivery[] {
  const bundleOf = createBundles(newId);
  const told = new Set<string>();
  const deliveries: PlannedDelivery[] = [];
  for (const alert of alerts) {
    const { incident } = alert;
    const knows = (who: string) =>
      told.has(`${incident.id} ${who}`) || (context.heard.get(incident.id)?.has(who) ?? false);
    for (const receiver of receiversOf(alert, context, now)) {
      const { at, onlyIf, endsOnly, ...who } = receiver;
      const name = who.channelId ?? who.recipient ?? "";
      // The end of what they never heard of is news to nobody.
      if (isEnd(alert) && !endsOnly && !knows(name)) continue;
      told.add(`${incident.id} ${name}`);
      const bundle = bundleOf({ alert, outageId: outageIdOf(alert), to: name, at, onlyIf });
      const lagFrom = at > now ? null : lagOf(alert);
      deliveries.push({ alert, ...who, at, onlyIf, lagFrom, bundle });
    }
  }
  return deliveries;
}

/** What gathers is to leave as soon as it can; a follow-up of an outage waits for its minute. */
function lagOf(alert: PendingAlert): Instant | null {
  const { hold, incident, createdAt, dueAt } = alert;
  if (hold !== null && (hold !== "gathering" || incident.outageId !== null)) return null;
  return isAlarm(alert) ? dueAt : createdAt;
}

/** `endsOnly`: it does not want to hear of beginnings. */
type Receiver = Pick<PlannedDelivery, "channelId" | "recipient" | "at" | "onlyIf"> & { endsOnly: boolean };

function receiversOf(alert: PendingAlert, { channels, fallback, heard }: AlertingContext, now: Instant): Receiver[] {
  const onlyKeepers = alert.incident.mutedAt !== null && isEnd(alert);
  if (channels.length === 0) {
    if (onlyKeepers) return [];
    return fallback.map((recipient) => ({ channelId: null, recipient, at: now, onlyIf: null, endsOnly: false }));
  }
  const { channelIds } = alert.job;
  return channels.flatMap(({ id, keepsIncidents, rules: given }) => {
    if (onlyKeepers && !keepsIncidents) return [];
    // Whoever heard of the trouble hears of its end, whatever was changed since about who hears of what.
    const knew = isEnd(alert) && heard.get(alert.incident.id)?.has(id) === true;
    const rules: ChannelRules = knew ? withoutChoice(given) : given;
    const passage = knew || channelIds === null || channelIds.includes(id) ? passageOf(rules, alert, now) : null;
    if (passage === null) return [];
    const endsOnly = rules.events?.includes("opened") === false;
    return [{ channelId: id, recipient: null, ...passage, endsOnly }];
  });
}

/** Of every job and severity. */
function withoutChoice({ severities: _severities, tags: _tags, ...rules }: ChannelRules): ChannelRules {
  return rules;
}
