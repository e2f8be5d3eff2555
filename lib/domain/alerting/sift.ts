import { groupBy } from "../group-by.ts";
import { TAKEN_BACK } from "../incident.ts";
import type { Instant } from "../time.ts";
import type { Hold, HoldReason } from "./hold.ts";
import { HOLD_RULES } from "./holds.ts";
import { type AlertingContext, isAlarm, type PendingAlert } from "./pending.ts";

/** What rules say of alerts: those that wait or are never told, alarms that may be told, and what else may. */
export type Sifted = {
  held: { alert: PendingAlert; hold: Hold }[];
  alarms: PendingAlert[];
  others: PendingAlert[];
};

/** Asks the rules about every alert. What follows an alarm shares its fate: nobody hears of the end of what they never heard of. */
export function sift(alerts: readonly PendingAlert[], context: AlertingContext, now: Instant): Sifted {
  const sifted: Sifted = { held: [], alarms: [], others: [] };
  for (const own of groupBy(alerts, ({ incident }) => incident.id).values()) {
    const alarm = own.find(({ event }) => event === "unstable") ?? own.find(isAlarm);
    const ofAll = alarm === undefined ? null : holdAlarm(alarm, context, now);
    for (const alert of own) {
      const stale = isStale(alert, own) ? whyHeld(alert) : null;
      const hold = ofAll ?? stale ?? (alert === alarm ? null : holdLater(alert, alarm !== undefined, context, now));
      if (hold !== null) sifted.held.push({ alert, hold });
      else if (alert === alarm) sifted.alarms.push(alert);
      else sifted.others.push(alert);
    }
  }
  return sifted;
}

/** Whoever was held back until the trouble was over has nothing to tell any more. */
function holdAlarm(alarm: PendingAlert, context: AlertingContext, now: Instant): Hold | null {
  const { resolvedAt, resolveReason } = alarm.incident;
  if (resolvedAt === null) return holdOf(alarm, context, now);
  if (resolveReason !== null && TAKEN_BACK.includes(resolveReason)) return forGood("withdrawn");
  const hold = holdOf(alarm, context, now);
  if (hold !== null) return { ...hold, until: null };
  return hasWaited(alarm) ? whyHeld(alarm) : null;
}

/** What is gathered for seconds is told all the same; a follow-up of an outage waits for as long as a minute. */
function hasWaited({ event, hold, incident }: PendingAlert): boolean {
  if (hold === "gathering") return event === "opened" && incident.outageId !== null;
  return hold !== null;
}

/** It waited for a window or an upstream until it was out of date: the trouble is over, or a newer one of its kind waits as well. */
function isStale({ event, hold, sequence, incident }: PendingAlert, own: readonly PendingAlert[]): boolean {
  if ((hold !== "window" && hold !== "upstream") || (event !== "changed" && event !== "reminder")) return false;
  return incident.resolvedAt !== null || own.some((other) => other.event === event && other.sequence > sequence);
}

/** What it waited for is why nobody was told. */
function whyHeld({ hold, holdDetail = null }: PendingAlert): Hold {
  return { ...forGood(hold ?? "passed"), detail: holdDetail };
}

function holdLater(alert: PendingAlert, withAlarm: boolean, context: AlertingContext, now: Instant): Hold | null {
  const { toldAt, resolvedAt } = alert.incident;
  if (!withAlarm && toldAt === null && alert.event !== "stable") return forGood("passed");
  // Its end says more than what changed before it.
  if (resolvedAt !== null && (alert.event === "changed" || alert.event === "reminder")) return forGood("passed");
  return holdOf(alert, context, now);
}

function holdOf(alert: PendingAlert, context: AlertingContext, now: Instant): Hold | null {
  for (const rule of HOLD_RULES) {
    const hold = rule(alert, context, now);
    if (hold !== null) return hold;
  }
  return null;
}

function forGood(reason: HoldReason): Hold {
  return { reason, until: null, detail: null };
}
