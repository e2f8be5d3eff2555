import fc from "fast-check";
import { DEFAULT_LIMITS, type Job, type Limits, type ScheduleSpec } from "../../lib/domain/job.ts";
import type { Ping, PingAction } from "../../lib/domain/ping.ts";
import type { History, HistoryEvent } from "../../lib/domain/replay.ts";
import type { Gap } from "../../lib/domain/state.ts";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import type { UnusualBounds } from "../../lib/domain/usual.ts";
import { unsureScheduleArbitrary } from "./restless-zone.ts";
import { cron, every, instant, makePing, NO_SCHEDULE, Scenario } from "./scenario.ts";

/** Lives begin here and last `SPAN`. */
export const START = instant("00:00:00");
export const SPAN = 6 * HOUR;

const RUN_IDS = [null, null, "aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"];

export const scheduleArbitrary: fc.Arbitrary<ScheduleSpec> = fc.constantFrom(
  cron("*/10 * * * *"),
  cron("0 * * * *"),
  cron("7,37 * * * *", "Europe/Riga"),
  every(10 * MINUTE),
  every(90 * SECOND),
  NO_SCHEDULE,
);

export const limitsArbitrary: fc.Arbitrary<Partial<Limits>> = fc.record({
  graceMs: fc.constantFrom(null, 0, 30 * SECOND, 25 * MINUTE),
  maxRuntimeMs: fc.constantFrom(null, 4 * MINUTE, 40 * MINUTE),
  minRuntimeMs: fc.constantFrom(null, null, null, MINUTE),
  failuresToOpen: fc.integer({ min: 1, max: 3 }),
  failureWindow: fc.constantFrom(null, null, 3, 8),
  successesToClose: fc.integer({ min: 1, max: 2 }),
  overlap: fc.constantFrom("alert" as const, "allow" as const),
  unusual: fc.constantFrom("alert" as const, "ignore" as const),
});

const WEEK = [0, 1, 2, 3, 4, 5, 6];

/** What is usual, where anybody knows; a life is part of one day. */
const usualArbitrary: fc.Arbitrary<UnusualBounds | null> = fc.constantFrom(null, {
  slowAfterMs: WEEK.map(() => 6 * MINUTE),
  fastBelowMs: WEEK.map(() => MINUTE),
});

export const pingArbitrary: fc.Arbitrary<Ping> = fc
  .record({
    action: fc.constantFrom<PingAction>("start", "start", "success", "success", "fail", "log", "skip"),
    offset: fc.integer({ min: 0, max: SPAN }),
    runId: fc.constantFrom(...RUN_IDS),
    host: fc.constantFrom(null, "db-01", "db-02"),
    spooledBy: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.integer({ min: -MINUTE, max: 60 * MINUTE })),
  })
  .map(({ action, offset, runId, host, spooledBy }) => {
    const receivedAt = START + offset;
    return makePing(action, receivedAt, { runId, host, at: spooledBy === null ? null : receivedAt - spooledBy });
  });

/** Gaps that do not touch each other, oldest first. */
export const gapsArbitrary: fc.Arbitrary<Gap[]> = fc
  .array(fc.record({ from: fc.integer({ min: 0, max: SPAN }), length: fc.integer({ min: 1, max: 40 * MINUTE }) }), {
    maxLength: 2,
  })
  .map((gaps) =>
    gaps
      .map(({ from, length }) => ({ from: START + from, to: START + from + length }))
      .toSorted((a, b) => a.from - b.from)
      .filter((gap, index, all) => gap.from > (all[index - 1]?.to ?? 0)),
  );

/** A job with all that it hears, in any order. */
export type Life = {
  schedule: ScheduleSpec;
  limits: Partial<Limits>;
  usual: UnusualBounds | null;
  pings: Ping[];
  gaps: Gap[];
};

/** In some of them clocks change: they need `useRestlessZone`. */
export const lifeArbitrary: fc.Arbitrary<Life> = fc.record({
  schedule: fc.oneof(scheduleArbitrary, unsureScheduleArbitrary),
  limits: limitsArbitrary,
  usual: usualArbitrary,
  pings: fc.array(pingArbitrary, { maxLength: 40 }),
  gaps: gapsArbitrary,
});

/** Lets a life happen, ping by ping. */
export function live({ schedule, limits, usual, pings, gaps }: Life): Scenario {
  const job = new Scenario(schedule, limits, { since: START - 1, gaps, ...(usual === null ? {} : { usual }) });
  for (const ping of pings) job.apply(ping);
  return job;
}

export function inOrder(pings: readonly Ping[]): Ping[] {
  return pings.toSorted((a, b) => a.receivedAt - b.receivedAt);
}

const jobArbitrary: fc.Arbitrary<Job> = fc
  .record({ schedule: scheduleArbitrary, limits: limitsArbitrary, usual: usualArbitrary })
  .map(({ schedule, limits, usual }) => ({
    id: "7b0c9f0e-0000-4000-8000-000000000001",
    schedule,
    scheduleSince: START - 1,
    limits: { ...DEFAULT_LIMITS, ...limits },
    usual,
  }));

const eventArbitrary: fc.Arbitrary<HistoryEvent> = fc.oneof(
  { weight: 12, arbitrary: pingArbitrary.map((ping) => ({ kind: "ping" as const, at: ping.receivedAt, ping })) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("pause" as const, "resume" as const),
      at: fc.integer({ min: START, max: START + SPAN }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ job: jobArbitrary, at: fc.integer({ min: START, max: START + SPAN }) })
      .map(({ job, at }) => ({ kind: "edit" as const, at, job: { ...job, scheduleSince: at } })),
  },
);

/** Whole histories of a job: pings, edits and pauses in order; nothing comes while we are away. */
export const historyArbitrary: fc.Arbitrary<History> = fc
  .record({ job: jobArbitrary, events: fc.array(eventArbitrary, { maxLength: 50 }), gaps: gapsArbitrary })
  .map(({ job, events, gaps }) => ({
    job,
    events: events
      .filter(({ at }) => !gaps.some((gap) => gap.from <= at && at < gap.to))
      .toSorted((a, b) => a.at - b.at),
    gaps,
    until: START + SPAN + 2 * HOUR,
  }));
