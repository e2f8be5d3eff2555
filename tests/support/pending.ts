import type { OpenOutage } from "../../lib/domain/alerting/outage.ts";
import type { AlertIncident, AlertingContext, AlertJob, PendingAlert } from "../../lib/domain/alerting/pending.ts";
import type { Instant } from "../../lib/domain/time.ts";

export const NOW: Instant = Date.UTC(2026, 2, 1, 3);

type Changes = Partial<Omit<PendingAlert, "job" | "incident">> & {
  job?: Partial<AlertJob>;
  incident?: Partial<AlertIncident>;
};

/** An alarm of a job by that name, whose incident opened now. */
export function pending(name: string, { job, incident, ...changes }: Changes = {}): PendingAlert {
  const openedAt = incident?.openedAt ?? NOW;
  return {
    ...{
      id: `${name}-${changes.event ?? "opened"}`,
      event: "opened",
      sequence: 1,
      createdAt: openedAt,
      dueAt: openedAt,
    },
    ...{ severity: "critical", cause: "failed", hold: null },
    ...changes,
    job: { id: name, name, tags: [], host: null, channelIds: null, upstreamIds: [], ...job },
    incident: {
      ...{ id: `incident of ${name}`, openedAt, resolvedAt: null, resolveReason: null, acknowledgedAt: null },
      ...{ snoozedUntil: null, snoozedUntilSuccess: false, mutedAt: null, toldAt: null, outageId: null },
      ...incident,
    },
  };
}

/** The end of an incident of which people have heard. */
export function recovery(name: string, { incident, ...changes }: Changes = {}): PendingAlert {
  const ended = { resolvedAt: NOW, resolveReason: "recovered", toldAt: NOW - 1, ...incident } as const;
  return pending(name, { event: "resolved", sequence: 2, ...changes, incident: ended });
}

/** A quiet project with one channel, `ops`. */
export function contextOf(changes: Partial<AlertingContext> = {}): AlertingContext {
  const quiet = {
    channels: [{ id: "ops", keepsIncidents: false, rules: {} }],
    fallback: [],
    outages: [],
    alone: [],
    drained: true,
    dueJobs: 100,
  };
  const rest = {
    upstreams: new Map(),
    heard: new Map(),
    partly: new Map(),
    windows: [],
    unstable: new Map(),
    remindAfterMs: null,
  };
  return { ...quiet, ...rest, ...changes };
}

export function outageOf(changes: Partial<OpenOutage> = {}): OpenOutage {
  return {
    ...{ id: "outage", kind: "host", host: "db-03", openedAt: NOW, latestAt: NOW, toldAt: NOW, nextMessageAt: null },
    ...{ open: 2, total: 2, lastResolvedAt: null },
    ...changes,
  };
}

/** Names `new 1`, `new 2` … */
export function counter(): () => string {
  let count = 0;
  return () => `new ${(count += 1)}`;
}
