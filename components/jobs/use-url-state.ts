"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";

type Values<K extends string> = Partial<Record<K, string | null>>;

/**
 * Parts of the address's query as state: the page keeps them through reloads and links, and no visit of the server is
 * made. The router repeats what is written here only after a while, so its echoes must not undo what was typed since.
 */
export function useUrlState<K extends string>(names: readonly K[]): [Values<K>, (change: Values<K>) => void] {
  const query = useSearchParams().toString();
  const [values, setValues] = useState(() => read(query, names));
  const written = useRef<string[]>([]);

  useEffect(() => {
    const place = written.current.indexOf(query);
    // An echo; what was written before it will not come any more.
    if (place !== -1) written.current = written.current.slice(place + 1);
    else setValues(read(query, names));
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the names never change
  }, [query]);

  const change = useCallback((wanted: Values<K>) => {
    const next = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries<string | null | undefined>(wanted)) {
      if (value === null || value === undefined || value === "") next.delete(name);
      else next.set(name, value);
    }
    const text = next.toString();
    setValues((before) => ({ ...before, ...wanted }));
    if (text === new URLSearchParams(window.location.search).toString()) return;
    written.current.push(text);
    window.history.replaceState(null, "", `${window.location.pathname}${text === "" ? "" : `?${text}`}`);
  }, []);

  return [values, change];
}

function read<K extends string>(query: string, names: readonly K[]): Values<K> {
  const params = new URLSearchParams(query);
  const values: Values<K> = {};
  for (const name of names) values[name] = params.get(name);
  return values;
}
