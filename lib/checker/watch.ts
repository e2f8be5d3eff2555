import { hostname } from "node:os";
import type pg from "pg";
import type { Gap } from "../domain/state.ts";
import { SECOND, type Instant, type Millis } from "../domain/time.ts";
import { AppError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { findNewestBeat, insertHeartbeat, type StoredGap } from "../store/gaps.ts";
import { BEGIN, commit, runAll, withClient } from "../store/pipeline.ts";

/** Knows whether somebody was listening. Nothing is recorded and no deadline judged before it says so. */
export type Watch = {
  /**
   * Cheap while the last sign of life is fresh. Else it writes one, and with it the gap that lies behind us.
   * Rejects where the database is away, or where no process takes pings at all.
   */
  ensureFresh(): Promise<void>;
  /** Up to here somebody was listening: no deadline after it may be judged. Ask after `ensureFresh`. */
  heardUntil(): Instant;
  /** Gives a last sign of life and no more: a restart that follows soon is no gap. */
  stop(): Promise<void>;
};

export type WatchOptions = {
  pool: pg.Pool;
  clock: DatabaseClock;
  log: Logger;
  /** A UUID, new for each start. */
  processId: string;
  roles: ReadonlySet<string>;
  /** Called once for each gap of 15 s or more, inside the transaction that writes it. */
  onGap: (client: pg.PoolClient, gap: StoredGap) => Promise<unknown>;
  steadyNow?: () => Millis;
};

const BEAT_MS: Millis = 2 * SECOND;
/** Silence of this length is a gap. */
const GAP_MS: Millis = 5 * SECOND;
/** From this length on nobody can know what happened in it, and operators hear of it. */
const BLINDING_GAP_MS: Millis = 15 * SECOND;
const TIME_LIMIT_MS: Millis = 4 * SECOND;

/** Gives signs of life from now on. */
export function openWatch(options: WatchOptions): Watch {
  const { pool, clock, log, processId, roles, onGap, steadyNow = () => performance.now() } = options;
  const process_ = { processId, host: hostname(), pid: process.pid, roles: [...roles] };
  const takesPings = roles.has("pings");
  let beatAt = -Infinity;
  /** The newest sign of a process that takes pings; only asked for where this one takes none. */
  let newest: Instant | null = null;
  let beating: Promise<void> | null = null;
  let away = false;
  const timer = setInterval(() => void beatQuietly(), BEAT_MS).unref();

  async function beat(): Promise<void> {
    const begunAt = steadyNow();
    const signal = AbortSignal.timeout(TIME_LIMIT_MS);
    const gap = await withClient(pool, signal, async (client) => {
      await runAll(client, [BEGIN]);
      const written = await insertHeartbeat(client, { process: process_, gapMs: GAP_MS });
      if (written !== null && lengthOf(written) >= BLINDING_GAP_MS) await onGap(client, written);
      await commit(client, []);
      return written;
    });
    if (gap !== null) tell(gap);
    await clock.refresh();
    beatAt = begunAt;
  }

  function tell(gap: Gap): void {
    const facts = { from: new Date(gap.from).toISOString(), to: new Date(gap.to).toISOString(), ms: lengthOf(gap) };
    if (lengthOf(gap) < BLINDING_GAP_MS) log.info(facts, "Nobody took pings for a moment");
    else log.warn(facts, "Nobody took pings for a while: what was due then ends unknown, not missed");
  }

  /** At most one at a time; whoever asks meanwhile gets the same. */
  function beatOnce(): Promise<void> {
    beating ??= beat().finally(() => (beating = null));
    return beating;
  }

  async function beatQuietly(): Promise<void> {
    try {
      await beatOnce();
      if (away) log.info("The database is back");
      away = false;
    } catch (error) {
      if (!away) log.warn({ reason: messageOf(error) }, "No sign of life could be written; trying again");
      away = true;
    }
  }

  return {
    async ensureFresh() {
      if (steadyNow() - beatAt > GAP_MS) await beatOnce();
      if (takesPings) return;
      newest = await findNewestBeat(pool);
      if (newest === null || clock.now() - newest > GAP_MS) {
        throw new AppError("unavailable", "No process takes pings at the moment, so no deadline can be judged.");
      }
    },
    heardUntil: () => (takesPings ? clock.now() : (newest ?? -Infinity)),
    async stop() {
      clearInterval(timer);
      await beatOnce().catch((error: unknown) => log.warn({ reason: messageOf(error) }, "No last sign of life"));
    },
  };
}

function lengthOf(gap: Gap): Millis {
  return gap.to - gap.from;
}
