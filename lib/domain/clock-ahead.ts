import type { Draft } from "./draft.ts";
import type { Millis } from "./time.ts";

/** How far ahead the clock is of a machine whose runs are seen before their slots, as the latest show; at least. */
export function clockAhead({ memory }: Draft): Millis {
  let most = 0;
  for (const runs of [memory.openRuns, memory.recentRuns]) {
    for (const { slotAt, startedAt } of runs) {
      if (slotAt !== null && startedAt !== null) most = Math.max(most, slotAt - startedAt);
    }
  }
  return most;
}
