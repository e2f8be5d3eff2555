import { SECOND, type Millis } from "./time.ts";

/** After so many temporary failures in a row a receiver is taken for dead, and only asked now and then. */
export const FAILURES_OF_DEAD = 5;

/** Between two of these questions. The last one repeats: whoever comes back is noticed soon. */
const PAUSES: readonly Millis[] = [5 * SECOND, 10 * SECOND, 20 * SECOND, 30 * SECOND];

/**
 * How long a receiver is left alone after so many failures in a row; 0: not at all.
 * @param random 0 ≤ random < 1: spreads the questions (± 20 %).
 */
export function restAfter(failures: number, random: number): Millis {
  if (failures < FAILURES_OF_DEAD) return 0;
  const pause = PAUSES[Math.min(failures - FAILURES_OF_DEAD, PAUSES.length - 1)] ?? 0;
  return Math.round(pause * (0.8 + 0.4 * random));
}
