import type { Pool, PoolClient } from "pg";
import { SECOND, type Instant, type Millis } from "../domain/time.ts";
import { applyZoneChange } from "../domain/zone-change.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import { inTransaction } from "../store/client.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { createLiveUpdates } from "../store/live.ts";
import { runAll } from "../store/pipeline.ts";
import { type LoadedJob, loadedJobs, loadStatements } from "../store/states.ts";
import { addTransition, earliestMove, type JobChange, openChange, saveTransitions } from "../store/transitions.ts";
import { findZoneVersion, listCronJobIds, saveZoneVersion } from "../store/zones.ts";
import { createLoop, type Loop } from "./loop.ts";

export type ZoneWatchDeps = {
  pool: Pool;
  clock: DatabaseClock;
  log: Logger;
  /** The release of tzdata in use. */
  version: string;
  /** Puts newer data of the system in use; its release, or null where nothing changed. Asked every few seconds. */
  refresh: () => string | null;
  /** Whether deadlines are this process's business. */
  recounts: boolean;
};

export type ZoneWatch = Loop & {
  /** Moves deadlines now where the data is not that of the last start. What fails is logged, and the loop does it. */
  catchUp(signal: AbortSignal): Promise<void>;
};

const BATCH = 200;
/** A turn is short, as for every loop; what is left is done in the next ones. */
const TURN_MS: Millis = 5 * SECOND;
const BETWEEN_TURNS_MS: Millis = 250;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** The loop that notices new time zone data and moves the slots and deadlines that follow from it. */
export function createZoneWatch(deps: ZoneWatchDeps): ZoneWatch {
  const recount = new Recount(deps);
  const loop = createLoop({ name: "zones", clock: deps.clock, log: deps.log, turn: (signal) => recount.turn(signal) });
  return {
    ...loop,
    async stop() {
      await loop.stop();
      recount.close();
    },
    async catchUp(signal) {
      try {
        while (!signal.aborted && (await recount.turn(signal)) !== null);
      } catch (error) {
        deps.log.error({ err: error }, "Deadlines could not be moved to the time zones in use; trying again");
      }
    },
  };
}

class Recount {
  readonly #deps;
  readonly #live;
  #version: string;
  /** Null until the database was asked. */
  #owed: boolean | null = null;
  #after = FIRST_ID;
  #moved = 0;

  constructor(deps: ZoneWatchDeps) {
    this.#deps = deps;
    this.#live = createLiveUpdates(deps.pool);
    this.#version = deps.version;
  }

  /** @returns when to go on; null where nothing is left to do. */
  async turn(stopping: AbortSignal): Promise<Instant | null> {
    const { clock, pool, recounts, refresh } = this.#deps;
    const version = refresh();
    if (version !== null) this.#begin(version);
    if (!recounts) return null;
    this.#owed ??= (await findZoneVersion(pool)) !== this.#version;
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(TURN_MS)]);
    while (this.#owed) {
      if (signal.aborted) return clock.now() + BETWEEN_TURNS_MS;
      if (await this.#moveBatch()) continue;
      await saveZoneVersion(pool, this.#version);
      this.#end();
    }
    return null;
  }

  #begin(version: string): void {
    this.#deps.log.info({ version }, `The time zones of tzdata ${version} are in use from now on`);
    this.#version = version;
    this.#owed = true;
    this.#after = FIRST_ID;
    this.#moved = 0;
  }

  #end(): void {
    if (this.#moved > 0) {
      this.#deps.log.info({ version: this.#version, jobs: this.#moved }, "Slots of jobs moved with their time zones");
    }
    this.#owed = false;
    this.#after = FIRST_ID;
    this.#moved = 0;
  }

  /** @returns whether there was one. */
  async #moveBatch(): Promise<boolean> {
    const { ids, changes } = await inTransaction(this.#deps.pool, (client) => this.#move(client));
    for (const { job } of changes) this.#live.touch(job.projectId);
    this.#moved += changes.length;
    this.#after = ids.at(-1) ?? this.#after;
    return ids.length > 0;
  }

  async #move(client: PoolClient): Promise<{ ids: string[]; changes: JobChange[] }> {
    const ids = await listCronJobIds(client, { after: this.#after, limit: BATCH });
    if (ids.length === 0) return { ids, changes: [] };
    // Those that cannot be read are the sweep's to set aside.
    const { jobs } = loadedJobs(await runAll(client, loadStatements(ids)));
    const now = this.#deps.clock.now();
    const changes = [...jobs.values()].flatMap((job) => this.#changesOf(job, now));
    await saveTransitions(client, changes, "exact");
    const moved = earliestMove(changes);
    if (moved !== null) await client.query("SELECT pg_notify('belfry_check', $1)", [String(Math.floor(moved))]);
    return { ids, changes };
  }

  #changesOf(job: LoadedJob, now: Instant): JobChange[] {
    const change = openChange(job);
    try {
      addTransition(change, applyZoneChange(job.state, now));
    } catch (error) {
      const jobId = job.state.job.id;
      this.#deps.log.warn({ jobId, reason: messageOf(error) }, "A job could not be moved to the time zones in use");
      return [];
    }
    const stays = change.state.nextSlotAt === job.state.nextSlotAt && earliestMove([change]) === null;
    return stays ? [] : [change];
  }

  close(): void {
    this.#live.close();
  }
}
