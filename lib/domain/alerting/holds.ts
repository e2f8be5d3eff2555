import { MINUTE, type Millis } from "../time.ts";
import type { Hold, HoldRule } from "./hold.ts";
import { isEnd } from "./pending.ts";
import { windowAt } from "./window.ts";

/** A person said that they want to hear no more of it. Its end goes to receivers only that would keep it open for ever. */
const muted: HoldRule = (alert) =>
  alert.incident.mutedAt === null || alert.event === "opened" || isEnd(alert) ? null : forGood("muted");

/** The end is told all the same; a snooze that is over is what a reminder is for. */
const snoozed: HoldRule = ({ incident, event }, _context, now) => {
  if (event !== "changed" && event !== "reminder") return null;
  const asleep = incident.snoozedUntilSuccess || (incident.snoozedUntil ?? now) > now;
  return asleep ? forGood("snoozed") : null;
};

/** What was told already may end at any time: its end wakes nobody who did not know. All else waits for the window's end. */
const window: HoldRule = ({ event, job }, { windows }, now) => {
  const found = event === "resolved" || event === "stable" ? null : windowAt(windows, job, now);
  return found === null ? null : { reason: "window", until: found.until, detail: found.window.name };
};

/**
 * How often it is looked whether an upstream is up again, beside at once when its end is planned; and what a job has after that
 * to come right by itself.
 */
const UPSTREAM_POLL_MS: Millis = 2 * MINUTE;
const AFTER_UPSTREAM_MS: Millis = 5 * MINUTE;

/** Without its upstream a job cannot do its work: the upstream's alarm is enough, unless the job stays in trouble after it. */
const upstream: HoldRule = ({ event, job }, { upstreams }, now) => {
  if (event !== "opened" && event !== "changed") return null;
  for (const id of job.upstreamIds) {
    const known = upstreams.get(id);
    if (known === undefined) continue;
    if (known.upAt === null) return { reason: "upstream", until: now + UPSTREAM_POLL_MS, detail: known.name };
    const until = known.upAt + AFTER_UPSTREAM_MS;
    if (until > now) return { reason: "upstream", until, detail: known.name };
  }
  return null;
};

/** Of an unstable job people hear where it stays down for this part of its window. */
const STAYS_DOWN = 1 / 5;

/** That it is unstable was told in place of this. What is told because it stays down ends as any other. */
const unstable: HoldRule = ({ event, severity, job, incident }, context, now) => {
  const known = context.unstable.get(job.id);
  if (known === undefined || severity !== "critical" || incident.openedAt < known.since) return null;
  if (event === "unstable" || event === "stable" || incident.toldAt !== null) return null;
  if (event !== "opened") return forGood("unstable");
  const until = incident.openedAt + known.windowMs * STAYS_DOWN;
  return until <= now ? null : { reason: "unstable", until, detail: null };
};

/** Asked in this order; the first that applies is the reason that people see. */
export const HOLD_RULES: readonly HoldRule[] = [muted, snoozed, window, upstream, unstable];

function forGood(reason: Hold["reason"]): Hold {
  return { reason, until: null, detail: null };
}
