import { expect } from "vitest";
import type { Cause, IncidentAlert, IncidentEvent, Severity } from "../../lib/domain/incident.ts";
import type { Outcome, Run, RunReason } from "../../lib/domain/run.ts";
import type { Schedule } from "../../lib/domain/schedule.ts";
import type { JobState } from "../../lib/domain/state.ts";
import type { Instant } from "../../lib/domain/time.ts";

const CAUSES: Readonly<Record<Severity, readonly Cause[]>> = {
  critical: ["missed", "failed", "overlong", "abandoned"],
  warning: ["overlap", "slow", "fast"],
};

const REASONS: Readonly<Record<Outcome, readonly (RunReason | null)[]>> = {
  running: [null],
  ok: [null],
  failed: [null, "too-quick"],
  missed: [null],
  overlong: [null, "next-slot", "day-without-end", "too-many-open", "newer-ended", "announced"],
  abandoned: ["next-slot", "day-without-end", "too-many-open", "newer-ended"],
  skipped: ["still-running", "optional", "announced"],
  unknown: ["own-gap", "paused"],
};

/** Holds what a job remembers, and the rows of its runs, against everything that is always true of them. */
export function expectValid(state: JobState, runs: readonly Run[]): void {
  expect(state.openRuns.length).toBeLessThanOrEqual(50);
  expect(state.recentRuns.length).toBeLessThanOrEqual(8);
  expect(state.recentPings.length).toBeLessThanOrEqual(16);
  const remembered = [...state.openRuns, ...state.recentRuns];
  expect(new Set(remembered.map((run) => run.number)).size).toBe(remembered.length);
  expect(state.recentRuns.filter((run) => run.outcome === "running")).toEqual([]);
  for (const run of state.openRuns) expect(["running", "overlong"]).toContain(run.outcome);
  expect(state.openRuns.map(startOf)).toEqual(state.openRuns.map(startOf).toSorted((a, b) => a - b));
  for (const at of [state.accountedThrough, state.nextSlotAt, state.lastPingAt, state.lastOkAt]) {
    expect(at === null || Number.isFinite(at)).toBe(true);
  }
  if (state.nextSlotAt !== null) expect(state.nextSlotAt).toBeGreaterThan(state.accountedThrough ?? Infinity);
  expect(state.badStreak).toBeGreaterThanOrEqual(0);
  expectIncidents(state);
  for (const run of runs) expectRun(run);
  const numbers = runs.map((run) => run.number);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(Math.max(0, ...numbers)).toBeLessThanOrEqual(state.lastRunNumber);
  const open = (all: readonly Run[]) => all.filter((run) => run.outcome === "running").map((run) => run.number);
  expect(open(state.openRuns).toSorted((a, b) => a - b)).toEqual(open(runs).toSorted((a, b) => a - b));
}

function startOf(run: Run): number {
  return run.startedAt ?? Number.NaN;
}

function expectIncidents({ incidents, lastIncidentNumber }: JobState): void {
  expect(new Set(incidents.map((incident) => incident.severity)).size).toBe(incidents.length);
  for (const incident of incidents) {
    expect(CAUSES[incident.severity]).toContain(incident.cause);
    expect(incident.number).toBeLessThanOrEqual(lastIncidentNumber);
    expect(incident.sequence).toBeGreaterThanOrEqual(1);
    expect(incident.badCount).toBeGreaterThanOrEqual(1);
    expect(incident.missedCount).toBeGreaterThanOrEqual(0);
  }
}

function expectRun(run: Run): void {
  expect(REASONS[run.outcome]).toContain(run.reason);
  expect(run.slotAt === null).toBe(run.lastSlotAt === null);
  expect(run.lastSlotAt ?? 0).toBeGreaterThanOrEqual(run.slotAt ?? 0);
  expect(run.count).toBeGreaterThanOrEqual(1);
  if (run.count > 1) expect(run.startedAt).toBeNull();
  expect(run.settledAt === null).toBe(run.outcome === "running");
  expect(run.finishedAt === null || run.finishedAt >= (run.startedAt ?? run.finishedAt)).toBe(true);
  expect(run.durationMs === null || run.durationMs >= 0).toBe(true);
  for (const at of [run.slotAt, run.startedAt, run.finishedAt, run.finishBy, run.settledAt]) {
    expect(at === null || Number.isFinite(at)).toBe(true);
  }
}

/** Every slot that a row of runs speaks for. */
export function slotsOf(run: Run, schedule: Schedule): Instant[] {
  if (run.slotAt === null || run.lastSlotAt === null) return [];
  const slots = [run.slotAt];
  for (let slot = run.slotAt; slot < run.lastSlotAt;) {
    slot = schedule.next(slot) ?? Number.POSITIVE_INFINITY;
    slots.push(slot);
  }
  expect(run.count).toBe(slots.length);
  return slots;
}

/** Incidents of one severity take turns, each opened once and resolved at most once; no alert comes twice. */
export function expectTurns({
  events,
  alerts,
}: {
  events: readonly IncidentEvent[];
  alerts: readonly IncidentAlert[];
}): void {
  const open = new Map<Severity, number>();
  for (const { kind, incident } of events) {
    if (kind === "opened") expect(open.has(incident.severity)).toBe(false);
    else expect(open.get(incident.severity)).toBe(incident.number);
    if (kind === "resolved") open.delete(incident.severity);
    else open.set(incident.severity, incident.number);
  }
  const keys = alerts.map((alert) => `${alert.incident.number} ${alert.event} ${alert.sequence}`);
  expect(new Set(keys).size).toBe(keys.length);
}
