import type { Draft } from "./draft.ts";
import type { Run } from "./run.ts";
import type { Instant, Millis } from "./time.ts";

/** A run that goes on for so many times as long as the longest of late will hardly end any more. */
const STILL_PLAUSIBLE = 3;

/** How long a run may well take, going by the latest whose start was seen; null where there was none. */
export function plausibleDuration({ memory }: Draft): Millis | null {
  let longest: Millis | null = null;
  for (const { durationMs, startSeen } of memory.recentRuns) {
    if (startSeen && durationMs !== null) longest = Math.max(longest ?? 0, durationMs);
  }
  return longest === null ? null : STILL_PLAUSIBLE * longest;
}

/** Whether an open run may well end at `at`: it is inside its limit and takes about as long as others of late. */
export function mayEnd(draft: Draft, run: Run, at: Instant): boolean {
  const plausible = plausibleDuration(draft);
  return plausible !== null && run.outcome === "running" && at <= (run.startedAt ?? at) + plausible;
}
