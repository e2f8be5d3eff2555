import { randomUUID } from "node:crypto";
import { SECOND } from "../../lib/domain/time.ts";
import { claimDeliveries, type ClaimedDelivery, type ClaimOrder } from "../../lib/store/deliveries.ts";
import { recordResults, type DeliveryResult, type Recorded } from "../../lib/store/deliveries-results.ts";
import { offsetClock, type TestDatabase } from "./database.ts";
import type { TestProject } from "./jobs.ts";
import { addProject } from "./outbox.ts";

// What a dispatcher does with the queue, without sending anything.

const HOOK = { url: "https://example.org/hook" };
const MAIL = { to: "ops@example.org" };

/** Begins anew with one project and two channels, a webhook and one for mail; the ids of these. */
export async function emptyQueue(database: TestDatabase): Promise<{ project: TestProject; one: string; two: string }> {
  await database.pool.query("TRUNCATE projects, users, alerts CASCADE");
  await offsetClock(database, 0);
  const { project, channelIds } = await addProject(database, [HOOK, MAIL]);
  const [one = "", two = ""] = channelIds;
  return { project, one, two };
}

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
