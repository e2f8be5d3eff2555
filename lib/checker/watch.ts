import { hostname } from "node:os";
import type pg from "pg";
import type { Gap } from "../domain/state.ts";
import { SECOND, type Instant, type Millis } from "../domain/time.ts";
import { AppError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { beginHeartbeat, findNewestBeat, type ProcessRecord, type StoredGap } from "../store/gaps.ts";
import { commit, openPipeline, withClient } from "../store/pipeline.ts";
import { abortAfterAwake } from "./awake.ts";

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
  return new Heart(options);
}

class Heart implements Watch {
  readonly #options;
  readonly #process: ProcessRecord;
  readonly #takesPings: boolean;
  readonly #steadyNow: () => Millis;
  readonly #timer: NodeJS.Timeout;
  /** A connection for nothing else: whoever has much to do has to be heard all the same. */
  readonly #pipeline: pg.Pool;
  #beatAt: Millis = -Infinity;
  /** The newest sign of a process that takes pings; only asked for where this one takes none. */
  #newest: Instant | null = null;
  #beating: Promise<void> | null = null;
  #stopped: Promise<void> | null = null;
  #away = false;

  constructor(options: WatchOptions) {
    const { processId, roles, steadyNow = () => performance.now() } = options;
    this.#options = options;
    this.#process = { processId, host: hostname(), pid: process.pid, roles: [...roles] };
    this.#takesPings = roles.has("pings");
    this.#steadyNow = steadyNow;
    this.#pipeline = openPipeline(options.pool, 1);
    this.#timer = setInterval(() => void this.#beatQuietly(), BEAT_MS).unref();
  }

  async ensureFresh(): Promise<void> {
    const { pool, clock } = this.#options;
    if (this.#steadyNow() - this.#beatAt > GAP_MS) await this.#beatOnce();
    if (this.#takesPings) return;
    this.#newest = await findNewestBeat(pool);
    if (this.#newest === null || clock.now() - this.#newest > GAP_MS) {
      throw new AppError("unavailable", "No process takes pings at the moment, so no deadline can be judged.");
    }
  }

  heardUntil(): Instant {
    return this.#takesPings ? this.#options.clock.now() : (this.#newest ?? -Infinity);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beatOnce().catch((error: unknown) => {
      this.#options.log.warn({ reason: messageOf(error) }, "No last sign of life could be written");
    });
    await this.#pipeline.end();
  }

  async #beatQuietly(): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#beatOnce();
      if (this.#away) log.info("Signs of life are written again");
      this.#away = false;
    } catch (error) {
      if (!this.#away) log.warn({ reason: messageOf(error) }, "No sign of life could be written; trying again");
      this.#away = true;
    }
  }

  /** At most one at a time; whoever asks meanwhile gets the same. */
  #beatOnce(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => (this.#beating = null));
    return this.#beating;
  }

  async #beat(): Promise<void> {
    const { clock, onGap } = this.#options;
    const begunAt = this.#steadyNow();
    await this.#withClient(async (client) => {
      const gap = await beginHeartbeat(client, { process: this.#process, gapMs: GAP_MS });
      if (gap !== null && lengthOf(gap) >= BLINDING_GAP_MS) await onGap(client, gap);
      await commit(client, []);
      if (gap !== null) this.#tell(gap);
      // After the gap is written: until then, nobody may know that so much time has passed.
      await clock.refresh(client);
    });
    this.#beatAt = begunAt;
  }

  /** Where there is no connection of its own to be had, one of those that all work shares has to do. */
  async #withClient(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const { signal, stop } = abortAfterAwake(TIME_LIMIT_MS);
    let begun = false;
    const begin = (client: pg.PoolClient): Promise<void> => {
      begun = true;
      return work(client);
    };
    await withClient(this.#pipeline, signal, begin)
      .catch((error: unknown) => {
        if (begun) throw error;
        return withClient(this.#options.pool, signal, begin);
      })
      .finally(stop);
  }

  #tell(gap: Gap): void {
    const facts = { from: new Date(gap.from).toISOString(), to: new Date(gap.to).toISOString(), ms: lengthOf(gap) };
    if (lengthOf(gap) < BLINDING_GAP_MS) this.#options.log.info(facts, "Nobody took pings for a moment");
    else this.#options.log.warn(facts, "Nobody took pings for a while: what was due then ends unknown, not missed");
  }
}

function lengthOf(gap: Gap): Millis {
  return gap.to - gap.from;
}
