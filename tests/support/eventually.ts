import { setTimeout as wait } from "node:timers/promises";

/**
 * Asks again until the assertions hold; the last failure is thrown after `withinMs`. For what can only be asked for:
 * the state of another process. Where an event can be awaited, await it.
 */
export async function eventually(check: () => unknown, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await wait(Math.min(500, withinMs / 50));
  }
}
