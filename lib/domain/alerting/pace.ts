import { MINUTE, SECOND, type Instant, type Millis } from "../time.ts";
import type { Hold } from "./hold.ts";
import type { OpenOutage } from "./outage.ts";
import type { PendingAlert } from "./pending.ts";

/** A first message waits at most so long from the earliest deadline. */
const GATHER_MS: Millis = 4 * SECOND;
/** While others may open at the same time it is looked again after this. */
const GATHER_POLL_MS: Millis = 100;
/** At most one follow-up in this time. */
export const FOLLOW_UP_MS: Millis = MINUTE;
/** Jobs of an outage that recover are told together, unless the rest of them takes longer than this. */
const STALL_MS: Millis = 5 * MINUTE;

/** While jobs wait for their verdicts, what opens now may be one trouble: all of it waits a little. */
export function holdGathering(alarms: readonly PendingAlert[], drained: boolean, now: Instant): Hold | null {
  if (alarms.length === 0 || drained) return null;
  const leaveAt = Math.min(...alarms.map(({ dueAt }) => dueAt)) + GATHER_MS;
  return now >= leaveAt ? null : until("gathering", Math.min(now + GATHER_POLL_MS, leaveAt));
}

/** What joins an outage that has been told waits for its next message. */
export function holdFollowUp(outage: OpenOutage | undefined, now: Instant): Hold | null {
  const at = outage?.nextMessageAt ?? null;
  return at === null || at <= now ? null : until("gathering", at);
}

/** Recoveries of an outage are told together: when all are in, or when no more came for a while. */
export function holdRecovery({ event }: PendingAlert, outage: OpenOutage | undefined, now: Instant): Hold | null {
  if (event !== "resolved" || outage === undefined || outage.open === 0) return null;
  const stalledAt = (outage.lastResolvedAt ?? now) + STALL_MS;
  return stalledAt <= now ? null : until("outage", stalledAt);
}

function until(reason: Hold["reason"], at: Instant): Hold {
  return { reason, until: at, detail: null };
}
