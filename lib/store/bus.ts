import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";

export type BusChannel = "belfry_check" | "belfry_plan" | "belfry_deliver" | "belfry_cache" | "belfry_live";

export type BusListener = (payload: string) => void;

/** Wakes loops and clears caches in every process on this database, this one included. */
export type Bus = {
  /**
   * The payload is "" after the connection was lost and made again: anything may have been missed.
   * @returns stops listening.
   */
  on(channel: BusChannel, listener: BusListener): () => void;
  /** Resolves when the database has it; while the connection is away it is kept and sent afterwards. Never rejects. */
  publish(channel: BusChannel, payload?: string): Promise<void>;
  close(): Promise<void>;
};

type Notice = { channel: BusChannel; payload: string };

type Listeners = ReadonlyMap<BusChannel, Set<BusListener>>;

const CHANNELS: readonly BusChannel[] = [
  "belfry_check",
  "belfry_plan",
  "belfry_deliver",
  "belfry_cache",
  "belfry_live",
];
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const ANSWER_TIMEOUT_MS = 5_000;
/** A connection that a firewall dropped in silence is noticed by asking. */
const PROBE_MS = 15_000;
/** Kept while away; of more the oldest are dropped, and the safety polls of the loops make up for it. */
const KEPT_NOTICES = 1_000;

/**
 * One connection for LISTEN and NOTIFY.
 * @throws where the first connection fails; later failures only make it connect again.
 */
export async function openBus(url: string, log: Logger): Promise<Bus> {
  const listeners: Listeners = new Map(CHANNELS.map((channel) => [channel, new Set()]));
  const kept = new Map<string, Notice>();
  const closing = new AbortController();
  const connect = (): Promise<pg.Client> =>
    listen(url, { onNotice: (notice) => tell(listeners, notice, log), onLost: reconnect });
  let client: pg.Client | null = null;
  let connecting: Promise<void> = Promise.resolve();
  client = await connect();
  const probe = setInterval(() => client !== null && check(client, reconnect), PROBE_MS).unref();

  function reconnect(which: pg.Client, reason: string): void {
    if (client !== which || closing.signal.aborted) return;
    client = null;
    log.warn({ reason }, "notifications of the database are away; connecting again");
    void which.end().catch(() => null);
    connecting = tryOn(connect, closing.signal).then(useAgain);
  }

  async function useAgain(fresh: pg.Client | null): Promise<void> {
    client = fresh;
    if (fresh === null) return;
    log.info("notifications of the database are back");
    for (const channel of CHANNELS) tell(listeners, { channel, payload: "" }, log);
    await Promise.all([...kept.values()].map(send));
  }

  async function send(notice: Notice): Promise<void> {
    const key = `${notice.channel} ${notice.payload}`;
    kept.delete(key);
    try {
      if (client === null) throw new Error("away");
      await client.query("SELECT pg_notify($1, $2)", [notice.channel, notice.payload]);
    } catch {
      kept.set(key, notice);
      const [oldest] = kept.keys();
      if (kept.size > KEPT_NOTICES && oldest !== undefined) kept.delete(oldest);
    }
  }

  return {
    on(channel, listener) {
      listeners.get(channel)?.add(listener);
      return () => void listeners.get(channel)?.delete(listener);
    },
    publish: (channel, payload = "") => send({ channel, payload }),
    async close() {
      closing.abort();
      clearInterval(probe);
      await connecting;
      await client?.end().catch(() => null);
      client = null;
    },
  };
}

async function listen(
  url: string,
  events: { onNotice: (notice: Notice) => void; onLost: (client: pg.Client, reason: string) => void },
): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "belfry bus",
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  });
  client.on("error", (error) => events.onLost(client, messageOf(error)));
  client.on("end", () => events.onLost(client, "the connection ended"));
  client.on("notification", ({ channel: name, payload = "" }) => {
    const channel = CHANNELS.find((known) => known === name);
    if (channel !== undefined) events.onNotice({ channel, payload });
  });
  try {
    await client.connect();
    await client.query(CHANNELS.map((channel) => `LISTEN ${channel}`).join("; "));
    return client;
  } catch (error) {
    void client.end().catch(() => null);
    throw error;
  }
}

/** Null where `closing` came first. */
async function tryOn(connect: () => Promise<pg.Client>, closing: AbortSignal): Promise<pg.Client | null> {
  for (let pauseMs = FIRST_PAUSE_MS; !closing.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    await sleep(pauseMs, null, { signal: closing }).catch(() => null);
    const client = closing.aborted ? null : await connect().catch(() => null);
    if (client !== null) return client;
  }
  return null;
}

function check(client: pg.Client, onLost: (client: pg.Client, reason: string) => void): void {
  client.query("SELECT 1").catch((error: unknown) => onLost(client, messageOf(error)));
}

function tell(listeners: Listeners, { channel, payload }: Notice, log: Logger): void {
  for (const listener of listeners.get(channel) ?? []) {
    try {
      listener(payload);
    } catch (error) {
      log.error({ err: error, channel }, "a listener for notifications failed");
    }
  }
}
