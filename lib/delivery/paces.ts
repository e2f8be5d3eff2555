import { MINUTE, SECOND, type Millis } from "../domain/time.ts";

/** What a service takes over one address: at most `count` messages that begin within any `withinMs`. */
export type Pace = { count: number; withinMs: Millis };

/**
 * Limits that services state of themselves, or are known to hold. Whoever sends faster is answered 429, and after a while
 * shut out. Kinds that are not here run on people's own servers, or take more than we ever send.
 */
const PACES: Readonly<Record<string, Pace>> = {
  // Of one webhook; short bursts above it are forgiven.
  slack: { count: 1, withinMs: 1 * SECOND },
  // Of one webhook; what was refused counts as well.
  discord: { count: 5, withinMs: 2 * SECOND },
  teams: { count: 4, withinMs: 1 * SECOND },
  // Of one space, over all who write to it.
  "google-chat": { count: 1, withinMs: 1 * SECOND },
  // Of one chat.
  telegram: { count: 1, withinMs: 1 * SECOND },
  // Of one integration key.
  pagerduty: { count: 120, withinMs: 1 * MINUTE },
  // Of one sending number; what is above it waits in Twilio's own queue.
  twilio: { count: 1, withinMs: 1 * SECOND },
  // Of one token, for what others are notified of.
  github: { count: 1, withinMs: 1 * SECOND },
};

/** Null: as fast as we can. */
export function paceOf(kind: string): Pace | null {
  return PACES[kind] ?? null;
}
