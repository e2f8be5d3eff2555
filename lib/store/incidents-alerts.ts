import type { OnlyIf } from "../domain/alerting/channel-rules.ts";
import type { HoldReason } from "../domain/alerting/hold.ts";
import type { AlertEvent } from "../domain/incident.ts";
import type { Instant } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";

export type DeliveryState = "pending" | "sending" | "sent" | "dead" | "dropped";

export type AlertRecord = {
  id: string;
  event: AlertEvent;
  at: Instant;
  runNumber: number | null;
  /** Why it waits or why nobody was told; null: it was given to channels, or is about to be. */
  hold: HoldReason | null;
  /** For people: the name of the window or the job that it waits for. */
  holdDetail: string | null;
  /** While it waits: when it is looked at again. */
  planAt: Instant | null;
};

export type DeliveryRecord = {
  id: string;
  ordinal: number;
  alertId: string;
  incidentId: string | null;
  projectId: string | null;
  jobId: string | null;
  jobName: string | null;
  event: AlertEvent;
  channelId: string | null;
  to: string;
  kind: string | null;
  state: DeliveryState;
  attempts: number;
  lastError: string | null;
  createdAt: Instant;
  sentAt: Instant | null;
  nextAttemptAt: Instant;
  onlyIf: OnlyIf;
};

type Row = Omit<DeliveryRecord, "createdAt" | "sentAt" | "nextAttemptAt"> & {
  createdAt: Date;
  sentAt: Date | null;
  nextAttemptAt: Date;
};

const SELECT = `SELECT d.id, d.ordinal, d.alert_id AS "alertId", CASE WHEN j.project_id IS NOT NULL THEN a.incident_id END AS "incidentId",
  a.project_id AS "projectId", CASE WHEN j.project_id IS NOT NULL THEN j.id END AS "jobId", j.name AS "jobName", a.event, d.channel_id AS "channelId", coalesce(c.name, d.recipient) AS "to",
  c.kind, d.state, d.attempts, d.last_error AS "lastError", d.created_at AS "createdAt", d.sent_at AS "sentAt",
  d.next_attempt_at AS "nextAttemptAt", d.only_if AS "onlyIf"
  FROM deliveries d JOIN alerts a ON a.id = d.alert_id LEFT JOIN channels c ON c.id = d.channel_id
  LEFT JOIN jobs j ON j.id = d.job_id`;

export type DeliveryFilter = {
  projectId: string;
  /** Null: in any state. */
  states: readonly DeliveryState[] | null;
  /** Only those written before this ordinal. */
  before: number | null;
  /** Null: all of them. */
  limit: number | null;
};

/** Newest first. */
export async function listDeliveryRecords(database: Queryable, filter: DeliveryFilter): Promise<DeliveryRecord[]> {
  const { rows } = await database.query<Row>(
    `${SELECT} WHERE a.project_id = $1 AND ($2::text[] IS NULL OR d.state = ANY ($2))
       AND ($3::bigint IS NULL OR d.ordinal < $3)
     ORDER BY d.ordinal DESC LIMIT $4`,
    [filter.projectId, filter.states, filter.before, filter.limit],
  );
  return rows.map(recordOf);
}

export async function findDeliveryRecord(database: Queryable, deliveryId: string): Promise<DeliveryRecord | null> {
  const { rows } = await database.query<Row>(`${SELECT} WHERE d.id = $1`, [deliveryId]);
  const [row] = rows;
  return row === undefined ? null : recordOf(row);
}

/** What was said about these incidents, oldest first; with `runNumber` only what is about that run. */
export async function listAlertRecords(
  database: Queryable,
  incidentIds: readonly string[],
  runNumber: number | null,
): Promise<AlertRecord[]> {
  const { rows } = await database.query<Omit<AlertRecord, "at" | "planAt"> & { at: Date; planAt: Date | null }>(
    `SELECT id, event, created_at AS at, (facts ->> 'runNumber')::bigint AS "runNumber", hold,
       hold_detail AS "holdDetail", plan_at AS "planAt" FROM alerts
     WHERE incident_id = ANY ($1::uuid[]) AND ($2::bigint IS NULL OR (facts ->> 'runNumber')::bigint = $2)
     ORDER BY created_at, sequence, id LIMIT 500`,
    [incidentIds, runNumber],
  );
  return rows.map((row) => ({ ...row, at: instantOf(row.at), planAt: instantOf(row.planAt) }));
}

export async function listDeliveriesOfAlerts(
  database: Queryable,
  alertIds: readonly string[],
): Promise<DeliveryRecord[]> {
  const { rows } = await database.query<Row>(`${SELECT} WHERE d.alert_id = ANY ($1::uuid[]) ORDER BY d.ordinal`, [
    alertIds,
  ]);
  return rows.map(recordOf);
}

function recordOf(row: Row): DeliveryRecord {
  return {
    ...row,
    createdAt: instantOf(row.createdAt),
    sentAt: instantOf(row.sentAt),
    nextAttemptAt: instantOf(row.nextAttemptAt),
  };
}
