import { setTimeout as wait } from "node:timers/promises";

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/**
 * Asks again, soon and then less often, until the assertions hold; the last failure is thrown after `withinMs`. For what
 * can only be asked for: the state of another process. Where an event can be awaited, await it.
 */
export async function eventually(check: () => unknown, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  const longestMs = Math.min(LONGEST_PAUSE_MS, withinMs / 50);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await wait(Math.min(pauseMs, longestMs));
  }
}
