"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";

/** Keys, or two keys in a row such as `g j`. */
export type Shortcuts = Readonly<Record<string, () => void>>;

const STORE_KEY = "belfry-shortcuts";
const PAIR_WITHIN = 1_000;
const listeners = new Set<() => void>();

/** Single-key shortcuts can be switched off: speech input and stray keys would set them off (WCAG 2.1.4). */
export function useShortcutsOn(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    readOn,
    () => true,
  );
  return [on, writeOn];
}

function readOn(): boolean {
  try {
    return window.localStorage.getItem(STORE_KEY) !== "off";
  } catch {
    return true;
  }
}

function writeOn(on: boolean): void {
  try {
    window.localStorage.setItem(STORE_KEY, on ? "on" : "off");
  } catch {
    // Storage may be forbidden; then the switch lasts for this page only.
  }
  for (const listener of listeners) listener();
}

/** Listens for keys while nobody types in a field and no dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    let before: { key: string; at: number } | null = null;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !readOn()) return;
      if (isTyping(event.target) || document.querySelector("[role=dialog],[role=menu]") !== null) return;
      const pair = before !== null && event.timeStamp - before.at < PAIR_WITHIN ? `${before.key} ${event.key}` : "";
      before = { key: event.key, at: event.timeStamp };
      const action = latest.current[pair] ?? latest.current[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** A box that is ticked takes no letters. */
const TYPING = "input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable=true]";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(TYPING) !== null;
}
