import type { Loop } from "../checker/loop.ts";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { Bus } from "../store/bus.ts";
import type { Database } from "../store/client.ts";
import type { DatabaseClock } from "../store/clock.ts";
import type { EmbeddedPostgres } from "../store/embedded.ts";
import type { Forwarder } from "./forward.ts";
import type { Front } from "./front.ts";
import type { Health } from "./health.ts";
import type { Pages } from "./pages.ts";
import type { Watchdog } from "./watchdog.ts";

/** What a server has opened so far. */
export type Parts = {
  embedded: EmbeddedPostgres | null;
  health: Health | null;
  front: Front | null;
  database: Database | null;
  clock: DatabaseClock | null;
  bus: Bus | null;
  watch: { stop(): Promise<void> } | null;
  pings: { close(): Promise<void> } | null;
  mail: { close(patienceMs: Millis): Promise<void> } | null;
  loops: Loop[];
  watchdog: Watchdog | null;
  channels: { close(): Promise<void> } | null;
  pages: Pages | null;
  forwarder: Forwarder | null;
};

export function noParts(): Parts {
  return {
    embedded: null,
    health: null,
    front: null,
    database: null,
    clock: null,
    bus: null,
    watch: null,
    pings: null,
    mail: null,
    loops: [],
    watchdog: null,
    channels: null,
    pages: null,
    forwarder: null,
  };
}

// Together below the ten seconds in which a server has promised to be gone; PostgreSQL gets what is left.
const ANSWER_WITHIN_MS: Millis = 2 * SECOND;
const FINISH_WITHIN_MS: Millis = 4 * SECOND;
const CLOSE_WITHIN_MS: Millis = 0.5 * SECOND;

/**
 * Stops in the order in which nothing is lost: no new requests, answer and store the pings that are here, let running
 * sends end, then the pages, the connections, and PostgreSQL last. A part that fails to stop does not keep the others.
 */
export async function stopParts(parts: Parts, log: Logger): Promise<void> {
  const { front, pings, mail, loops, pages, forwarder, channels, health, watch, bus, database, embedded } = parts;
  const { watchdog } = parts;
  const within = (ms: Millis, name: string, work: () => Promise<unknown> | undefined) =>
    stopWithin(ms, { name, work, log });

  front?.refuse();
  // Ends the live updates of open pages: they would last for ever.
  forwarder?.close();
  await Promise.all([
    within(ANSWER_WITHIN_MS, "the store of pings", () => pings?.close()),
    front?.idle(ANSWER_WITHIN_MS),
    // Before the loops that it vouches for.
    within(ANSWER_WITHIN_MS, "the watchdog", () => watchdog?.stop()),
    within(ANSWER_WITHIN_MS, "the port for mail", () => mail?.close(ANSWER_WITHIN_MS - CLOSE_WITHIN_MS)),
  ]);
  await Promise.all([
    ...loops.map((loop) => within(FINISH_WITHIN_MS, `the ${loop.name} loop`, () => loop.stop())),
    within(FINISH_WITHIN_MS, "the process of the pages", () => pages?.stop(FINISH_WITHIN_MS - CLOSE_WITHIN_MS)),
  ]);
  await within(CLOSE_WITHIN_MS, "the front", () => front?.close());
  health?.stop();
  await within(CLOSE_WITHIN_MS, "the channels", () => channels?.close());
  await within(CLOSE_WITHIN_MS, "the watch", () => watch?.stop());
  await within(CLOSE_WITHIN_MS, "the bus", () => bus?.close());
  await within(CLOSE_WITHIN_MS, "the pool", () => database?.close());
  await embedded?.stop();
}

async function stopWithin(
  ms: Millis,
  { name, work, log }: { name: string; work: () => Promise<unknown> | undefined; log: Logger },
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log.warn({ ms }, `${name} took too long to stop`);
      resolve();
    }, ms);
  });
  const stopped = Promise.resolve()
    .then(work)
    .catch((error: unknown) => log.error({ err: error }, `${name} could not be stopped`));
  await Promise.race([stopped, late]);
  clearTimeout(timer);
}
