import type { Millis } from "../domain/time.ts";

const STEPS = 40;

/**
 * Aborts once this process was awake for so long: of a turn of its event loop that took longer than a fortieth of it, or of a while
 * in which all of the machine was stopped, no more than that counts. Whoever could not hear an answer must not say that none came.
 */
export function abortAfterAwake(ms: Millis): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let left = STEPS;
  // However late it is, an interval fires once in a turn.
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    controller.abort();
  }, ms / STEPS).unref();
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}
