import { randomUUID } from "node:crypto";
import { SECOND } from "../../lib/domain/time.ts";
import { claimDeliveries, type ClaimedDelivery, type ClaimOrder } from "../../lib/store/deliveries.ts";
import { recordResults, type DeliveryResult, type Recorded } from "../../lib/store/deliveries-results.ts";
import type { TestDatabase } from "./database.ts";

// What a dispatcher does with the queue, without sending anything.

export const LEASE = 30 * SECOND;

export const SENT = { state: "sent", at: Date.UTC(2025, 0, 1) } as const;

export const DEAD = {
  state: "dead",
  error: "404 no_service",
  refused: true,
  verdict: "✗ FAILED · x",
  kindLabel: "Webhook",
} as const;

/** Takes all that is due, unless it is told otherwise. */
export function claim({ pool }: TestDatabase, changes: Partial<ClaimOrder> = {}): Promise<ClaimedDelivery[]> {
  const room = { otherwise: 100, named: new Map<string, number>() };
  return claimDeliveries(pool, { limit: 100, lanes: room, kinds: room, leaseMs: LEASE, ...changes });
}

/** `message`: null where nothing was sent. */
export function result(
  claimed: { id: string; attempt: number },
  outcome: DeliveryResult["outcome"],
  message: Partial<NonNullable<DeliveryResult["message"]>> | null = {},
): DeliveryResult {
  const blank = { id: randomUUID(), startedAt: 1, finishedAt: 2, accepted: outcome.state === "sent", status: 200 };
  return {
    id: claimed.id,
    attempt: claimed.attempt,
    outcome,
    message: message === null ? null : { ...blank, answer: "ok", externalId: null, ...message },
  };
}

/** Where people can be reached by mail. */
export function record({ pool }: TestDatabase, ...results: DeliveryResult[]): Promise<Recorded> {
  return recordResults(pool, results, { mailWorks: true });
}
