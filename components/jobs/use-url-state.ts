"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

type Values<K extends string> = Partial<Record<K, string | null>>;

/** Parts of the address's query as state: the page keeps them through reloads and links, and no visit of the server is made. */
export function useUrlState<K extends string>(names: readonly K[]): [Values<K>, (change: Values<K>) => void] {
  const params = useSearchParams();
  const values: Values<K> = {};
  for (const name of names) values[name] = params.get(name);

  const change = useCallback((wanted: Values<K>) => {
    const next = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries<string | null | undefined>(wanted)) {
      if (value === null || value === undefined || value === "") next.delete(name);
      else next.set(name, value);
    }
    const query = next.size === 0 ? "" : `?${next}`;
    window.history.replaceState(null, "", `${window.location.pathname}${query}`);
  }, []);

  return [values, change];
}
