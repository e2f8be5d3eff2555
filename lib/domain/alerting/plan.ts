import type { JobAlertEvent } from "../incident.ts";
import type { Instant } from "../time.ts";
import { address, type PlannedDelivery } from "./address.ts";
import type { Hold } from "./hold.ts";
import { groupAlarms, type OpenOutage } from "./outage.ts";
import { FOLLOW_UP_MS, holdFollowUp, holdGathering, holdOther, holdRecovery } from "./pace.ts";
import type { AlertingContext, PendingAlert } from "./pending.ts";
import { nextReminder } from "./reminder.ts";
import { sift, type Sifted } from "./sift.ts";

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
  /** Incidents of which people hear for the first time. */
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
  const { released, held } = release(sifted, { gathering, outageOf, order: orderOf(alerts), now });
  const inOrder = alerts.filter((alert) => released.has(alert));
  const deliveries = address(inOrder, context, { now, newId, outageIdOf });
  const reached = new Set(deliveries.map(({ alert }) => alert.id));
  const planned = inOrder.map((alert) => ({ alert, outageId: outageIdOf(alert), reached: reached.has(alert.id) }));
  const remindAt = nextReminder(context.remindAfterMs, 0, now);
  return {
    ...{ held: [...sifted.held, ...held], planned, deliveries, members: grouping.members },
    outages: markTold(grouping.outages, outages, { planned, now }),
    told: planned
      .filter((one) => one.reached && one.alert.event === "opened")
      .map(({ alert }) => ({ incidentId: alert.incident.id, remindAt })),
  };
}

type Pacing = {
  gathering: ReturnType<typeof holdGathering>;
  outageOf: (alert: PendingAlert) => OpenOutage | undefined;
  /** Position of the first alert of its incident. */
  order: (alert: PendingAlert) => number;
  now: Instant;
};

/** What leaves now of what may be told, and what waits for the others of its outage. */
function release(
  { alarms, others }: Pick<Sifted, "alarms" | "others">,
  { gathering, outageOf, order, now }: Pacing,
): { released: ReadonlySet<PendingAlert>; held: Plan["held"] } {
  const released = new Set<PendingAlert>();
  const held: Plan["held"] = [];
  const waiting = new Map<string, Hold>();
  const telling = new Map<string, JobAlertEvent>();
  const decide = (alert: PendingAlert, hold: Hold | null) => {
    if (hold === null) released.add(alert);
    else held.push({ alert, hold });
    if (hold !== null) waiting.set(alert.incident.id, hold);
    const outage = hold === null && alert.event !== "resolved" ? outageOf(alert) : undefined;
    if (outage !== undefined) telling.set(outage.id, alert.event);
  };
  // Who is in trouble again was so before, and recovered: people hear of all that, in order.
  const again = new Map<string, number>();
  const isBefore = (alert: PendingAlert) => order(alert) < (again.get(kindOf(alert)) ?? 0);
  for (const alarm of alarms.toReversed()) {
    const paced = () => holdFollowUp(outageOf(alarm), now);
    const hold = gathering?.alarms.has(alarm) === true ? gathering.hold : paced();
    decide(alarm, isBefore(alarm) ? null : hold);
    if (released.has(alarm) && !again.has(kindOf(alarm))) again.set(kindOf(alarm), order(alarm));
  }
  for (const alert of others) {
    const outage = outageOf(alert);
    const paced = () =>
      holdFollowUp(outage, now) ?? holdOther(alert, { outage, telling: telling.get(outage?.id ?? ""), now });
    const hold = waiting.get(alert.incident.id) ?? (alert.event === "resolved" ? holdRecovery(outage, now) : paced());
    decide(alert, isBefore(alert) ? null : hold);
  }
  return { released, held };
}

/** A job has at most one open incident of a severity. */
function kindOf({ job, severity }: PendingAlert): string {
  return `${job.id} ${severity}`;
}

function orderOf(alerts: readonly PendingAlert[]): Pacing["order"] {
  const positions = new Map<string, number>();
  for (const [position, { incident }] of alerts.entries()) {
    if (!positions.has(incident.id)) positions.set(incident.id, position);
  }
  return ({ incident }) => positions.get(incident.id) ?? 0;
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
