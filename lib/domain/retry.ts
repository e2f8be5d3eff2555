import { DAY, MINUTE, SECOND, type Instant, type Millis } from "./time.ts";

/** Pauses after the first, second, … failed attempt; the last one repeats. */
const PAUSES: readonly Millis[] = [
  1 * SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  1 * MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  30 * MINUTE,
];

/** How long after the first attempt there are further ones. */
export const RETRY_WINDOW: Millis = DAY;

export type FailedAttempt = {
  /** Attempts made so far, this one included. */
  attempts: number;
  firstAttemptAt: Instant;
  now: Instant;
  /** What the receiver asked for; null where it did not say. */
  retryAfterMs: Millis | null;
  /** 0 ≤ random < 1: spreads attempts so that receivers do not get them all at once. */
  random: number;
};

/**
 * When to try again after a temporary failure: about 1 s, 5 s, 15 s … up to every 30 min (each ± 20 %), never before the
 * receiver's Retry-After, for 24 h. The last attempt stands at the end of the 24 h, whatever the receiver asked for.
 */
export function nextAttempt(failed: FailedAttempt): Instant | "give up" {
  const { attempts, firstAttemptAt, now, retryAfterMs, random } = failed;
  const lastChanceAt = firstAttemptAt + RETRY_WINDOW;
  if (now >= lastChanceAt) return "give up";
  const pause = PAUSES[Math.min(Math.max(attempts, 1), PAUSES.length) - 1] ?? 0;
  const ownPause = pause * (0.8 + 0.4 * random);
  const askedPause = (retryAfterMs ?? 0) * (1 + 0.1 * random);
  return Math.min(lastChanceAt, now + Math.round(Math.max(ownPause, askedPause)));
}
