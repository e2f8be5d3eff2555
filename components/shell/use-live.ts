"use client";

import { useEffect, useRef, useState } from "react";
import { SECOND } from "../../lib/domain/time.ts";

export type LiveState = "connecting" | "live" | "lost";

const COALESCE = 100;
const LEAST_GAP = 400;
const HIDDEN_POLL = 30 * SECOND;

/**
 * Calls `onChange` soon after something changed in the project, twice a second at most, and after every
 * stretch in which changes may have been missed. A hidden tab gives its connection back (browsers allow six a host) and
 * asks every 30 s instead.
 */
export function useLive(projectId: string, onChange: () => void): LiveState {
  const [state, setState] = useState<LiveState>("connecting");
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });

  useEffect(() => {
    const signal = createSignal(() => latest.current());
    let source: EventSource | null = null;
    let poll: ReturnType<typeof setInterval> | null = null;
    let missed = false;

    const open = () => {
      source = new EventSource(`/api/live?project=${encodeURIComponent(projectId)}`);
      source.addEventListener("open", () => {
        setState("live");
        if (missed) signal.raise();
        missed = true;
      });
      source.addEventListener("change", signal.raise);
      source.addEventListener("error", () => {
        setState("lost");
        // A refused connection is closed for good by the browser: try again ourselves.
        if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, 3 * SECOND);
      });
    };
    let retry: ReturnType<typeof setTimeout> | null = null;
    const close = () => {
      source?.close();
      source = null;
      if (retry !== null) clearTimeout(retry);
    };
    const onVisibility = () => {
      if (poll !== null) clearInterval(poll);
      poll = null;
      close();
      if (document.hidden) poll = setInterval(signal.raise, HIDDEN_POLL);
      else open();
    };

    if (document.hidden) poll = setInterval(signal.raise, HIDDEN_POLL);
    else open();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      if (poll !== null) clearInterval(poll);
      close();
      signal.stop();
    };
  }, [projectId]);

  return state;
}

/** Runs `work` shortly after a raise, and never twice within the least gap. */
function createSignal(work: () => void): { raise(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let lastAt = -Infinity;
  return {
    raise() {
      if (timer !== null) return;
      const wait = Math.max(COALESCE, lastAt + LEAST_GAP - performance.now());
      timer = setTimeout(() => {
        timer = null;
        lastAt = performance.now();
        work();
      }, wait);
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
