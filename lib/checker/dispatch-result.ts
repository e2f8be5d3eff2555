import { randomUUID } from "node:crypto";
import type { Attempt } from "../delivery/attempt.ts";
import { nextAttempt } from "../domain/retry.ts";
import type { Instant } from "../domain/time.ts";
import type { DeliveryResult } from "../store/deliveries-results.ts";

/** One send as it happened. */
export type Sent = {
  id: string;
  /** Number of the attempt. */
  attempt: number;
  firstAttemptAt: Instant;
  startedAt: Instant;
  finishedAt: Instant;
  ended: Attempt;
  /** First line of the message, and what people call the channel's kind: for telling of a dead letter. */
  verdict: string;
  kindLabel: string;
  /** What leaves with it and is not told: see `DeliveryResult`. */
  left: readonly { id: string; reason: string }[];
};

/** What a send comes to: sent, tried again later, or given up. `random`: see `nextAttempt`. */
export function resultOf(sent: Sent, random: number): DeliveryResult {
  const { id, attempt, startedAt, finishedAt, ended, left } = sent;
  const { accepted, status, answer } = ended;
  const externalId = ended.accepted ? ended.externalId : null;
  const message = { id: randomUUID(), startedAt, finishedAt, accepted, status, answer, externalId };
  return { id, attempt, outcome: outcomeOf(sent, random), message, ...(left.length > 0 ? { left } : {}) };
}

function outcomeOf(sent: Sent, random: number): DeliveryResult["outcome"] {
  const { attempt, firstAttemptAt, finishedAt, ended, verdict, kindLabel } = sent;
  if (ended.accepted) return { state: "sent", at: finishedAt };
  const error = ended.status === null ? ended.answer : `${ended.status} ${ended.answer}`;
  const letter = { error, verdict, kindLabel };
  if (ended.permanent) return { state: "dead", refused: true, ...letter };
  const { retryAfterMs } = ended;
  const at = nextAttempt({ attempts: attempt, firstAttemptAt, now: finishedAt, retryAfterMs, random });
  return at === "give up" ? { state: "dead", refused: false, ...letter } : { state: "retry", at, error };
}
