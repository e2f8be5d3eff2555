import { expect } from "vitest";
import type { Cause, IncidentAlert, IncidentEvent, Severity } from "../../lib/domain/incident.ts";
import { NUMBERS_A_PING } from "../../lib/domain/recent-pings.ts";
import type { Outcome, Run, RunReason } from "../../lib/domain/run.ts";
import type { Schedule } from "../../lib/domain/schedule.ts";
import type { JobState } from "../../lib/domain/state.ts";
import type { Instant } from "../../lib/domain/time.ts";

const CAUSES: Readonly<Record<Severity, readonly Cause[]>> = {
  critical: ["missed", "failed", "overlong", "abandoned"],
  warning: ["overlap", "slow", "fast", "too-often", "never-pinged"],
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

/** What is always true of something, by name. */
type Truths = Readonly<Record<string, boolean>>;

/** Holds what a job remembers, and the rows of its runs, against everything that is always true of them. */
export function expectValid(state: JobState, runs: readonly Run[]): void {
  // One assertion for all: thousands of them would take longer than what they look at.
  const wrong = [
    ...faultsOf("state", truthsOfState(state, runs)),
    ...state.incidents.flatMap((incident) =>
      faultsOf(`incident ${incident.number}`, truthsOfIncident(state, incident)),
    ),
    ...runs.flatMap((run) => faultsOf(`run ${run.number}`, truthsOfRun(run))),
  ];
  expect(wrong).toEqual([]);
}

function faultsOf(name: string, truths: Truths): string[] {
  return Object.entries(truths).flatMap(([truth, holds]) => (holds ? [] : [`${name}: ${truth}`]));
}

function truthsOfState(state: JobState, runs: readonly Run[]): Truths {
  const { openRuns, recentRuns, accountedThrough, nextSlotAt } = state;
  const remembered = [...openRuns, ...recentRuns].map((run) => run.number);
  const starts = openRuns.map((run) => run.startedAt ?? Number.NaN);
  const numbers = runs.map((run) => run.number);
  const running = (all: readonly Run[]) =>
    all
      .filter((run) => run.outcome === "running")
      .map((run) => run.number)
      .toSorted((a, b) => a - b)
      .join();
  return {
    "at most 50 runs are open": openRuns.length <= 50,
    "at most 8 settled runs are remembered": recentRuns.length <= 8,
    "at most 16 pings are remembered": state.recentPings.length <= 16 * NUMBERS_A_PING,
    "a run is remembered once": new Set(remembered).size === remembered.length,
    "open runs are running or overlong": openRuns.every(
      ({ outcome }) => outcome === "running" || outcome === "overlong",
    ),
    "settled runs do not run": recentRuns.every((run) => run.outcome !== "running"),
    "open runs stand in order of their starts": starts.every((start, index) => start >= (starts[index - 1] ?? start)),
    "instants are numbers": [accountedThrough, nextSlotAt, state.lastPingAt, state.lastOkAt].every(isInstant),
    "the next slot is to come": nextSlotAt === null || nextSlotAt > (accountedThrough ?? Infinity),
    "a streak is no less than none": state.badStreak >= 0 && state.okStreak >= 0,
    "at most one incident of a severity is open":
      new Set(state.incidents.map(({ severity }) => severity)).size === state.incidents.length,
    "numbers are given once": new Set(numbers).size === numbers.length,
    "numbers are counted": Math.max(0, ...numbers) <= state.lastRunNumber,
    "what runs is remembered": running(openRuns) === running(runs),
  };
}

function isInstant(at: Instant | null): boolean {
  return at === null || Number.isFinite(at);
}

function truthsOfIncident({ lastIncidentNumber }: JobState, incident: JobState["incidents"][number]): Truths {
  return {
    "its cause fits its severity": CAUSES[incident.severity].includes(incident.cause),
    "its number was counted": incident.number <= lastIncidentNumber,
    "it was opened": incident.sequence >= 1,
    "it is made of bad verdicts": incident.badCount >= (incident.cause === "never-pinged" ? 0 : 1),
    "some of them are missed slots": incident.missedCount >= 0,
  };
}

function truthsOfRun(run: Run): Truths {
  const { slotAt, lastSlotAt, startedAt, finishedAt, finishBy, settledAt, count } = run;
  return {
    "its reason fits its outcome": REASONS[run.outcome].includes(run.reason),
    "it has both slots or none": (slotAt === null) === (lastSlotAt === null),
    "its slots are in order": (lastSlotAt ?? 0) >= (slotAt ?? 0),
    "it is about something": count >= 1 && (count === 1) === (slotAt === lastSlotAt),
    "only verdicts are about many slots": count === 1 || startedAt === null,
    "it is settled unless it runs": (settledAt === null) === (run.outcome === "running"),
    "it does not end before it starts": finishedAt === null || finishedAt >= (startedAt ?? finishedAt),
    "it does not take less than no time": run.durationMs === null || run.durationMs >= 0,
    "its instants are numbers": [slotAt, lastSlotAt, startedAt, finishedAt, finishBy, settledAt].every(isInstant),
  };
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

type Told = { events: readonly IncidentEvent[]; alerts: readonly IncidentAlert[] };

/** Incidents of one severity take turns, each opened once and resolved at most once; no alert comes twice. */
export function expectTurns({ events, alerts }: Told): void {
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
