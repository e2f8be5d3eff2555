/** Those with more to do than they may do at once wait here for their next turn. */
export type Turns<T> = {
  /** Waits behind those who wait already, once. */
  add(one: T): void;
};

/**
 * Gives each in line its turn, `atOnce` of them in one turn of the event loop, so that whatever they do, the process hears of its
 * database, its timers and its other clients in between.
 */
export function createTurns<T>(atOnce: number, give: (one: T) => void): Turns<T> {
  const line = new Set<T>();
  let isRunning = false;

  function run(): void {
    // Whoever comes again meanwhile waits for the next one.
    let left = Math.min(atOnce, line.size);
    for (const one of line) {
      if (left-- === 0) break;
      line.delete(one);
      give(one);
    }
    isRunning = line.size > 0;
    if (isRunning) setImmediate(run);
  }

  return {
    add(one) {
      line.add(one);
      if (isRunning) return;
      isRunning = true;
      setImmediate(run);
    },
  };
}
