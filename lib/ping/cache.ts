/** What was looked up lately: bounded, and at most `ttlMs` old. */
export type Cache<V> = {
  /** @param now Of any steady clock, milliseconds. */
  get(key: string, now: number): V | undefined;
  set(key: string, value: V, now: number): void;
  /** Sets what `change` makes of the value until now. */
  update(key: string, change: (before: V | undefined) => V, now: number): void;
  delete(key: string): void;
  /** Forgets every entry of which `matches` says so. */
  forget(matches: (key: string, value: V) => boolean): void;
  clear(): void;
};

type Entry<V> = { value: V; until: number };

/**
 * Two halves take turns: entries asked for move to the young half, and when that is full the old half goes. So a get
 * costs one look-up mostly, and what nobody asked for lately goes first.
 */
export function createCache<V>({ size, ttlMs }: { size: number; ttlMs: number }): Cache<V> {
  let young = new Map<string, Entry<V>>();
  let old = new Map<string, Entry<V>>();

  function put(key: string, entry: Entry<V>): void {
    if (young.size >= size / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, entry);
  }

  return {
    get(key, now) {
      const entry = young.get(key);
      if (entry !== undefined) return entry.until > now ? entry.value : undefined;
      const aged = old.get(key);
      if (aged === undefined || aged.until <= now) return undefined;
      put(key, aged);
      return aged.value;
    },
    set(key, value, now) {
      const entry = young.get(key);
      if (entry === undefined) return put(key, { value, until: now + ttlMs });
      entry.value = value;
      entry.until = now + ttlMs;
    },
    update(key, change, now) {
      const entry = young.get(key);
      const before = entry ?? old.get(key);
      const value = change(before !== undefined && before.until > now ? before.value : undefined);
      if (entry === undefined) return put(key, { value, until: now + ttlMs });
      entry.value = value;
      entry.until = now + ttlMs;
    },
    delete(key) {
      young.delete(key);
      old.delete(key);
    },
    forget(matches) {
      for (const half of [young, old]) {
        for (const [key, { value }] of half) if (matches(key, value)) half.delete(key);
      }
    },
    clear() {
      young.clear();
      old.clear();
    },
  };
}
