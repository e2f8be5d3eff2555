import type { AlertEvent } from "../domain/incident.ts";
import type { Instant } from "../domain/time.ts";

export type DeliveryState = "pending" | "sending" | "sent" | "dead" | "dropped";

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
