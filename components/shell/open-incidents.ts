"use client";

import { useEffect, useSyncExternalStore } from "react";

/** What a live page counted since the frame was rendered; null: nothing newer. */
let counted: number | null = null;
const listeners = new Set<() => void>();

function set(count: number | null): void {
  if (count === counted) return;
  counted = count;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells the frame how many incidents are open, for a page that knows it better than the last rendering. */
export function useTellOpenIncidents(count: number): void {
  useEffect(() => {
    set(count);
    return () => set(null);
  }, [count]);
}

/** The number of open incidents: what a live page tells, else what was rendered. */
export function useOpenIncidents(rendered: number): number {
  return useSyncExternalStore(
    subscribe,
    () => counted ?? rendered,
    () => rendered,
  );
}
