import type { IncidentAlert, IncidentEvent } from "./incident.ts";
import type { Job } from "./job.ts";
import type { PingDisposition } from "./ping.ts";
import type { Run } from "./run.ts";
import { compileSchedule, type Schedule } from "./schedule.ts";
import type { Gap, JobState, Memory, Transition } from "./state.ts";
import type { Instant } from "./time.ts";

/** As many settled runs as the rules ever look back at. */
const RECENT_RUNS = 8;

/**
 * The working copy of one evaluation. The rules change it step by step; the state it was made from stays untouched.
 * Runs are replaced, never changed in place.
 */
export type Draft = {
  readonly job: Job;
  readonly gaps: readonly Gap[];
  readonly schedule: Schedule;
  readonly memory: Memory;
  readonly runs: Map<number, Run>;
  readonly removedRuns: Set<number>;
  readonly incidents: IncidentEvent[];
  readonly alerts: IncidentAlert[];
};

/** What a job remembers before anything was heard of it. */
export function newMemory(): Memory {
  return {
    accountedThrough: null,
    nextSlotAt: null,
    pausedAt: null,
    firstPingAt: null,
    lastPingAt: null,
    lastOkAt: null,
    openRuns: [],
    recentRuns: [],
    recentPings: [],
    incidents: [],
    badStreak: 0,
    okStreak: 0,
    lastRunNumber: 0,
    lastIncidentNumber: 0,
  };
}

export function openDraft({ job, gaps, ...memory }: JobState): Draft {
  return {
    job,
    gaps,
    schedule: compileSchedule(job.schedule),
    memory: {
      ...memory,
      openRuns: [...memory.openRuns],
      recentRuns: [...memory.recentRuns],
      recentPings: [...memory.recentPings],
      incidents: [...memory.incidents],
    },
    runs: new Map(),
    removedRuns: new Set(),
    incidents: [],
    alerts: [],
  };
}

export function closeDraft(
  draft: Draft,
  result: { checkAt: Instant | null; disposition?: PingDisposition; pingRunNumber?: number | null },
): Transition {
  return {
    state: { ...draft.memory, job: draft.job, gaps: draft.gaps },
    disposition: result.disposition ?? null,
    pingRunNumber: result.pingRunNumber ?? null,
    runs: [...draft.runs.values()],
    removedRuns: [...draft.removedRuns],
    incidents: draft.incidents,
    alerts: draft.alerts,
    checkAt: result.checkAt,
  };
}

/**
 * A run with the next free number, or with the number of a row that it replaces. Written out, so that all runs have one
 * shape: this is where pings spend their time.
 */
export function makeRun(draft: Draft, fields: Partial<Run> & Pick<Run, "outcome">): Run {
  const number = fields.number ?? draft.memory.lastRunNumber + 1;
  draft.memory.lastRunNumber = Math.max(draft.memory.lastRunNumber, number);
  draft.removedRuns.delete(number);
  return {
    number,
    outcome: fields.outcome,
    slotAt: fields.slotAt ?? null,
    lastSlotAt: fields.lastSlotAt ?? null,
    count: fields.count ?? 1,
    startedAt: fields.startedAt ?? null,
    finishedAt: fields.finishedAt ?? null,
    durationMs: fields.durationMs ?? null,
    finishBy: fields.finishBy ?? null,
    heartbeatAt: fields.heartbeatAt ?? null,
    slowBy: fields.slowBy ?? null,
    heldUntil: fields.heldUntil ?? null,
    finishedLate: fields.finishedLate ?? false,
    exitCode: fields.exitCode ?? null,
    runId: fields.runId ?? null,
    host: fields.host ?? null,
    source: fields.source ?? null,
    ambiguous: fields.ambiguous ?? false,
    startSeen: fields.startSeen ?? true,
    reason: fields.reason ?? null,
    settledAt: fields.settledAt ?? null,
    output: fields.output ?? null,
  };
}

/** Books a run among the open ones, oldest start first, in place of its former self. */
export function putOpen(draft: Draft, run: Run): void {
  const { openRuns } = draft.memory;
  replaceOrAppend(openRuns, run);
  // A spooled start may be older than runs already open.
  openRuns.sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
  draft.runs.set(run.number, run);
}

/** Books a run among the settled ones, in place of its former self, open or settled. */
export function putSettled(draft: Draft, run: Run): void {
  const { openRuns, recentRuns } = draft.memory;
  const open = openRuns.findIndex((other) => other.number === run.number);
  if (open >= 0) openRuns.splice(open, 1);
  replaceOrAppend(recentRuns, run);
  if (recentRuns.length > RECENT_RUNS) recentRuns.shift();
  draft.runs.set(run.number, run);
}

/** Books a settled run as the latest one, so that it is remembered longest. */
export function putLatest(draft: Draft, run: Run): void {
  const { recentRuns } = draft.memory;
  const at = recentRuns.findIndex((other) => other.number === run.number);
  if (at >= 0) recentRuns.splice(at, 1);
  putSettled(draft, run);
}

/** Takes a verdict back as if it had never been given. */
export function dropRun(draft: Draft, number: number): void {
  const { recentRuns } = draft.memory;
  const at = recentRuns.findIndex((other) => other.number === number);
  if (at >= 0) recentRuns.splice(at, 1);
  draft.runs.delete(number);
  draft.removedRuns.add(number);
}

function replaceOrAppend(runs: Run[], run: Run): void {
  const at = runs.findIndex((other) => other.number === run.number);
  if (at >= 0) runs[at] = run;
  else runs.push(run);
}
