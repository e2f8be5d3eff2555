import type pg from "pg";
import { applyPing } from "../domain/transition.ts";
import { type Instant, SECOND, type Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { isAboutRows, isTransient } from "../store/failures.ts";
import type { LiveUpdates } from "../store/live.ts";
import { BEGIN, commit, runAll, type Statement, withClient } from "../store/pipeline.ts";
import { type PingRecord, pingStatements } from "../store/pings.ts";
import {
  faultOf,
  type LoadedJobs,
  loadedJobs,
  loadStatements,
  type SetAside,
  setAsideStatement,
} from "../store/states.ts";
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
      if (signal.aborted || !isAboutRows(error)) throw error;
      const [only] = arrivals;
      if (arrivals.length === 1 && only !== undefined) return [await quarantine(only, error, signal)];
      const middle = Math.ceil(arrivals.length / 2);
      const first = await recordOrSplit(arrivals.slice(0, middle), signal);
      return [...first, ...(await recordOrSplit(arrivals.slice(middle), signal))];
    }
  }

  async function recordBatch(arrivals: Arrival[], signal: AbortSignal): Promise<Verdict[]> {
    const ids = new Set(arrivals.map((arrival) => arrival.jobId));
    const batch = await withClient(pipeline, signal, async (client) => {
      const [, ...loaded] = await runAll(client, [BEGIN, ...loadStatements(ids)]);
      const evaluated = evaluate(arrivals, loadedJobs(loaded));
      await commit(client, statementsOf(evaluated));
      return evaluated;
    });
    for (const { job } of batch.changes.values()) live.touch(job.projectId);
    return arrivals.map((arrival) => (isKnown(batch, arrival) ? "stored" : "unknown-job"));
  }

  function evaluate(arrivals: readonly Arrival[], { jobs, faults }: LoadedJobs): Batch {
    const now = clock.now();
    const batch: Batch = { pings: [], changes: new Map(), setAside: new Map() };
    for (const [jobId, job] of jobs) batch.changes.set(jobId, openChange(job));
    for (const [jobId, fault] of faults) batch.setAside.set(jobId, { jobId, fault, pings: 0, retryAt: null });
    for (const arrival of inOrderOfReceipt(arrivals)) {
      if (!isKnown(batch, arrival)) continue;
      batch.pings.push(arrival);
      try {
        book(batch, arrival, now);
      } catch (error) {
        log.error({ err: error, jobId: arrival.jobId, pingId: arrival.id }, QUARANTINED);
        arrival.disposition = "quarantined";
        arrival.runNumber = null;
      }
    }
    return batch;
  }

  function statementsOf({ pings, changes, setAside }: Batch): Statement[] {
    if (pings.length === 0) return [];
    const written = [...changes.values()];
    const statements = pingStatements(pings);
    if (written.length > 0) statements.push(...transitionStatements(written, "earlier"));
    if (setAside.size > 0) statements.push(setAsideStatement([...setAside.values()]));
    const moved = earliestMove(written);
    if (moved !== null && moved < clock.now() + SWEEP_POLL_MS) {
      statements.push({ text: "SELECT pg_notify('belfry_check', $1)", values: [String(Math.floor(moved))] });
    }
    return statements;
  }

  /** Keeps a ping that cannot be written together with what follows from it, as it came. */
  async function quarantine(arrival: Arrival, error: unknown, signal: AbortSignal): Promise<Verdict> {
    log.error({ err: error, jobId: arrival.jobId, pingId: arrival.id }, QUARANTINED);
    arrival.disposition = "quarantined";
    arrival.runNumber = null;
    const note = setAsideStatement([{ jobId: arrival.jobId, fault: error, pings: 1, retryAt: null }]);
    await withClient(pipeline, signal, async (client) => {
      await commit(client, [BEGIN, ...pingStatements([arrival]), note]);
    });
    return "stored";
  }

  return { record };
}

/** What one transaction is about to write. */
type Batch = { pings: Arrival[]; changes: Map<string, JobChange>; setAside: Map<string, SetAside> };

const QUARANTINED = "A ping could not be evaluated and was kept as it came";

function isKnown({ changes, setAside }: Batch, { jobId }: Arrival): boolean {
  return changes.has(jobId) || setAside.has(jobId);
}

/** @throws whatever stands in the way of evaluating the ping; it is counted all the same. */
function book({ changes, setAside }: Batch, arrival: Arrival, now: Instant): void {
  const unreadable = setAside.get(arrival.jobId);
  if (unreadable !== undefined) {
    unreadable.pings += 1;
    throw unreadable.fault;
  }
  const change = changes.get(arrival.jobId);
  if (change === undefined) return;
  change.pings += 1;
  try {
    const transition = applyPing(change.state, arrival, now);
    arrival.disposition = transition.disposition ?? "ignored";
    arrival.runNumber = transition.pingRunNumber;
    addTransition(change, transition);
  } catch (error) {
    change.fault = faultOf(error);
    throw error;
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
