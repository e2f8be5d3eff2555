"use client";

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { type Instant, type Millis, SECOND } from "../../lib/domain/time.ts";
import { ZONE_COOKIE } from "./zone-cookie.ts";
import { knownZone } from "./zoned.ts";

type Clock = {
  /** The server's time now, as far as this page can tell. */
  now(): Instant;
  /** What the page was rendered with; the first client render repeats it, so nothing differs while hydrating. */
  renderedAt: Instant;
  viewerZone: string;
};

const ClockContext = createContext<Clock>({ now: () => 0, renderedAt: 0, viewerZone: "UTC" });

/** Gives everything below the server's time and the viewer's zone. The zone comes from a cookie, so that pages arrive in it. */
export function ClockProvider(props: { renderedAt: Instant; zone: string | null; children: ReactNode }) {
  const { renderedAt, zone, children } = props;
  const [viewerZone, setViewerZone] = useState(knownZone(zone ?? "UTC"));
  // Measured once: later renders of the layout carry later times, but the difference between the clocks stays.
  const [offset] = useState(() => (typeof window === "undefined" ? 0 : renderedAt - Date.now()));

  useEffect(() => {
    const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (browserZone === viewerZone) return;
    document.cookie = `${ZONE_COOKIE}=${encodeURIComponent(browserZone)}; path=/; max-age=31536000; samesite=lax`;
    setViewerZone(knownZone(browserZone));
  }, [viewerZone]);

  const clock = useMemo<Clock>(
    () => ({ now: () => Date.now() + offset, renderedAt, viewerZone }),
    [offset, renderedAt, viewerZone],
  );
  return <ClockContext.Provider value={clock}>{children}</ClockContext.Provider>;
}

export function useViewerZone(): string {
  return useContext(ClockContext).viewerZone;
}

const tickers = new Map<Millis, { listeners: Set<() => void>; timer: ReturnType<typeof setInterval> }>();

function subscribeTo(every: Millis): (listener: () => void) => () => void {
  return (listener) => {
    const ticker = tickers.get(every) ?? startTicker(every);
    ticker.listeners.add(listener);
    return () => {
      ticker.listeners.delete(listener);
      if (ticker.listeners.size > 0) return;
      clearInterval(ticker.timer);
      tickers.delete(every);
    };
  };
}

function startTicker(every: Millis) {
  const listeners = new Set<() => void>();
  const timer = setInterval(() => listeners.forEach((listener) => listener()), every);
  const ticker = { listeners, timer };
  tickers.set(every, ticker);
  return ticker;
}

const subscriptions = new Map<Millis, ReturnType<typeof subscribeTo>>();

/** The time now in steps of `every`; everything that asks for the same step changes together. */
export function useNow(every: Millis = SECOND): Instant {
  const clock = useContext(ClockContext);
  const subscribe = subscriptions.get(every) ?? subscribeTo(every);
  subscriptions.set(every, subscribe);
  return useSyncExternalStore(
    subscribe,
    () => Math.floor(clock.now() / every) * every,
    () => clock.renderedAt,
  );
}
