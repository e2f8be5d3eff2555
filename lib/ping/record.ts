import type { Pool } from "pg";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { isAboutRows, isTransient } from "../store/failures.ts";
import { isPlain, type KnownJob, READ_VERSION, saveKnown } from "../store/known-states.ts";
import type { LiveUpdates } from "../store/live.ts";
import { BEGIN, commit, runAll, type Statement, withClient } from "../store/pipeline.ts";
import { pingStatements } from "../store/pings.ts";
import { loadedJobs, loadStatements, setAsideStatement } from "../store/states.ts";
import { earlierOf, earliestMove, transitionStatements } from "../store/transitions.ts";
import type { Verdict } from "./buffer.ts";
import { type Arrival, type Batch, concerns, evaluate, QUARANTINED } from "./evaluate.ts";
import { createKnownJobs } from "./known-jobs.ts";

export type RecorderDeps = {
  /** A pool of its own: see `openPipeline`. */
  pipeline: Pool;
  clock: DatabaseClock;
  log: Logger;
  watch: { ensureFresh(): Promise<void> };
  live: LiveUpdates;
};

/** The sweep looks by itself this often: only earlier deadlines are worth a notification, which serialises commits. */
const SWEEP_POLL_MS: Millis = 10 * SECOND;
const ATTEMPTS = 3;
const NO_FAULTS: ReadonlyMap<string, unknown> = new Map();

/** Stores batches of pings with all that follows from them. Pings of one job have to come one batch after the other. */
export class Recorder {
  readonly #deps;
  readonly #known = createKnownJobs();

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
  }

  /** Stores a batch, in order of receipt. Rejects where nothing of it, or not all of it, can be stored now. */
  async record(arrivals: Arrival[], signal: AbortSignal): Promise<Verdict[]> {
    await this.#deps.watch.ensureFresh();
    return this.#recordOrSplit(arrivals, signal);
  }

  /** Halves a batch that fails because of what is in it until the offender stands alone. */
  async #recordOrSplit(arrivals: Arrival[], signal: AbortSignal, attempt = 1): Promise<Verdict[]> {
    const jobIds = new Set(arrivals.map((arrival) => arrival.jobId));
    try {
      return await this.#recordBatch(arrivals, jobIds, signal);
    } catch (error) {
      this.#known.forget(jobIds);
      if (isTransient(error) && attempt < ATTEMPTS) return this.#recordOrSplit(arrivals, signal, attempt + 1);
      if (signal.aborted || !isAboutRows(error)) throw error;
      const [only] = arrivals;
      if (arrivals.length === 1 && only !== undefined) return [await this.#quarantine(only, error, signal)];
      const middle = Math.ceil(arrivals.length / 2);
      const first = await this.#recordOrSplit(arrivals.slice(0, middle), signal);
      return [...first, ...(await this.#recordOrSplit(arrivals.slice(middle), signal))];
    }
  }

  async #recordBatch(arrivals: Arrival[], jobIds: Set<string>, signal: AbortSignal): Promise<Verdict[]> {
    const batch =
      (await this.#recordKnown(arrivals, jobIds, signal)) ?? (await this.#recordLocked(arrivals, jobIds, signal));
    for (const { job } of batch.changes.values()) this.#deps.live.touch(job.projectId);
    return arrivals.map((arrival) => (concerns(batch, arrival) ? "stored" : "unknown-job"));
  }

  /** The short way, one statement: null where something has to be read, or more follows than runs and states. */
  async #recordKnown(arrivals: Arrival[], jobIds: Set<string>, signal: AbortSignal): Promise<Batch | null> {
    const { clock, log, pipeline } = this.#deps;
    const known = this.#known.findAll(jobIds);
    if (known === null) return null;
    const jobs = new Map(Array.from(known, ([jobId, { job }]) => [jobId, job]));
    const batch = evaluate(arrivals, { jobs, faults: NO_FAULTS }, { now: clock.now(), log });
    const changes = [...batch.changes.values()];
    if (!isPlain(changes) || this.#wakesSweep(batch)) return null;
    const gapsVersion = known.values().next().value?.gapsVersion ?? 0;
    const versions = new Map(Array.from(known, ([jobId, { version }]) => [jobId, version]));
    const version = await withClient(pipeline, signal, (client) =>
      saveKnown(client, { pings: batch.pings, changes, versions, gapsVersion }),
    );
    if (version === null) {
      this.#known.forget(jobIds);
      return null;
    }
    this.#learn(batch, { version, gapsVersion });
    return batch;
  }

  /** The way that always works: the states are locked, read, evaluated and written. */
  async #recordLocked(arrivals: Arrival[], jobIds: Set<string>, signal: AbortSignal): Promise<Batch> {
    const { clock, log, pipeline } = this.#deps;
    return withClient(pipeline, signal, async (client) => {
      const [, ...answers] = await runAll(client, [BEGIN, ...loadStatements(jobIds)]);
      const loaded = loadedJobs(answers);
      const batch = evaluate(arrivals, loaded, { now: clock.now(), log });
      const results = await commit(client, [...this.#statementsOf(batch), READ_VERSION]);
      const version: unknown = results.at(-2)?.rows[0]?.version;
      if (typeof version === "string") this.#learn(batch, { version, gapsVersion: loaded.gapsVersion });
      return batch;
    });
  }

  #statementsOf({ pings, changes, setAside }: Batch): Statement[] {
    if (pings.length === 0) return [];
    const written = [...changes.values()];
    const statements = pingStatements(pings);
    if (written.length > 0) statements.push(...transitionStatements(written, "earlier"));
    if (setAside.size > 0) statements.push(setAsideStatement([...setAside.values()]));
    const moved = earliestMove(written);
    if (moved !== null && this.#isSoon(moved)) {
      statements.push({ text: "SELECT pg_notify('belfry_check', $1)", values: [String(Math.floor(moved))] });
    }
    return statements;
  }

  #wakesSweep({ changes }: Batch): boolean {
    const moved = earliestMove([...changes.values()]);
    return moved !== null && this.#isSoon(moved);
  }

  #isSoon(checkAt: number): boolean {
    return checkAt < this.#deps.clock.now() + SWEEP_POLL_MS;
  }

  #learn({ changes }: Batch, read: Omit<KnownJob, "job">): void {
    for (const [jobId, { job, state, checkAt }] of changes) {
      this.#known.learn(jobId, { ...read, job: { ...job, state, checkAt: earlierOf(job.checkAt, checkAt) } });
    }
  }

  /** Keeps a ping that cannot be written together with what follows from it, as it came. */
  async #quarantine(arrival: Arrival, error: unknown, signal: AbortSignal): Promise<Verdict> {
    this.#deps.log.error({ err: error, jobId: arrival.jobId, pingId: arrival.id }, QUARANTINED);
    arrival.disposition = "quarantined";
    arrival.runNumber = null;
    const note = setAsideStatement([{ jobId: arrival.jobId, fault: error, pings: 1, retryAt: null }]);
    await withClient(this.#deps.pipeline, signal, async (client) => {
      await commit(client, [BEGIN, ...pingStatements([arrival]), note]);
    });
    return "stored";
  }
}
