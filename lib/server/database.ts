import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { SECOND, type Millis } from "../domain/time.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";

const FIRST_PAUSE_MS: Millis = 500;
const LONGEST_PAUSE_MS: Millis = 5 * SECOND;

export type Patience = { pool: pg.Pool; log: Logger; signal: AbortSignal };

/**
 * Does `work` once the database answers, however long that takes; again from its beginning where the database goes away
 * in between. Each new reason for waiting is logged once.
 * @throws what `work` throws while the database answers, and an AbortError once `signal` aborts.
 */
export async function whenReachable<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  for (;;) {
    await waitForDatabase(patience);
    try {
      return await work();
    } catch (error) {
      if ((await findFailure(patience.pool)) === null) throw error;
      patience.log.warn({ err: error }, "the database went away; trying again when it is back");
    }
  }
}

async function waitForDatabase({ pool, log, signal }: Patience): Promise<void> {
  let told: string | null = null;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const failure = await findFailure(pool);
    if (failure === null) return;
    if (failure !== told) log.error({ reason: failure }, "the database cannot be reached; trying until it can");
    told = failure;
    await sleep(pauseMs, undefined, { signal });
  }
}

async function findFailure(pool: pg.Pool): Promise<string | null> {
  return pool.query("SELECT 1").then(
    () => null,
    (error: unknown) => messageOf(error) || "the connection was refused",
  );
}
