import type pg from "pg";
import { applyPing } from "../domain/transition.ts";
import { SECOND, type Millis } from "../domain/time.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { isAboutRows, isTransient } from "../store/failures.ts";
import type { LiveUpdates } from "../store/live.ts";
import { BEGIN, commit, runAll, type Statement, withClient } from "../store/pipeline.ts";
import { type PingRecord, pingStatements, quarantineStatements } from "../store/pings.ts";
import { faultOf, type LoadedJob, loadedJobs, loadStatements } from "../store/states.ts";
import { addTransition, earliestMove, type JobChange, openChange, transitionStatements } from "../store/transitions.ts";
import type { Verdict } from "./buffer.ts";

/** A ping on its way into the database. What became of it is filled in here. */
export type Arrival = PingRecord & {
  /** A short digest of the body, empty without one. */
  bodyDigest: string;
  hasBody: boolean;
};

export type Recorder = {
  /** Stores a batch in one transaction, in order of receipt. Rejects where nothing of it can be stored now. */
  record(arrivals: Arrival[], signal: AbortSignal): Promise<Verdict[]>;
};

export type RecorderDeps = {
  /** A pool of its own: see `openPipeline`. */
  pipeline: pg.Pool;
  clock: DatabaseClock;
  log: Logger;
  watch: { ensureFresh(): Promise<void> };
  live: LiveUpdates;
};

/** The sweep looks by itself this often: only earlier deadlines are worth a notification, which serialises commits. */
const SWEEP_POLL_MS: Millis = 10 * SECOND;
const ATTEMPTS = 3;

/** Thrown around whatever the rules or the reading of a state threw: other pings of the batch may well succeed. */
class EvaluationError extends Error {}

export function createRecorder({ pipeline, clock, log, watch, live }: RecorderDeps): Recorder {
  async function record(arrivals: Arrival[], signal: AbortSignal): Promise<Verdict[]> {
    await watch.ensureFresh();
    return recordOrSplit(arrivals, signal);
  }

  /** Halves a batch that fails because of what is in it until the offender stands alone. */
  async function recordOrSplit(arrivals: Arrival[], signal: AbortSignal, attempt = 1): Promise<Verdict[]> {
    try {
      return await recordBatch(arrivals, signal);
    } catch (error) {
      if (isTransient(error) && attempt < ATTEMPTS) return recordOrSplit(arrivals, signal, attempt + 1);
      if (signal.aborted || !(error instanceof EvaluationError || isAboutRows(error))) throw error;
      const [only] = arrivals;
      if (arrivals.length === 1 && only !== undefined) return [await quarantine(only, error, signal)];
      const middle = Math.ceil(arrivals.length / 2);
      const first = await recordOrSplit(arrivals.slice(0, middle), signal);
      return [...first, ...(await recordOrSplit(arrivals.slice(middle), signal))];
    }
  }

  async function recordBatch(arrivals: Arrival[], signal: AbortSignal): Promise<Verdict[]> {
    const ids = new Set(arrivals.map((arrival) => arrival.jobId));
    const changes = await withClient(pipeline, signal, async (client) => {
      const [, ...loaded] = await runAll(client, [BEGIN, ...loadStatements(ids)]);
      const evaluated = evaluate(arrivals, loaded);
      await commit(client, statementsOf(arrivals, evaluated));
      return evaluated;
    });
    for (const { job } of changes.values()) live.touch(job.projectId);
    return arrivals.map((arrival) => (changes.has(arrival.jobId) ? "stored" : "unknown-job"));
  }

  function evaluate(arrivals: readonly Arrival[], loaded: readonly pg.QueryResult[]): Map<string, JobChange> {
    const now = clock.now();
    const changes = openChanges(loaded);
    for (const arrival of inOrderOfReceipt(arrivals)) {
      const change = changes.get(arrival.jobId);
      if (change === undefined) continue;
      change.pings += 1;
      try {
        const transition = applyPing(change.state, arrival, now);
        arrival.disposition = transition.disposition ?? "ignored";
        arrival.runNumber = transition.pingRunNumber;
        addTransition(change, transition);
      } catch (error) {
        logQuarantine(arrival, error);
        arrival.disposition = "quarantined";
        change.fault = faultOf(error);
      }
    }
    return changes;
  }

  function statementsOf(arrivals: readonly Arrival[], changes: ReadonlyMap<string, JobChange>): Statement[] {
    const known = arrivals.filter((arrival) => changes.has(arrival.jobId));
    if (known.length === 0) return [];
    const written = [...changes.values()];
    const statements = [...pingStatements(known), ...transitionStatements(written, "earlier")];
    const moved = earliestMove(written);
    if (moved !== null && moved < clock.now() + SWEEP_POLL_MS) {
      statements.push({ text: "SELECT pg_notify('belfry_check', $1)", values: [String(Math.floor(moved))] });
    }
    return statements;
  }

  /** Keeps a ping that cannot be evaluated as it came. */
  async function quarantine(arrival: Arrival, error: unknown, signal: AbortSignal): Promise<Verdict> {
    logQuarantine(arrival, error);
    arrival.disposition = "quarantined";
    arrival.runNumber = null;
    await withClient(pipeline, signal, async (client) => {
      await runAll(client, [BEGIN]);
      await commit(client, quarantineStatements(arrival, faultOf(error)));
    });
    return "stored";
  }

  function logQuarantine({ jobId, id }: Arrival, error: unknown): void {
    log.error({ err: error, jobId, pingId: id }, "A ping could not be evaluated and was kept as it came");
  }

  return { record };
}

function openChanges(loaded: readonly pg.QueryResult[]): Map<string, JobChange> {
  try {
    const jobs: Map<string, LoadedJob> = loadedJobs(loaded);
    return new Map(Array.from(jobs, ([jobId, job]) => [jobId, openChange(job)]));
  } catch (error) {
    throw new EvaluationError(messageOf(error), { cause: error });
  }
}

/** Mostly they are: only a slow body makes a ping come in later than it was received. */
function inOrderOfReceipt(arrivals: readonly Arrival[]): readonly Arrival[] {
  const sorted = arrivals.every(
    (arrival, index) => index === 0 || receiptOf(arrivals[index - 1]) <= arrival.receivedAt,
  );
  return sorted ? arrivals : arrivals.toSorted((a, b) => a.receivedAt - b.receivedAt);
}

function receiptOf(arrival: Arrival | undefined): number {
  return arrival?.receivedAt ?? 0;
}
