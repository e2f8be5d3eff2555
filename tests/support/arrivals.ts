/** A list whose growth can be awaited. */
export type Arrivals<T> = { readonly all: T[]; add(item: T): void; reached(count: number): Promise<void> };

export function createArrivals<T>(): Arrivals<T> {
  const all: T[] = [];
  const waiting = new Set<{ count: number; resolve: () => void }>();
  return {
    all,
    add(item) {
      all.push(item);
      for (const waiter of waiting) {
        if (all.length < waiter.count) continue;
        waiting.delete(waiter);
        waiter.resolve();
      }
    },
    reached(count) {
      if (all.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.add({ count, resolve }));
    },
  };
}
