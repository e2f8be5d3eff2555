import type { Millis } from "../domain/time.ts";

/** Knows when nothing is being answered any more. */
export function countExchanges() {
  let open = 0;
  const waiting: (() => void)[] = [];
  return {
    begin(): void {
      open += 1;
    },
    end(): void {
      open -= 1;
      if (open === 0) for (const resolve of waiting.splice(0)) resolve();
    },
    async idle(patienceMs: Millis): Promise<void> {
      if (open === 0) return;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        setTimeout(resolve, patienceMs).unref();
      });
    },
  };
}
