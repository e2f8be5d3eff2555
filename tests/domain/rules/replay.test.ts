import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newMemory } from "../../../lib/domain/draft.ts";
import type { IncidentAlert } from "../../../lib/domain/incident.ts";
import { DEFAULT_LIMITS, type Job } from "../../../lib/domain/job.ts";
import { backTest, type History, type HistoryEvent, replay, type Replay } from "../../../lib/domain/replay.ts";
import type { Run } from "../../../lib/domain/run.ts";
import type { JobState, Transition } from "../../../lib/domain/state.ts";
import { DAY, MINUTE, SECOND, type Instant } from "../../../lib/domain/time.ts";
import { applyDeadline, applyEdit, applyPause, applyPing, applyResume } from "../../../lib/domain/transition.ts";
import { historyArbitrary } from "../../support/lives.ts";
import { cron, makePing } from "../../support/scenario.ts";

/** What the shells do: each event as it comes, and a sweep one second after each deadline unless we are away. */
function live({ job, events, gaps, until }: History): Replay {
  const runs = new Map<number, Run>();
  const alerts: IncidentAlert[] = [];
  let state: JobState = { ...newMemory(), job, gaps: [] };
  let checkAt: Instant | null = null;

  function step(at: Instant, apply: (state: JobState) => Transition): void {
    const known = gaps.filter((gap) => gap.to <= at && gap.to >= at - 8 * DAY);
    const done = apply({ ...state, gaps: known });
    state = done.state;
    checkAt = done.checkAt;
    for (const number of done.removedRuns) runs.delete(number);
    for (const run of done.runs) runs.set(run.number, run);
    alerts.push(...done.alerts);
  }

  function sweepUntil(end: Instant): void {
    while (checkAt !== null && checkAt + SECOND < end) {
      const wanted = checkAt + SECOND;
      const gap = gaps.find(({ from, to }) => from <= wanted && wanted < to);
      const now: Instant = (gap?.to ?? checkAt) + SECOND;
      if (now >= end) return;
      const before = checkAt;
      step(now, (pending) => applyDeadline(pending, now));
      if (checkAt === before) throw new Error("A sweep past its deadline must get on.");
    }
  }

  for (const event of events) {
    sweepUntil(event.at);
    step(event.at, (before) => happen(before, event));
  }
  sweepUntil(until);
  step(until, (before) => applyDeadline(before, until));
  return { state, runs: [...runs.values()].toSorted((a, b) => a.number - b.number), alerts };
}

function happen(state: JobState, event: HistoryEvent): Transition {
  if (event.kind === "ping") return applyPing(state, event.ping, event.at);
  if (event.kind === "edit") return applyEdit(state, event.job, event.at);
  return event.kind === "pause" ? applyPause(state, event.at) : applyResume(state, event.at);
}

describe("a history that happens again", () => {
  it("gives the runs, alerts and memory that were booked while it happened", () => {
    fc.assert(
      fc.property(historyArbitrary, (history) => {
        const booked = live(history);
        const again = replay(history);
        expect(again.runs).toEqual(booked.runs);
        expect(again.alerts).toEqual(booked.alerts);
        expect({ ...again.state, gaps: [] }).toEqual({ ...booked.state, gaps: [] });
      }),
    );
  });
});

const JOB: Job = {
  id: "7b0c9f0e-0000-4000-8000-000000000001",
  schedule: cron("*/10 * * * *"),
  scheduleSince: Date.UTC(2026, 2, 1) - 1,
  limits: { ...DEFAULT_LIMITS, graceMs: MINUTE },
  usual: null,
};

/** Runs of 30 s, every ten minutes, each begun so many minutes late. */
function startedLate(minutes: readonly number[]): History {
  const events = minutes.flatMap((late, index): HistoryEvent[] => {
    const start = Date.UTC(2026, 2, 1) + index * 10 * MINUTE + late * MINUTE;
    return [makePing("start", start), makePing("success", start + 30 * SECOND)].map((ping) => ({
      kind: "ping",
      at: ping.receivedAt,
      ping,
    }));
  });
  return { job: JOB, events, gaps: [], until: Date.UTC(2026, 2, 1) + minutes.length * 10 * MINUTE - SECOND };
}

describe("a back-test", () => {
  const history = startedLate([0, 0, 3, 0, 4, 0]);
  const said = (graceMs: number) =>
    backTest(history, { schedule: JOB.schedule, limits: { ...JOB.limits, graceMs } }).map(
      ({ event, facts }) => `${event} ${facts.cause}`,
    );

  it("says what the settings in force have said", () => {
    expect(said(MINUTE)).toEqual(["opened missed", "resolved missed", "opened missed", "resolved missed"]);
    expect(said(MINUTE)).toEqual(replay(history).alerts.map(({ event, facts }) => `${event} ${facts.cause}`));
  });

  it("says what others would have said", () => {
    expect(said(3 * MINUTE + SECOND)).toEqual(["opened missed", "resolved missed"]);
    expect(said(5 * MINUTE)).toEqual([]);
  });

  it("leaves out edits of its time, since it is asked of one setting throughout", () => {
    const edit: HistoryEvent = {
      kind: "edit",
      at: Date.UTC(2026, 2, 1, 0, 5),
      job: { ...JOB, limits: { ...JOB.limits, graceMs: 5 * MINUTE } },
    };
    const edited = { ...history, events: [...history.events, edit].toSorted((a, b) => a.at - b.at) };
    expect(replay(edited).alerts).toEqual([]);
    expect(backTest(edited, JOB)).toHaveLength(4);
  });
});
