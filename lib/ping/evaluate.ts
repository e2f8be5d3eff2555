import type { PingAction } from "../domain/ping.ts";
import { readByPolicy } from "../domain/ping-policy.ts";
import { applyHeard, applyPing } from "../domain/transition.ts";
import type { Instant } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { PingRecord } from "../store/pings.ts";
import { faultOf, type LoadedJob, type SetAside } from "../store/states.ts";
import { addTransition, type JobChange, openChange } from "../store/transitions.ts";

/** A ping on its way into the database. What became of it is filled in here. */
export type Arrival = PingRecord & {
  /** A short digest of the body, empty without one. */
  bodyDigest: string;
  hasBody: boolean;
};

/** What one transaction is about to write. */
export type Batch<J extends LoadedJob = LoadedJob> = {
  /** Of jobs that exist, in order of receipt. */
  pings: Arrival[];
  changes: Map<string, JobChange<J>>;
  /** Jobs whose state cannot be read. */
  setAside: Map<string, SetAside>;
};

export const QUARANTINED = "A ping could not be evaluated and was kept as it came";

/** Books pings in order of receipt. One that cannot be evaluated is quarantined and stops none of the others. */
export function evaluate<J extends LoadedJob>(
  arrivals: readonly Arrival[],
  { jobs, faults }: { jobs: ReadonlyMap<string, J>; faults: ReadonlyMap<string, unknown> },
  { now, log }: { now: Instant; log: Logger },
): Batch<J> {
  const batch: Batch<J> = { pings: [], changes: new Map(), setAside: new Map() };
  for (const [jobId, job] of jobs) batch.changes.set(jobId, openChange(job));
  for (const [jobId, fault] of faults) batch.setAside.set(jobId, { jobId, fault, pings: 0, retryAt: null });
  for (const arrival of inOrderOfReceipt(arrivals)) {
    if (concerns(batch, arrival)) batch.pings.push(bookOrQuarantine(batch, arrival, { now, log }));
  }
  return batch;
}

/** Whether the ping's job exists. */
export function concerns({ changes, setAside }: Batch, { jobId }: Arrival): boolean {
  return changes.has(jobId) || setAside.has(jobId);
}

function bookOrQuarantine(batch: Batch, came: Arrival, { now, log }: { now: Instant; log: Logger }): Arrival {
  try {
    return book(batch, came, now);
  } catch (error) {
    log.error({ err: error, jobId: came.jobId, pingId: came.id }, QUARANTINED);
    came.disposition = "quarantined";
    came.runNumber = null;
    return came;
  }
}

/**
 * What came keeps its own action: where the state turns out to be an old one, it is read once more.
 * @returns the ping as it was read.
 * @throws whatever stands in the way of evaluating it; it is counted all the same.
 */
function book({ changes, setAside }: Batch, came: Arrival, now: Instant): Arrival {
  const unreadable = setAside.get(came.jobId);
  if (unreadable !== undefined) {
    unreadable.pings += 1;
    throw unreadable.fault;
  }
  const change = changes.get(came.jobId);
  if (change === undefined) return came;
  change.pings += 1;
  const action = actionOf(change, came);
  if (action === null) return keep(change, came);
  const arrival = action === came.action ? came : { ...came, action };
  try {
    const transition = applyPing(change.state, arrival, now);
    arrival.disposition = transition.disposition ?? "ignored";
    arrival.runNumber = transition.pingRunNumber;
    addTransition(change, transition);
    return arrival;
  } catch (error) {
    change.fault = faultOf(error);
    throw error;
  }
}

/** What the ping means by the rules of its job; null where it is only kept. */
function actionOf({ job, state }: JobChange, arrival: Arrival): PingAction | null {
  const { pingPolicy } = job;
  if (pingPolicy === null) return arrival.action;
  if (pingPolicy.manualResume && state.pausedAt !== null) return null;
  const text = pingPolicy.places.length === 0 ? "" : (arrival.body?.toString() ?? "");
  const texts = arrival.protocol === "mail" ? { subject: arrival.message ?? "", mail: text } : { http: text };
  return readByPolicy(pingPolicy, { ...arrival, texts });
}

/** It changes nothing, but the job was heard of. */
function keep(change: JobChange, arrival: Arrival): Arrival {
  addTransition(change, applyHeard(change.state, arrival.receivedAt));
  arrival.disposition = "ignored";
  arrival.runNumber = null;
  return arrival;
}

/** Mostly they are: only a slow body makes a ping come in later than it was received. */
function inOrderOfReceipt(arrivals: readonly Arrival[]): readonly Arrival[] {
  let latest: Instant = -Infinity;
  for (const { receivedAt } of arrivals) {
    if (receivedAt < latest) return arrivals.toSorted((a, b) => a.receivedAt - b.receivedAt);
    latest = receivedAt;
  }
  return arrivals;
}
