import { setTimeout as sleep } from "node:timers/promises";
import { bringUp, stopPostgres, type LaunchOptions, type Postgres } from "./embedded-process.ts";

export type Supervised = {
  pid(): number;
  onExit(listener: (code: number | null) => void): void;
  stop(): Promise<void>;
};

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** One that lived this long was healthy: the next restart is not delayed. */
const HEALTHY_MS = 30_000;

/** Keeps PostgreSQL running until `stop`: one that ends is started again, with a growing pause where it keeps ending. */
export function supervise(first: Postgres, options: LaunchOptions): Supervised {
  const { log } = options;
  const listeners: ((code: number | null) => void)[] = [];
  const stopping = new AbortController();
  let current = first;
  const kept = keep();

  async function keep(): Promise<void> {
    let pauseMs = 0;
    for (;;) {
      const since = performance.now();
      const code = await current.exited;
      if (stopping.signal.aborted) return;
      log.error({ code, pid: current.pid }, "the embedded PostgreSQL has ended; starting it again");
      for (const listener of listeners) listener(code);
      if (performance.now() - since > HEALTHY_MS) pauseMs = 0;
      const next = await startAgain(pauseMs);
      if (next === null) return;
      current = next;
      pauseMs = longer(pauseMs);
      if (stopping.signal.aborted) await stopPostgres(current);
    }
  }

  /** Null where `stop` came first. */
  async function startAgain(firstPauseMs: number): Promise<Postgres | null> {
    for (let pauseMs = firstPauseMs; ; pauseMs = longer(pauseMs)) {
      await sleep(pauseMs, null, { signal: stopping.signal }).catch(() => null);
      if (stopping.signal.aborted) return null;
      try {
        const postgres = await bringUp(options);
        log.info({ pid: postgres.pid }, "the embedded PostgreSQL runs again");
        return postgres;
      } catch (error) {
        log.error({ err: error }, "the embedded PostgreSQL could not be started again; trying on");
      }
    }
  }

  return {
    pid: () => current.pid,
    onExit: (listener) => void listeners.push(listener),
    stop: async () => {
      stopping.abort();
      await stopPostgres(current);
      await kept;
    },
  };
}

function longer(pauseMs: number): number {
  return Math.min(Math.max(2 * pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
}
