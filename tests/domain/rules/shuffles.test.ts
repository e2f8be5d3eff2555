import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Limits } from "../../../lib/domain/job.ts";
import type { Ping } from "../../../lib/domain/ping.ts";
import { compileSchedule } from "../../../lib/domain/schedule.ts";
import { HOUR, MINUTE, SECOND, type Instant } from "../../../lib/domain/time.ts";
import { gapsArbitrary, inOrder, limitsArbitrary, live, scheduleArbitrary, SPAN, START } from "../../support/lives.ts";
import { unsureScheduleArbitrary, useRestlessZone } from "../../support/restless-zone.ts";
import { makePing, type Scenario } from "../../support/scenario.ts";
import { LONG } from "../../support/size.ts";
import { expectTurns, expectValid, slotsOf } from "../../support/validity.ts";

beforeEach(useRestlessZone);

/** What happens to one ping on its way: how often it comes, how late each time, and whether it tells its own time. */
const passageArbitrary = fc.record({
  delays: fc.oneof(
    { weight: 6, arbitrary: fc.constant([0]) },
    { weight: 1, arbitrary: fc.constant([]) },
    {
      weight: 2,
      arbitrary: fc.array(
        fc.oneof(fc.integer({ min: 0, max: 40 * SECOND }), fc.integer({ min: 0, max: 90 * MINUTE })),
        { minLength: 1, maxLength: 3 },
      ),
    },
  ),
  tells: fc.boolean(),
});

type Passage = { delays: readonly number[]; tells: boolean };

const tripArbitrary = fc.record({
  action: fc.constantFrom("success" as const, "success" as const, "success" as const, "fail" as const, "skip" as const),
  late: fc.integer({ min: -50 * SECOND, max: 3 * MINUTE }),
  took: fc.integer({ min: 0, max: 15 * MINUTE }),
  named: fc.boolean(),
  start: passageArbitrary,
  end: passageArbitrary,
});

type Trip = {
  action: "success" | "fail" | "skip";
  late: number;
  took: number;
  named: boolean;
  start: Passage;
  end: Passage;
};

const interruptionArbitrary = fc.record({
  kind: fc.constantFrom("pause" as const, "resume" as const, "edit" as const),
  at: fc.integer({ min: 0, max: SPAN / SECOND }).map((seconds) => START + seconds * SECOND + 500),
  limits: limitsArbitrary,
});

type Interruption = { kind: "pause" | "resume" | "edit"; at: Instant; limits: Partial<Limits> };

const journeyArbitrary = fc.record({
  schedule: fc.oneof(scheduleArbitrary, unsureScheduleArbitrary),
  limits: limitsArbitrary,
  trips: fc.array(tripArbitrary, { minLength: 5, maxLength: 30 }),
  gaps: gapsArbitrary,
  interruptions: fc.array(interruptionArbitrary, { maxLength: 4 }),
});

function arrivals(ping: Ping, { delays, tells }: Passage): Ping[] {
  return delays.map((delay) => ({
    ...ping,
    receivedAt: ping.receivedAt + delay,
    at: tells ? ping.receivedAt : null,
  }));
}

/** A run at every slot, as its pings come in. */
function pingsOf(slots: readonly Instant[], trips: readonly Trip[]): Ping[] {
  return slots.flatMap((slot, index) => {
    const trip = trips[index % trips.length];
    if (trip === undefined) return [];
    const runId = trip.named ? `00000000-0000-4000-8000-${String(index).padStart(12, "0")}` : null;
    const begun = slot + trip.late;
    const start =
      trip.action === "skip" && !trip.named ? [] : arrivals(makePing("start", begun, { runId }), trip.start);
    return [...start, ...arrivals(makePing(trip.action, begun + trip.took, { runId }), trip.end)];
  });
}

/** Lets all of it happen in the order of receipt. @returns when nobody was watching for slots. */
function happen(job: Scenario, pings: readonly Ping[], interruptions: readonly Interruption[]): [Instant, Instant][] {
  const steps = [
    ...pings.map((ping) => ({ at: ping.receivedAt, step: () => job.apply(ping) })),
    ...interruptions.map(({ kind, at, limits }) => ({
      at,
      step: () => (kind === "edit" ? job.edit(at, { limits }) : kind === "pause" ? job.pause(at) : job.resume(at)),
    })),
  ];
  const pauses: [Instant, Instant][] = [];
  for (const { at, step } of steps.toSorted((a, b) => a.at - b.at)) {
    const before = job.state.pausedAt;
    step();
    if (before !== null && job.state.pausedAt === null) pauses.push([before, at]);
    expectValid(job.state, job.runs());
  }
  return pauses;
}

describe("any shuffling, loss or repetition of pings", () => {
  it("ends in a valid state, with every slot accounted for exactly once", () => {
    fc.assert(
      fc.property(journeyArbitrary, ({ schedule: spec, limits, trips, gaps, interruptions }) => {
        const schedule = compileSchedule(spec);
        const slots = spec.kind === "none" ? [] : schedule.between(START, START + SPAN, 60);
        const job = live({ schedule: spec, limits, usual: null, pings: [], gaps });
        const pauses = happen(job, inOrder(pingsOf(slots, trips)), interruptions);
        job.sweep(START + SPAN + 4 * HOUR);
        expectValid(job.state, job.runs());
        expectTurns(job);
        if (spec.kind !== "cron") return;
        const told = job.runs().flatMap((run) => slotsOf(run, schedule));
        const counted = new Set(told);
        expect(counted.size).toBe(told.length);
        const { accountedThrough, pausedAt } = job.state;
        const first = Math.min(...told);
        if (accountedThrough === null || !Number.isFinite(first)) return;
        const unwatched = pausedAt === null ? pauses : [...pauses, [pausedAt, Infinity] as const];
        const unjudged: Instant[] = [];
        for (const slot of schedule.between(first, accountedThrough, Infinity)) {
          // A slot that had not come to its deadline as a pause began is not judged any more.
          const excused = unwatched.some(([from, to]) => slot > from - 2 * HOUR && slot <= to);
          if (!excused && !counted.has(slot)) unjudged.push(slot);
        }
        expect(unjudged).toEqual([]);
      }),
      { numRuns: LONG ? 3_000 : 100 },
    );
  });
});
