import type { Pool, PoolClient } from "pg";
import { applyDeadline } from "../domain/transition.ts";
import { MINUTE, SECOND, type Instant, type Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { Bus } from "../store/bus.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { isAboutRows } from "../store/failures.ts";
import { createLiveUpdates } from "../store/live.ts";
import { BEGIN, commit, openPipeline, runAll, withClient } from "../store/pipeline.ts";
import {
  claimDueStates,
  faultOf,
  findNextCheckAt,
  type LoadedJob,
  type LoadedJobs,
  loadedJobs,
  loadStatements,
  type SetAside,
  setAsideStatement,
} from "../store/states.ts";
import { addTransition, type JobChange, openChange, transitionStatements } from "../store/transitions.ts";
import { createLoop, type Loop } from "./loop.ts";
import type { Watch } from "./watch.ts";

export type SweepDeps = {
  pool: Pool;
  clock: DatabaseClock;
  log: Logger;
  bus: Bus;
  watch: Pick<Watch, "ensureFresh" | "heardUntil">;
  /** Hears how long after its deadline each job was evaluated. */
  onLag?: (ms: Millis) => void;
};

/** Pings that came just before a deadline get this long to be recorded first. */
const HINDSIGHT_MS: Millis = 1 * SECOND;
/** A deadline has passed only when it lies before what is looked at. */
const PASSED_MS: Millis = HINDSIGHT_MS + 1;
const BATCH = 100;
/** Batches at once in a storm: while the database writes one, the next is evaluated. */
const LANES = 2;
/** Jobs that a ping or another process held were left to it; soon after, it is looked again. */
const SKIPPED_PAUSE_MS: Millis = 250;
const SET_ASIDE_MS: Millis = 5 * MINUTE;
const TIME_LIMIT_MS: Millis = 30 * SECOND;

/** The loop that turns silence into verdicts: it evaluates every job whose next deadline has passed. */
export function createSweep(deps: SweepDeps): Loop {
  const sweeper = new Sweeper(deps);
  const loop = createLoop({
    name: "sweep",
    clock: deps.clock,
    log: deps.log,
    turn: (signal) => sweeper.turn(signal),
  });
  const stopListening = deps.bus.on("belfry_check", (payload) => {
    const checkAt = Number(payload);
    loop.wake(payload === "" || Number.isNaN(checkAt) ? undefined : checkAt + PASSED_MS);
  });
  return {
    ...loop,
    async stop() {
      stopListening();
      await loop.stop();
      await sweeper.close();
    },
  };
}

/** One turn after the other, without the loop around them. */
export class Sweeper {
  readonly #deps;
  readonly #pipeline;
  readonly #live;

  constructor(deps: SweepDeps) {
    this.#deps = deps;
    this.#pipeline = openPipeline(deps.pool, LANES);
    this.#live = createLiveUpdates(deps.pool);
  }

  /** Evaluates whatever is due. @returns when it is worth looking again; null: only when something changes. */
  async turn(signal: AbortSignal): Promise<Instant | null> {
    const { clock, pool } = this.#deps;
    const full = (await this.#sweepDue()) === BATCH;
    if (full) await Promise.all(Array.from({ length: LANES }, () => this.#sweepAll(signal)));
    const next = await findNextCheckAt(pool);
    return next === null ? null : Math.max(next + PASSED_MS, clock.now() + SKIPPED_PAUSE_MS);
  }

  async #sweepAll(signal: AbortSignal): Promise<void> {
    let swept = BATCH;
    while (swept === BATCH && !signal.aborted) swept = await this.#sweepDue();
  }

  async #sweepDue(): Promise<number> {
    const { clock, watch } = this.#deps;
    await watch.ensureFresh();
    return this.#sweep(Math.min(clock.now() - HINDSIGHT_MS, watch.heardUntil()));
  }

  /** @returns how many jobs were due, at most one batch. */
  async #sweep(asOf: Instant): Promise<number> {
    let claimed: string[] = [];
    try {
      return await this.#evaluateAll(asOf, async (client) => {
        const due = await claimDueStates(client, { asOf, limit: BATCH });
        claimed = [...due.jobs.keys(), ...due.faults.keys()];
        return due;
      });
    } catch (error) {
      if (!isAboutRows(error)) throw error;
      for (const jobId of claimed) await this.#sweepAlone(jobId, asOf);
      return claimed.length;
    }
  }

  /** One of a batch that could not be written: the others of it must not suffer. */
  async #sweepAlone(jobId: string, asOf: Instant): Promise<void> {
    try {
      await this.#evaluateAll(asOf, async (client) => loadedJobs(await runAll(client, loadStatements([jobId]))));
    } catch (error) {
      if (!isAboutRows(error)) throw error;
      this.#logFault(jobId, error);
      await this.#transaction((client) => commit(client, [setAsideStatement([this.#asideOf(jobId, error)])]));
    }
  }

  async #evaluateAll(asOf: Instant, load: (client: PoolClient) => Promise<LoadedJobs>): Promise<number> {
    const { clock, onLag } = this.#deps;
    const { changes, count } = await this.#transaction(async (client) => {
      const { jobs, faults } = await load(client);
      const evaluated = Array.from(jobs.values(), (job) => this.#evaluate(job, asOf));
      const statements = evaluated.length === 0 ? [] : transitionStatements(evaluated, "exact");
      for (const [jobId, fault] of faults) this.#logFault(jobId, fault);
      const aside = Array.from(faults, ([jobId, fault]) => this.#asideOf(jobId, fault));
      if (aside.length > 0) statements.push(setAsideStatement(aside));
      await commit(client, statements);
      return { changes: evaluated, count: evaluated.length + aside.length };
    });
    const now = clock.now();
    for (const { job } of changes) {
      this.#live.touch(job.projectId);
      if (job.checkAt !== null) onLag?.(now - job.checkAt);
    }
    return count;
  }

  #transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return withClient(this.#pipeline, AbortSignal.timeout(TIME_LIMIT_MS), async (client) => {
      await runAll(client, [BEGIN]);
      return work(client);
    });
  }

  #evaluate(job: LoadedJob, asOf: Instant): JobChange {
    const change = openChange(job);
    try {
      addTransition(change, applyDeadline(job.state, asOf));
    } catch (error) {
      this.#logFault(job.state.job.id, error);
      change.fault = faultOf(error);
      change.checkAt = this.#deps.clock.now() + SET_ASIDE_MS;
    }
    return change;
  }

  #asideOf(jobId: string, fault: unknown): SetAside {
    return { jobId, fault, pings: 0, retryAt: this.#deps.clock.now() + SET_ASIDE_MS };
  }

  #logFault(jobId: string, error: unknown): void {
    this.#deps.log.error({ err: error, jobId }, "A job could not be evaluated and is set aside for five minutes");
  }

  async close(): Promise<void> {
    this.#live.close();
    await this.#pipeline.end();
  }
}
