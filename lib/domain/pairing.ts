import type { Draft } from "./draft.ts";
import type { Entry } from "./entry.ts";
import type { Ping } from "./ping.ts";
import { mayEnd } from "./recent-durations.ts";
import type { Run } from "./run.ts";
import { MINUTE } from "./time.ts";

/** Which open run an end closes, and which older ones that end shows to be dead. */
export type Pairing = { run: Run | null; dead: readonly Run[] };

/** So far the clocks of a client and the database may well be apart. */
const CLOCKS_APART = MINUTE;

const NOBODY: Pairing = { run: null, dead: [] };

/**
 * Finds the run that an end belongs to. With a run id: that run. Without: among the open runs without run id, those of
 * the same host or source first, the oldest still inside its limit; where none has a limit or all are past it, the
 * newest, and older ones are dead that have been open for far longer than any run of late. Where none without run id is open
 * and the client means the latest, that one. An end that was told late ends nothing that began after it.
 */
export function pairEnd(draft: Draft, { ping, at, received }: Entry): Pairing {
  const { openRuns } = draft.memory;
  if (ping.runId !== null) {
    const run = openRuns.find(({ runId }) => runId === ping.runId);
    return run === undefined ? NOBODY : { run, dead: [] };
  }
  const begun = (run: Run) => at === received || (run.startedAt ?? at) <= at + CLOCKS_APART;
  const nameless = openRuns.filter((run) => run.runId === null && begun(run));
  const near = nameless.filter((run) => sameOrigin(run, ping));
  const candidates = near.length > 0 ? near : nameless;
  const inTime = candidates.find((run) => run.finishBy !== null && at <= run.finishBy);
  if (inTime !== undefined) return { run: inTime, dead: [] };
  const newest = candidates.at(-1);
  if (newest === undefined) return ping.endsLatest ? { run: openRuns.findLast(begun) ?? null, dead: [] } : NOBODY;
  return { run: newest, dead: candidates.slice(0, -1).filter((run) => !mayEnd(draft, run, at)) };
}

/** A settled run that a ping with its run id still belongs to, or that ended `unknown` only because we were away. */
export function pairSettled(draft: Draft, ping: Ping): Run | null {
  const { recentRuns, lastRunNumber } = draft.memory;
  if (ping.runId !== null) return recentRuns.findLast((run) => run.runId === ping.runId) ?? null;
  const last = recentRuns.at(-1);
  const unseen = last?.outcome === "unknown" && last.startedAt !== null && last.finishedAt === null;
  return unseen && last.number === lastRunNumber && (last.runId === null || ping.endsLatest) ? last : null;
}

/** The open run that a log line speaks of. */
export function pairLog(draft: Draft, ping: Ping): Run | null {
  const { openRuns } = draft.memory;
  if (ping.runId !== null) return openRuns.find((run) => run.runId === ping.runId) ?? null;
  return openRuns.findLast((run) => run.runId === null && sameOrigin(run, ping)) ?? openRuns.at(-1) ?? null;
}

/** Whether a ping came from where the run did, as far as is known. */
export function sameOrigin(run: Run, ping: Ping): boolean {
  return run.host !== null && ping.host !== null ? run.host === ping.host : run.source === ping.source;
}
