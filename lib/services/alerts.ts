import type { AlertEvent } from "../domain/incident.ts";
import type { Instant } from "../domain/time.ts";
import {
  type DeliveryRecord,
  type DeliveryState,
  listAlertRecords,
  listDeliveriesOfAlerts,
} from "../store/incidents-alerts.ts";
import type { Queryable } from "../store/queryable.ts";

export type DeliveryRow = {
  id: string;
  alertId: string;
  incidentId: string | null;
  jobId: string | null;
  jobName: string | null;
  event: AlertEvent;
  channelId: string | null;
  /** The channel's name, or the address of an operator. */
  to: string;
  kind: string | null;
  state: DeliveryState;
  attempts: number;
  lastError: string | null;
  createdAt: Instant;
  sentAt: Instant | null;
  /** While pending: when it is tried next. */
  nextAttemptAt: Instant | null;
};

/** One thing people should have heard of, and what became of it over each channel. */
export type AlertRow = {
  id: string;
  event: AlertEvent;
  at: Instant;
  /** The run it is about. */
  runNumber: number | null;
  deliveries: DeliveryRow[];
};

/** What was said about these incidents and whether it arrived; with `runNumber` only what is about that run. */
export async function listAlerts(
  database: Queryable,
  incidentIds: readonly string[],
  runNumber: number | null = null,
): Promise<AlertRow[]> {
  const alerts = await listAlertRecords(database, incidentIds, runNumber);
  const deliveries = (
    await listDeliveriesOfAlerts(
      database,
      alerts.map((alert) => alert.id),
    )
  ).map(deliveryRowOf);
  return alerts.map((alert) => ({ ...alert, deliveries: deliveries.filter((row) => row.alertId === alert.id) }));
}

export function deliveryRowOf(record: DeliveryRecord): DeliveryRow {
  const { id, alertId, incidentId, jobId, jobName, event, channelId, to, kind, state, attempts, lastError } = record;
  const { createdAt, sentAt } = record;
  const nextAttemptAt = state === "pending" ? record.nextAttemptAt : null;
  return {
    ...{ id, alertId, incidentId, jobId, jobName, event, channelId, to, kind, state, attempts, lastError },
    ...{ createdAt, sentAt, nextAttemptAt },
  };
}
