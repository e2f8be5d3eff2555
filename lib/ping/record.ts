import type { Pool } from "pg";
import { SECOND, type Millis } from "../domain/time.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { isAboutRows, isTransient } from "../store/failures.ts";
import { isPlain, type KnownJob, knownStatement, READ_VERSION, saveKnown } from "../store/known-states.ts";
import type { LiveUpdates } from "../store/live.ts";
import { partLonePings } from "../store/lone-pings.ts";
import { BEGIN, commit, runAll, type Statement, withClient } from "../store/pipeline.ts";
import { pingStatements } from "../store/pings.ts";
import { type LoadedJob, loadedJobs, loadStatements, setAsideStatement } from "../store/states.ts";
import { earlierOf, earliestMove, type JobChange, transitionStatements } from "../store/transitions.ts";
import type { Verdict } from "./buffer.ts";
import { type Arrival, type Batch, concerns, evaluate, QUARANTINED } from "./evaluate.ts";
import { createKnownJobs, type LearntJob } from "./known-jobs.ts";

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

/** Some jobs of a batch, by their ids, or all of them. */
type Jobs = "all" | ReadonlySet<string>;

const NONE: Jobs = new Set();

/** A batch on the short way. */
type Prepared = { statement: Statement; learnt: readonly LearntJob[]; gapsVersion: number };

/** Stores batches of pings with all that follows from them. Pings of one job have to come one batch after the other. */
export class Recorder {
  readonly #deps;
  readonly #known = createKnownJobs();

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
  }

  /** Stores a batch, in order of receipt. Rejects where nothing of it can be stored now. */
  async record(arrivals: Arrival[], signal: AbortSignal): Promise<Verdict[]> {
    await this.#deps.watch.ensureFresh();
    const stored = await this.#recordKnown(arrivals, signal);
    if (stored === "all") return arrivals.map(() => "stored");
    if (stored.size === 0) return this.#recordOrSplit(arrivals, signal);
    const rest = arrivals.filter(({ jobId }) => !stored.has(jobId));
    const verdicts = rest.length === 0 ? [] : await this.#recordRest(rest, signal);
    return arrivals.map(({ jobId }) => (stored.has(jobId) ? "stored" : (verdicts.shift() ?? "unavailable")));
  }

  /**
   * The short way, one statement, for jobs of which everything is known and nothing follows but runs and states.
   * @returns the jobs whose pings were stored; what is left of the batch goes the other way.
   */
  async #recordKnown(arrivals: Arrival[], signal: AbortSignal): Promise<Jobs> {
    const jobIds = new Set(arrivals.map(({ jobId }) => jobId));
    try {
      const prepared = this.#prepareKnown(arrivals, jobIds);
      if (prepared === null) return NONE;
      const { statement, learnt, gapsVersion } = prepared;
      const { version, moved } = await withClient(this.#deps.pipeline, signal, (client) =>
        saveKnown(client, statement),
      );
      this.#learn(learnt, { version, gapsVersion });
      if (moved === "all" && learnt.length === jobIds.size) return "all";
      const plain = learnt.map(({ job }) => job.id);
      return moved === "all" ? new Set(plain) : this.#keepMoved(plain, moved);
    } catch (error) {
      this.#known.forget(jobIds);
      if (signal.aborted || !(isTransient(error) || isAboutRows(error))) throw error;
      return NONE;
    }
  }

  /**
   * Evaluates what can go the short way. Only what is needed afterwards is given back: garbage collection would copy
   * the rest of it while the database works.
   */
  #prepareKnown(arrivals: Arrival[], jobIds: Iterable<string>): Prepared | null {
    const { clock, log } = this.#deps;
    const { jobs: known, gapsVersion } = this.#known.find(jobIds);
    if (known.size === 0) return null;
    const batch = evaluate(arrivals, { jobs: known, faults: NO_FAULTS }, { now: clock.now(), log });
    const changes = this.#plainOf(batch.changes);
    if (changes.size === 0) return null;
    const pings = changes.size === known.size ? batch.pings : batch.pings.filter(({ jobId }) => changes.has(jobId));
    const statement = knownStatement({ pings, changes, gapsVersion });
    return { statement, learnt: learntFrom(changes.values()), gapsVersion };
  }

  /** Those changes that can be written without a lock: mostly all. */
  #plainOf<J extends LoadedJob>(changes: ReadonlyMap<string, JobChange<J>>): ReadonlyMap<string, JobChange<J>> {
    const isForLock = (change: JobChange) => !isPlain(change) || this.#wakesSweep([change]);
    for (const change of changes.values()) {
      if (isForLock(change)) return new Map([...changes].filter(([, other]) => !isForLock(other)));
    }
    return changes;
  }

  /** Forgets those of the jobs that another process, or a person, has changed meanwhile. */
  #keepMoved(plain: readonly string[], moved: string[]): Jobs {
    const stored = new Set(moved);
    this.#known.wasOutdated(plain.filter((jobId) => !stored.has(jobId)));
    return stored;
  }

  /** What is left of a batch that is stored in part: its failure is not theirs. */
  async #recordRest(rest: Arrival[], signal: AbortSignal): Promise<Verdict[]> {
    try {
      return await this.#recordOrSplit(rest, signal);
    } catch (error) {
      this.#deps.log.warn(
        { reason: messageOf(error), count: rest.length },
        "Some pings of a batch could not be stored",
      );
      return rest.map(() => "unavailable");
    }
  }

  /** Halves a batch that fails because of what is in it until the offender stands alone. */
  async #recordOrSplit(arrivals: Arrival[], signal: AbortSignal, attempt = 1): Promise<Verdict[]> {
    try {
      const batch = await this.#recordLocked(arrivals, signal);
      return arrivals.map((arrival) => (concerns(batch, arrival) ? "stored" : "unknown-job"));
    } catch (error) {
      if (isTransient(error) && attempt < ATTEMPTS) return this.#recordOrSplit(arrivals, signal, attempt + 1);
      if (signal.aborted || !isAboutRows(error)) throw error;
      const [only] = arrivals;
      if (arrivals.length === 1 && only !== undefined) return [await this.#quarantine(only, error, signal)];
      const middle = Math.ceil(arrivals.length / 2);
      const first = await this.#recordOrSplit(arrivals.slice(0, middle), signal);
      return [...first, ...(await this.#recordOrSplit(arrivals.slice(middle), signal))];
    }
  }

  /** The way that always works: the states are locked, read, evaluated and written. */
  async #recordLocked(arrivals: Arrival[], signal: AbortSignal): Promise<Batch> {
    const { clock, log, pipeline } = this.#deps;
    const jobIds = new Set(arrivals.map(({ jobId }) => jobId));
    this.#known.forget(jobIds);
    return withClient(pipeline, signal, async (client) => {
      const [, ...answers] = await runAll(client, [BEGIN, ...loadStatements(jobIds)]);
      const loaded = loadedJobs(answers);
      const batch = evaluate(arrivals, loaded, { now: clock.now(), log });
      const results = await commit(client, [...this.#statementsOf(batch), READ_VERSION]);
      const version: unknown = results.at(-2)?.rows[0]?.version;
      if (typeof version === "string")
        this.#learn(learntFrom(batch.changes.values()), { version, gapsVersion: loaded.gapsVersion });
      return batch;
    });
  }

  #statementsOf({ pings, changes, setAside }: Batch): Statement[] {
    if (pings.length === 0) return [];
    const written = [...changes.values()];
    const { own, lone } = partLonePings(pings, changes);
    const statements = own.length === 0 ? [] : pingStatements(own);
    if (written.length > 0) statements.push(...transitionStatements(written, "earlier", lone));
    if (setAside.size > 0) statements.push(setAsideStatement([...setAside.values()]));
    const moved = earliestMove(written);
    if (moved !== null && this.#isSoon(moved)) {
      statements.push({ text: "SELECT pg_notify('belfry_check', $1)", values: [String(Math.floor(moved))] });
    }
    return statements;
  }

  #wakesSweep(changes: readonly JobChange[]): boolean {
    const moved = earliestMove(changes);
    return moved !== null && this.#isSoon(moved);
  }

  #isSoon(checkAt: number): boolean {
    return checkAt < this.#deps.clock.now() + SWEEP_POLL_MS;
  }

  #learn(learnt: readonly LearntJob[], as: Pick<KnownJob, "version" | "gapsVersion">): void {
    this.#known.learn(learnt, as);
    for (const { projectId } of learnt) this.#deps.live.touch(projectId);
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

/** What is to be kept in mind of jobs that were written. */
function learntFrom(changes: Iterable<JobChange>): LearntJob[] {
  const learnt: LearntJob[] = [];
  for (const { job: before, state, written, checkAt: latest } of changes) {
    const { projectId, pingPolicy } = before;
    const { job, gaps } = state;
    const checkAt = earlierOf(before.checkAt, latest);
    if (written !== null) learnt.push({ job, gaps, projectId, checkAt, pingPolicy, bytes: written.bytes });
  }
  return learnt;
}
