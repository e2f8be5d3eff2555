import type { Draft } from "./draft.ts";
import type { Millis } from "./time.ts";

/** How far ahead the clock is of a machine that starts runs before their slots, as the latest runs show. */
export function clockAhead({ memory }: Draft): Millis {
  let most = 0;
  for (const runs of [memory.openRuns, memory.recentRuns]) {
    for (const { slotAt, startedAt, startSeen } of runs) {
      if (slotAt !== null && startedAt !== null && startSeen) most = Math.max(most, slotAt - startedAt);
    }
  }
  return most;
}
