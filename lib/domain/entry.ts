import type { Draft } from "./draft.ts";
import type { Ping, PingDisposition } from "./ping.ts";
import type { Run } from "./run.ts";
import type { Place } from "./slots.ts";
import type { Instant } from "./time.ts";
import { uncountBad, withdrawBad } from "./verdicts.ts";

/** A ping on its way into the books: `at` is the time it speaks of, `received` when it came. */
export type Entry = { ping: Ping; at: Instant; received: Instant };

export type Booking = { disposition: PingDisposition; run: Run | null };

export const IGNORED: Booking = { disposition: "ignored", run: null };

/** The verdict that gave way to this run no longer counts; one that the ping's own time refutes is withdrawn. */
export function takeBack(
  draft: Draft,
  place: Place,
  run: Run,
  { good, received }: { good: boolean; received: Instant },
): void {
  if (place.replaced !== "missed") return;
  if (place.contradicted && good) withdrawBad(draft, "missed", run, received);
  else uncountBad(draft);
}

/** The output of a run after this ping. */
export function outputOf(ping: Ping, run: Run | null): Run["output"] {
  return ping.hasBody ? { pingId: ping.id, receivedAt: ping.receivedAt } : (run?.output ?? null);
}
