import type { Millis } from "../domain/time.ts";

/** Knows who is being answered. */
export type Answering<T> = {
  /** To be called whenever that may have changed. */
  note(one: T, isAnswered: boolean): void;
  /** Resolves when nobody is any more, or after `patienceMs`. */
  idle(patienceMs: Millis): Promise<void>;
};

export function createAnswering<T>(): Answering<T> {
  const answering = new Set<T>();
  const waiting: (() => void)[] = [];
  return {
    note(one, isAnswered) {
      if (isAnswered) answering.add(one);
      else if (answering.delete(one) && answering.size === 0) for (const resolve of waiting.splice(0)) resolve();
    },
    async idle(patienceMs) {
      if (answering.size === 0) return;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        setTimeout(resolve, patienceMs).unref();
      });
    },
  };
}
