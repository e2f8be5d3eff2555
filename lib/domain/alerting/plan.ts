import type { Instant } from "../time.ts";
import { address, type PlannedDelivery } from "./address.ts";
import type { Hold } from "./hold.ts";
import { groupAlarms, type OpenOutage } from "./outage.ts";
import { FOLLOW_UP_MS, holdGathering } from "./pace.ts";
import { type AlertingContext, isKnown, type PendingAlert } from "./pending.ts";
import { positionsOf, release } from "./release.ts";
import { nextReminder } from "./reminder.ts";
import { sift } from "./sift.ts";

/** What the alerts of a project come to. Every alert is in exactly one of `held` and `planned`. */
export type Plan = {
  held: { alert: PendingAlert; hold: Hold }[];
  /** Given to channels; `reached` is false where none takes it. */
  planned: { alert: PendingAlert; outageId: string | null; reached: boolean }[];
  deliveries: PlannedDelivery[];
  /** New outages and those that changed. */
  outages: OpenOutage[];
  /** Incidents that turned out to be of an outage. */
  members: { incidentId: string; outageId: string }[];
  /** Incidents of which people hear for the first time, or know already. */
  told: { incidentId: string; remindAt: Instant | null }[];
};

export type PlanMoment = {
  now: Instant;
  /** Names outages and bundles. */
  newId: () => string;
};

/**
 * Decides who hears of which alerts, when, and in how many messages. Pure. `alerts` are all that wait of their jobs
 * and outages, in the order in which they came about.
 */
export function planAlerts(alerts: readonly PendingAlert[], context: AlertingContext, moment: PlanMoment): Plan {
  const { now, newId } = moment;
  const sifted = sift(alerts, context, now);
  const gathering = holdGathering(sifted.alarms, context.drained, now);
  const ready = sifted.alarms.filter((alarm) => gathering?.alarms.has(alarm) !== true);
  const grouping = groupAlarms(ready, context, newId);
  const outages = new Map([...context.outages, ...grouping.outages].map((outage) => [outage.id, outage]));
  const joined = new Map(grouping.members.map(({ incidentId, outageId }) => [incidentId, outageId]));
  const outageIdOf = ({ incident }: PendingAlert) => joined.get(incident.id) ?? incident.outageId;
  const outageOf = (alert: PendingAlert) => outages.get(outageIdOf(alert) ?? "");
  const { released, held } = release(sifted, { gathering, outageOf, positions: positionsOf(alerts), now });
  const inOrder = alerts.filter((alert) => released.has(alert));
  const deliveries = address(inOrder, context, { now, newId, outageIdOf });
  const reached = new Set(deliveries.map(({ alert }) => alert.id));
  const planned = inOrder.map((alert) => ({ alert, outageId: outageIdOf(alert), reached: reached.has(alert.id) }));
  const remindAt = nextReminder(context.remindAfterMs, 0, now);
  return {
    ...{ held: [...sifted.held, ...held], planned, deliveries, members: grouping.members },
    outages: markTold(grouping.outages, outages, { planned, now }),
    told: planned
      .filter((one) => (one.reached && one.alert.event === "opened") || isKnown(one.alert))
      .map(({ alert }) => ({ incidentId: alert.incident.id, remindAt })),
  };
}

/** Outages that changed, those among them that are told now with the time of their next message. */
function markTold(
  changed: readonly OpenOutage[],
  known: ReadonlyMap<string, OpenOutage>,
  { planned, now }: { planned: Plan["planned"]; now: Instant },
): OpenOutage[] {
  const result = new Map(changed.map((outage) => [outage.id, outage]));
  for (const { alert, outageId, reached } of planned) {
    const outage = known.get(outageId ?? "");
    if (outage === undefined || !reached || alert.event === "resolved") continue;
    result.set(outage.id, { ...outage, toldAt: outage.toldAt ?? now, nextMessageAt: now + FOLLOW_UP_MS });
  }
  return [...result.values()];
}
