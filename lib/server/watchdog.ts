import { createLoop, type Sleep } from "../checker/loop.ts";
import type { Config } from "../config.ts";
import { DeliveryError } from "../delivery/channel.ts";
import { openHttpSender, type HttpSender } from "../delivery/http.ts";
import { MINUTE, SECOND, type Instant, type Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { Health } from "./health.ts";

/** `held`: not called, because something here is not well. */
export type WatchdogCall = "taken" | "failed" | "held";

export type Watchdog = {
  start(): void;
  /** Gives up a call under way; none follows. */
  stop(): Promise<void>;
};

export type WatchdogOptions = {
  /** Who waits for a sign of life: WATCHDOG_URL. */
  url: string;
  health: Pick<Health, "report">;
  clock: { now(): Instant };
  log: Logger;
  onCall?: (call: WatchdogCall) => void;
  sleep?: Sleep;
  callWithinMs?: Millis;
};

const EVERY_MS: Millis = MINUTE;
const CALL_WITHIN_MS: Millis = 10 * SECOND;

/**
 * Calls an address every minute as long as the loops of this process turn and its database answers; whoever is called
 * raises the alarm when the calls stop. The first one comes after a minute, so that a process which keeps dying never calls.
 */
export function createWatchdog(options: WatchdogOptions): Watchdog {
  const { health, clock, log, onCall, sleep } = options;
  // Any address: who sets the environment of this process owns the machine, and mostly has the watcher in their own network.
  const sender = openHttpSender({ allows: () => true }, options.callWithinMs ?? CALL_WITHIN_MS);
  const firstAt = clock.now() + EVERY_MS;
  let said: string | null = null;

  /** Trouble is logged when it begins and when it ends, not every minute. */
  function tell(call: WatchdogCall, trouble: string | null): void {
    onCall?.(call);
    if (trouble !== null && said === null) log.warn({ reason: trouble }, WORDS[call]);
    if (trouble === null && said !== null) log.info("the watchdog is called again");
    said = trouble;
  }

  const loop = createLoop({
    name: "watchdog",
    clock,
    log,
    pollMs: EVERY_MS,
    sleep,
    async turn(signal) {
      if (clock.now() < firstAt) return firstAt;
      const dueAt = clock.now() + EVERY_MS;
      const { reasons } = await health.report();
      if (reasons.length > 0) tell("held", reasons.join(" "));
      else {
        const trouble = await callOnce(sender, options.url, signal);
        if (!signal.aborted) tell(trouble === null ? "taken" : "failed", trouble);
      }
      return dueAt;
    },
  });
  return {
    start: () => loop.start(),
    async stop() {
      await loop.stop();
      await sender.close();
    },
  };
}

/**
 * Starts to call. Null where nobody is to be called, or where nothing is done whose end would go unseen: missing pings
 * and pages are noticed.
 */
export function openWatchdog({
  config,
  ...options
}: Omit<WatchdogOptions, "url"> & { config: Config }): Watchdog | null {
  const { watchdogUrl: url, roles } = config;
  if (url === null || !(roles.has("sweep") || roles.has("deliver"))) return null;
  const watchdog = createWatchdog({ ...options, url });
  watchdog.start();
  return watchdog;
}

const WORDS: Readonly<Record<WatchdogCall, string>> = {
  taken: "the watchdog was called",
  failed: "the watchdog cannot be called",
  held: "the watchdog is not called until this is repaired",
};

/** @returns what is wrong, null where the call was taken. The address may be a secret and is never part of it. */
async function callOnce(sender: HttpSender, url: string, signal: AbortSignal): Promise<string | null> {
  try {
    const { status } = await sender.call({ method: "GET", url, headers: {}, body: "", signal });
    return status >= 200 && status < 300 ? null : `It answered with status ${status}.`;
  } catch (error) {
    if (error instanceof DeliveryError) return error.answer;
    throw error;
  }
}
