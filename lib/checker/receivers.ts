import type { Attempt } from "../delivery/attempt.ts";
import { FAILURES_OF_DEAD, restAfter } from "../domain/breaker.ts";
import { SECOND, type Instant, type Millis } from "../domain/time.ts";

/** How receivers fare, one lane each. */
export type Receivers = {
  /** Those of these lanes of which nothing is known yet. */
  unknownOf(lanes: readonly string[]): string[];
  /** What is on record of lanes that were unknown; those that are missing in it fare well. @returns those in trouble. */
  recall(lanes: readonly string[], onRecord: ReadonlyMap<string, { failures: number; at: Instant }>): string[];
  /** Books how a send ended. */
  note(lane: string, ended: Attempt): Verdict;
  /** Until when a lane is to be left alone; null: it is not. */
  restsUntil(lane: string): Instant | null;
  /** Lanes to be left alone now. */
  resting(): string[];
};

/** `fine`: it answers. `back`: it did not for long, and does again. `trouble`: not before `until`, one at a time. */
export type Verdict = { state: "fine" | "back" } | { state: "trouble"; until: Instant };

/** A receiver that asks for more is asked again after this. */
const LONGEST_REST: Millis = 3_600 * SECOND;
const LANES_REMEMBERED = 20_000;

export function createReceivers({
  clock,
  random,
}: {
  clock: { now(): Instant };
  /** 0 ≤ random < 1. */
  random: () => number;
}): Receivers {
  const known = new Set<string>();
  /** Temporary failures in a row, of lanes that have any. */
  const failing = new Map<string, number>();
  const rests = new Map<string, Instant>();

  function rest(lane: string, until: Instant): void {
    if (until > clock.now()) rests.set(lane, Math.max(rests.get(lane) ?? 0, until));
  }

  function restsUntil(lane: string): Instant | null {
    const until = rests.get(lane);
    if (until === undefined || until > clock.now()) return until ?? null;
    rests.delete(lane);
    return null;
  }

  return {
    restsUntil,
    resting: () => [...rests.keys()].filter((lane) => restsUntil(lane) !== null),
    unknownOf: (lanes) => [...new Set(lanes)].filter((lane) => !known.has(lane)),
    recall(lanes, onRecord) {
      if (known.size > LANES_REMEMBERED) known.clear();
      for (const lane of lanes) {
        known.add(lane);
        const last = onRecord.get(lane);
        if (last === undefined || failing.has(lane)) continue;
        failing.set(lane, last.failures);
        rest(lane, last.at + restAfter(last.failures, random()));
      }
      return lanes.filter((lane) => failing.has(lane));
    },
    note(lane, ended) {
      const before = failing.get(lane) ?? 0;
      // A mistake of ours says nothing of the receiver.
      if (!ended.accepted && ended.bug !== null) return { state: "fine" };
      if (ended.accepted || ended.permanent) {
        failing.delete(lane);
        rests.delete(lane);
        return { state: ended.accepted && before >= FAILURES_OF_DEAD ? "back" : "fine" };
      }
      failing.set(lane, before + 1);
      const asked = Math.min(ended.retryAfterMs ?? 0, LONGEST_REST);
      const until = clock.now() + Math.max(asked, restAfter(before + 1, random()));
      rest(lane, until);
      return { state: "trouble", until };
    },
  };
}
