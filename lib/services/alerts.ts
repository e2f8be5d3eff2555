import type { OnlyIf } from "../domain/alerting/channel-rules.ts";
import { groupBy } from "../domain/group-by.ts";
import type { AlertEvent } from "../domain/incident.ts";
import type { Instant } from "../domain/time.ts";
import { type AttemptRecord, listAttempts } from "../store/delivery-attempts.ts";
import {
  type AlertRecord,
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
  /** It was put off, and leaves only if this still holds then. */
  onlyIf: OnlyIf;
};

/** One send as it went. */
export type AttemptRow = Omit<AttemptRecord, "deliveryId">;

/** One thing people should have heard of, and what became of it over each channel. */
export type AlertRow = AlertRecord & {
  /** With every attempt, oldest first. */
  deliveries: (DeliveryRow & { log: AttemptRow[] })[];
};

/** What was said about these incidents and whether it arrived; with `runNumber` only what is about that run. */
export async function listAlerts(
  database: Queryable,
  incidentIds: readonly string[],
  runNumber: number | null = null,
): Promise<AlertRow[]> {
  const alerts = await listAlertRecords(database, incidentIds, runNumber);
  const alertIds = alerts.map((alert) => alert.id);
  const rows = (await listDeliveriesOfAlerts(database, alertIds)).map(deliveryRowOf);
  const rowIds = rows.map(({ id }) => id);
  const logs = groupBy(await listAttempts(database, rowIds), ({ deliveryId }) => deliveryId);
  const deliveries = groupBy(
    rows.map((row) => ({ ...row, log: (logs.get(row.id) ?? []).map(attemptOf) })),
    ({ alertId }) => alertId,
  );
  return alerts.map((alert) => ({ ...alert, deliveries: deliveries.get(alert.id) ?? [] }));
}

function attemptOf({ attempt, startedAt, finishedAt, accepted, status, answer }: AttemptRecord): AttemptRow {
  return { attempt, startedAt, finishedAt, accepted, status, answer };
}

export function deliveryRowOf(record: DeliveryRecord): DeliveryRow {
  const { id, alertId, incidentId, jobId, jobName, event, channelId, to, kind, state, attempts, lastError } = record;
  const { createdAt, sentAt, onlyIf } = record;
  const nextAttemptAt = state === "pending" ? record.nextAttemptAt : null;
  return {
    ...{ id, alertId, incidentId, jobId, jobName, event, channelId, to, kind, state, attempts, lastError },
    ...{ createdAt, sentAt, nextAttemptAt, onlyIf },
  };
}
