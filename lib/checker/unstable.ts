import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { AlertingContext, PendingAlert } from "../domain/alerting/pending.ts";
import { findUnstable, lookAgain } from "../domain/alerting/unstable.ts";
import type { Instant } from "../domain/time.ts";
import { inTransaction } from "../store/client.ts";
import type { Queryable } from "../store/queryable.ts";
import { claimUnstable, deleteUnstable, insertUnstable, loadOpenings, putOffUnstable } from "../store/unstable.ts";

/** What is planned, and what is known of it. */
export type Planning = { alerts: readonly PendingAlert[]; context: AlertingContext };

/**
 * Finds jobs that have become unstable with one of these alarms and notes it. @returns the alerts with those that say
 * so, right after the alarms in whose place they are, and the context that knows of them.
 */
export async function noteUnstable(client: Queryable, { alerts, context }: Planning, now: Instant): Promise<Planning> {
  const jobIds = alerts
    .filter(({ event, severity }) => event === "opened" && severity === "critical")
    .map(({ job }) => job.id)
    .filter((id) => !context.unstable.has(id));
  if (jobIds.length === 0) return { alerts, context };
  const history = await loadOpenings(client, [...new Set(jobIds)], now);
  const found = findUnstable(alerts, history, { context, now }).map((one) => ({ ...one, alertId: randomUUID() }));
  if (found.length === 0) return { alerts, context };
  await insertUnstable(client, found);
  const idOf = new Map(found.map(({ alarm, alertId }) => [alarm.id, alertId]));
  const unstable = new Map([
    ...context.unstable,
    ...found.map(({ alarm, since, windowMs }) => [alarm.job.id, { since, windowMs }] as const),
  ]);
  return {
    alerts: alerts.flatMap((alert) => {
      const id = idOf.get(alert.id);
      return id === undefined ? [alert] : [alert, { ...alert, id, event: "unstable", hold: null, holdDetail: null }];
    }),
    context: { ...context, unstable },
  };
}

/** Looks at unstable jobs that are due: those that have been calm for long enough are told to be stable again. */
export async function settleUnstable(pool: pg.Pool, clock: { now(): Instant }): Promise<void> {
  await inTransaction(pool, async (client) => {
    const now = clock.now();
    const due = await claimUnstable(client, now);
    const looked = due.map((job) => ({ jobId: job.jobId, end: lookAgain(job, now) }));
    const later = looked.flatMap(({ jobId, end }) =>
      end.kind === "unstable" ? [{ jobId, checkAt: end.checkAt }] : [],
    );
    if (later.length > 0) await putOffUnstable(client, later);
    const over = looked.filter(({ end }) => end.kind !== "unstable");
    if (over.length === 0) return;
    await deleteUnstable(client, {
      jobIds: over.map(({ jobId }) => jobId),
      tell: over.filter(({ end }) => end.kind === "stable").map(({ jobId }) => jobId),
    });
  });
}
