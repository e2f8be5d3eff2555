import type { Instant } from "../time.ts";
import { createBundles } from "./bundles.ts";
import { type ChannelRules, type OnlyIf, passageOf } from "./channel-rules.ts";
import { type AlertingContext, isAlarm, isClosing, isEnd, isKnown, type PendingAlert } from "./pending.ts";

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

function receiversOf(alert: PendingAlert, context: AlertingContext, now: Instant): Receiver[] {
  const { channels, fallback, heard } = context;
  const { channelIds } = alert.job;
  // Whoever heard of the trouble hears of its end, whatever was changed since about who hears of what.
  const known = (isEnd(alert) ? heard.get(alert.incident.id) : null) ?? new Set<string>();
  const mailed = new Set([...(channels.length === 0 ? fallback : []), ...[...known].filter(isMailAddress)]);
  const people = [...mailed].filter((recipient) => concerns(alert, { who: recipient, keeps: false }, context));
  const mails = people.map((recipient) => ({ channelId: null, recipient, at: now, onlyIf: null, endsOnly: false }));
  const sends = channels.flatMap(({ id, keepsIncidents, rules: given }) => {
    if (!concerns(alert, { who: id, keeps: keepsIncidents }, context)) return [];
    const knew = known.has(id);
    const rules: ChannelRules = knew ? withoutChoice(given) : given;
    const passage = knew || channelIds === null || channelIds.includes(id) ? passageOf(rules, alert, now) : null;
    if (passage === null) return [];
    const endsOnly = rules.events?.includes("opened") === false;
    return [{ channelId: id, recipient: null, ...passage, endsOnly }];
  });
  return [...sends, ...mails];
}

/**
 * What a person acknowledged before it was told is told to receivers only that keep incidents. What a person muted or closed
 * ends in silence, except for receivers that would keep it open for ever. Of the last of an outage to be closed those hear as well who were told that a part of it recovered: they wait for the rest.
 */
function concerns(
  alert: PendingAlert,
  { who, keeps }: { who: string; keeps: boolean },
  { partly }: AlertingContext,
): boolean {
  if (keeps) return true;
  if (!isEnd(alert)) return !isKnown(alert);
  if (alert.incident.mutedAt !== null) return false;
  return !isClosing(alert) || partly.get(alert.incident.outageId ?? "")?.has(who) === true;
}

/** Ids of channels have no such sign. */
function isMailAddress(who: string): boolean {
  return who.includes("@");
}

/** Of every job and severity. */
function withoutChoice({ severities: _severities, tags: _tags, ...rules }: ChannelRules): ChannelRules {
  return rules;
}
