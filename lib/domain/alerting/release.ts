import { groupBy } from "../group-by.ts";
import type { JobAlertEvent } from "../incident.ts";
import type { Instant } from "../time.ts";
import type { Hold } from "./hold.ts";
import type { OpenOutage } from "./outage.ts";
import { holdFollowUp, type holdGathering, holdOther, holdRecovery } from "./pace.ts";
import { isKnown, type PendingAlert } from "./pending.ts";
import type { Sifted } from "./sift.ts";

/** What a pace is kept by. */
export type Pacing = {
  gathering: ReturnType<typeof holdGathering>;
  outageOf: (alert: PendingAlert) => OpenOutage | undefined;
  /** Of incidents: where the first of their alerts stands. */
  positions: ReadonlyMap<string, number>;
  now: Instant;
};

export type Released = {
  released: ReadonlySet<PendingAlert>;
  held: { alert: PendingAlert; hold: Hold }[];
};

/**
 * What leaves now of what may be told, and what waits for the others of its outage. A job that is in trouble again was so
 * before, and recovered: where its newest alarm leaves, all that came before it leaves as well, so that people hear it in order.
 */
export function release({ alarms, others, held: sifted }: Sifted, pacing: Pacing): Released {
  const { gathering, outageOf, positions, now } = pacing;
  const released = new Set<PendingAlert>();
  const held: Released["held"] = [];
  const holds = new Map<string, Hold>();
  const newest = new Map<string, number>();
  const position = ({ incident }: PendingAlert): number => positions.get(incident.id) ?? 0;
  const isBefore = (alert: PendingAlert): boolean => position(alert) < (newest.get(kindOf(alert)) ?? 0);

  for (const alarm of alarms.toReversed()) {
    const hold = gathering?.alarms.has(alarm) === true ? gathering.hold : paceAlarm(alarm, outageOf(alarm), now);
    if (hold === null || isBefore(alarm)) {
      released.add(alarm);
      if (!newest.has(kindOf(alarm))) newest.set(kindOf(alarm), position(alarm));
    } else {
      held.push({ alert: alarm, hold });
      holds.set(alarm.incident.id, hold);
    }
  }
  const inTrouble = waitingAlarms([...sifted, ...held]);
  const againOf = (alert: PendingAlert): Hold | null =>
    outageOf(alert) === undefined || isBefore(alert) ? null : findAgain(alert, inTrouble.get(kindOf(alert)) ?? []);
  const again = countAgain(others, { againOf, outageOf });
  const telling = tellingOf(released, outageOf);
  const firstAt = firstRecoveries(others, outageOf);
  for (const alert of others) {
    const outage = withAgain(outageOf(alert), again);
    const pace = paceOther(alert, { outage, telling, firstAt, now });
    const hold = holds.get(alert.incident.id) ?? holdAgain(againOf(alert)) ?? pace;
    if (hold === null || isBefore(alert)) {
      released.add(alert);
      tell(telling, alert, outage);
    } else {
      held.push({ alert, hold });
      holds.set(alert.incident.id, hold);
    }
  }
  return { released, held };
}

/** Alarms that people may still hear of, by `kindOf`. */
function waitingAlarms(held: Released["held"]): Map<string, Released["held"]> {
  const waiting = held.filter(({ alert, hold }) => alert.event === "opened" && hold.until !== null);
  return groupBy(waiting, ({ alert }) => kindOf(alert));
}

/** What the alarm waits for which says that a job that recovered is in trouble again. */
function findAgain({ event, incident }: PendingAlert, waiting: Released["held"]): Hold | null {
  if (event !== "resolved") return null;
  return waiting.find(({ alert }) => alert.incident.openedAt > incident.openedAt)?.hold ?? null;
}

/** A job that is in trouble again is not well: its end waits until people hear of that, or it is well after all. */
function holdAgain(again: Hold | null): Hold | null {
  return again === null ? null : { reason: "outage", until: again.until, detail: null };
}

/** By outage: how many of its jobs recovered and are in trouble again, of which people hear as soon as others are gathered. */
function countAgain(
  others: readonly PendingAlert[],
  { againOf, outageOf }: { againOf: (alert: PendingAlert) => Hold | null; outageOf: Pacing["outageOf"] },
): Map<string, number> {
  const again = others.filter((alert) => againOf(alert)?.reason === "gathering");
  const byOutage = groupBy(again, (alert) => outageOf(alert)?.id ?? "");
  return new Map([...byOutage].map(([id, own]) => [id, own.length]));
}

/** While a job of it is in trouble again an outage is not over: people hear of all ends at once. */
function withAgain(outage: OpenOutage | undefined, again: ReadonlyMap<string, number>): OpenOutage | undefined {
  return outage === undefined ? undefined : { ...outage, open: outage.open + (again.get(outage.id) ?? 0) };
}

/** Of each incident, in the order of its first alert. */
export function positionsOf(alerts: readonly PendingAlert[]): Map<string, number> {
  const positions = new Map<string, number>();
  for (const [position, { incident }] of alerts.entries()) {
    if (!positions.has(incident.id)) positions.set(incident.id, position);
  }
  return positions;
}

/** What people know already follows nothing that they were told. */
function paceAlarm(alarm: PendingAlert, outage: OpenOutage | undefined, now: Instant): Hold | null {
  return isKnown(alarm) ? null : holdFollowUp(outage, now);
}

/** A job has at most one open incident of a severity. */
function kindOf({ job, severity }: PendingAlert): string {
  return `${job.id} ${severity}`;
}

/** What each outage's next message tells, by its id. */
type Telling = Map<string, JobAlertEvent>;

function tellingOf(alerts: Iterable<PendingAlert>, outageOf: Pacing["outageOf"]): Telling {
  const telling: Telling = new Map();
  for (const alert of alerts) tell(telling, alert, outageOf(alert));
  return telling;
}

function tell(telling: Telling, { event }: PendingAlert, outage: OpenOutage | undefined): void {
  if (outage !== undefined && event !== "resolved") telling.set(outage.id, event);
}

type OutagePace = { outage: OpenOutage | undefined; telling: Telling; firstAt: ReadonlyMap<string, Instant> };

/** When the first recovery of each outage came about that is not told yet. */
function firstRecoveries(others: readonly PendingAlert[], outageOf: Pacing["outageOf"]): Map<string, Instant> {
  const firstAt = new Map<string, Instant>();
  for (const alert of others) {
    const id = outageOf(alert)?.id;
    if (id === undefined || alert.event !== "resolved") continue;
    firstAt.set(id, Math.min(firstAt.get(id) ?? alert.createdAt, alert.createdAt));
  }
  return firstAt;
}

function paceOther(alert: PendingAlert, { outage, telling, firstAt, now }: OutagePace & { now: Instant }): Hold | null {
  const id = outage?.id ?? "";
  if (alert.event === "resolved") return holdRecovery(outage, firstAt.get(id) ?? now, now);
  return holdFollowUp(outage, now) ?? holdOther(alert, { outage, telling: telling.get(id), now });
}
