import type { IncidentAlert, IncidentEvent } from "./incident.ts";
import type { Job } from "./job.ts";
import type { PingDisposition } from "./ping.ts";
import type { Run } from "./run.ts";
import { compileSchedule, type Schedule } from "./schedule.ts";
import type { Gap, JobState, Memory, Transition } from "./state.ts";
import type { Instant } from "./time.ts";

/** As many settled runs as the rules ever look back at. */
export const RECENT_RUNS = 8;

/**
 * The working copy of one evaluation. The rules change it step by step; the state it was made from stays untouched.
 * Runs are replaced, never changed in place.
 */
export type Draft = {
  readonly job: Job;
  readonly gaps: readonly Gap[];
  readonly schedule: Schedule;
  readonly memory: Memory;
  /** Rows that changed, each number once. */
  readonly runs: Run[];
  readonly removedRuns: number[];
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
    countsSince: null,
    okStreak: 0,
    lastRunNumber: 0,
    lastIncidentNumber: 0,
  };
}

// Written out, here and below: every ping passes by, and copying what a spread finds takes ten times as long.
export function openDraft(state: JobState): Draft {
  return {
    job: state.job,
    gaps: state.gaps,
    schedule: compileSchedule(state.job.schedule),
    memory: {
      accountedThrough: state.accountedThrough,
      nextSlotAt: state.nextSlotAt,
      pausedAt: state.pausedAt,
      firstPingAt: state.firstPingAt,
      lastPingAt: state.lastPingAt,
      lastOkAt: state.lastOkAt,
      openRuns: [...state.openRuns],
      // These two are replaced, never changed.
      recentRuns: state.recentRuns,
      recentPings: state.recentPings,
      incidents: [...state.incidents],
      badStreak: state.badStreak,
      countsSince: state.countsSince,
      okStreak: state.okStreak,
      lastRunNumber: state.lastRunNumber,
      lastIncidentNumber: state.lastIncidentNumber,
    },
    runs: [],
    removedRuns: [],
    incidents: [],
    alerts: [],
  };
}

export function closeDraft(
  draft: Draft,
  result: { checkAt: Instant | null; disposition?: PingDisposition; pingRunNumber?: number | null },
): Transition {
  return {
    state: stateOf(draft),
    disposition: result.disposition ?? null,
    pingRunNumber: result.pingRunNumber ?? null,
    runs: draft.runs,
    removedRuns: draft.removedRuns,
    incidents: draft.incidents,
    alerts: draft.alerts,
    checkAt: result.checkAt,
  };
}

/** A job's state, from what is remembered and what is configured. */
export function stateOf({ memory, job, gaps }: Pick<Draft, "memory" | "job" | "gaps">): JobState {
  return {
    job,
    gaps,
    accountedThrough: memory.accountedThrough,
    nextSlotAt: memory.nextSlotAt,
    pausedAt: memory.pausedAt,
    firstPingAt: memory.firstPingAt,
    lastPingAt: memory.lastPingAt,
    lastOkAt: memory.lastOkAt,
    openRuns: memory.openRuns,
    recentRuns: memory.recentRuns,
    recentPings: memory.recentPings,
    incidents: memory.incidents,
    badStreak: memory.badStreak,
    countsSince: memory.countsSince,
    okStreak: memory.okStreak,
    lastRunNumber: memory.lastRunNumber,
    lastIncidentNumber: memory.lastIncidentNumber,
  };
}

/** A run with the next free number, or with the number of a row that it replaces. */
export function makeRun(draft: Draft, fields: Partial<Run> & Pick<Run, "outcome">): Run {
  const number = fields.number ?? draft.memory.lastRunNumber + 1;
  draft.memory.lastRunNumber = Math.max(draft.memory.lastRunNumber, number);
  without(draft.removedRuns, number);
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
  replaceOrAppend(draft.runs, run);
}

/** Books a run among the settled ones, in place of its former self, open or settled. */
export function putSettled(draft: Draft, run: Run): void {
  const { openRuns, recentRuns } = draft.memory;
  const open = placeOf(openRuns, run.number);
  if (open >= 0) openRuns.splice(open, 1);
  const at = placeOf(recentRuns, run.number);
  if (at >= 0) draft.memory.recentRuns = recentRuns.with(at, run);
  else draft.memory.recentRuns = recentRuns.slice(Math.max(0, recentRuns.length + 1 - RECENT_RUNS)).concat(run);
  replaceOrAppend(draft.runs, run);
}

/** Books a settled run as the latest one, so that it is remembered longest. */
export function putLatest(draft: Draft, run: Run): void {
  forget(draft, run.number);
  putSettled(draft, run);
}

/** Takes a verdict back as if it had never been given. */
export function dropRun(draft: Draft, number: number): void {
  forget(draft, number);
  const written = draft.runs.findIndex((run) => run.number === number);
  if (written >= 0) draft.runs.splice(written, 1);
  without(draft.removedRuns, number);
  draft.removedRuns.push(number);
}

function forget({ memory }: Draft, number: number): void {
  memory.recentRuns = memory.recentRuns.filter((run) => run.number !== number);
}

function without(numbers: number[], number: number): void {
  const at = numbers.indexOf(number);
  if (at >= 0) numbers.splice(at, 1);
}

/** Books a row that changed, in place of its former self. */
export function replaceOrAppend(runs: Run[], run: Run): void {
  const at = placeOf(runs, run.number);
  if (at >= 0) runs[at] = run;
  else runs.push(run);
}

/** -1 where there is none of that number. */
function placeOf(runs: readonly Run[], number: number): number {
  for (let index = runs.length - 1; index >= 0; index--) if (runs[index]?.number === number) return index;
  return -1;
}
