import type { JobAlertEvent } from "../incident.ts";
import { MINUTE, SECOND, type Instant, type Millis } from "../time.ts";
import type { Hold } from "./hold.ts";
import type { OpenOutage } from "./outage.ts";
import type { PendingAlert } from "./pending.ts";

/** A first message waits at most so long from the earliest deadline. */
export const GATHER_MS: Millis = 4 * SECOND;
/** While others may open at the same time it is looked again after this. */
const GATHER_POLL_MS: Millis = 100;
/** At most one follow-up in this time. */
export const FOLLOW_UP_MS: Millis = MINUTE;
/** Jobs of an outage that recover are told together, unless the rest of them takes longer than this. */
const STALL_MS: Millis = 5 * MINUTE;
/** However many more of them recover meanwhile, the first waits for the others no longer than this. */
const LONGEST_STALL_MS: Millis = 15 * MINUTE;

/**
 * While jobs wait for their verdicts, what opens now may be one trouble: all of it waits a little. What waited for another
 * reason before, or is of an outage already, neither waits nor counts. @returns the hold of each of `alarms` that waits.
 */
export function holdGathering(
  alarms: readonly PendingAlert[],
  drained: boolean,
  now: Instant,
): { alarms: ReadonlySet<PendingAlert>; hold: Hold } | null {
  const fresh = alarms.filter(isFresh);
  if (fresh.length === 0 || drained) return null;
  const leaveAt = fresh.reduce((earliest, { dueAt }) => Math.min(earliest, dueAt), Infinity) + GATHER_MS;
  if (now >= leaveAt) return null;
  return { alarms: new Set(fresh), hold: until("gathering", Math.min(now + GATHER_POLL_MS, leaveAt)) };
}

function isFresh({ hold, incident }: PendingAlert): boolean {
  return (hold === null || hold === "gathering") && incident.outageId === null;
}

/** What joins an outage that has been told waits for its next message, unless it is over: then all is told now. */
export function holdFollowUp(outage: OpenOutage | undefined, now: Instant): Hold | null {
  const at = outage?.nextMessageAt ?? null;
  return at === null || at <= now || outage?.open === 0 ? null : until("gathering", at);
}

/** One message of an outage at a time: while it tells one thing of its jobs, another one waits for the next. */
export function holdOther(
  { event }: PendingAlert,
  { outage, telling, now }: { outage: OpenOutage | undefined; telling: JobAlertEvent | undefined; now: Instant },
): Hold | null {
  if (telling === undefined || telling === event || outage?.open === 0) return null;
  return until("gathering", now + FOLLOW_UP_MS);
}

/**
 * Recoveries of an outage are told together: when all are in, when no more came for a while, or when the first that is not
 * told yet (`firstAt`) has waited for long enough.
 */
export function holdRecovery(outage: OpenOutage | undefined, firstAt: Instant, now: Instant): Hold | null {
  if (outage === undefined || outage.open === 0) return null;
  const stalledAt = Math.min((outage.lastResolvedAt ?? now) + STALL_MS, firstAt + LONGEST_STALL_MS);
  return stalledAt <= now ? null : until("outage", stalledAt);
}

function until(reason: Hold["reason"], at: Instant): Hold {
  return { reason, until: at, detail: null };
}
