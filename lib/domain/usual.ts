import type { Schedule } from "./schedule.ts";
import { HOUR, MINUTE, type Instant, type Millis, SECOND } from "./time.ts";

/** One good run as the statistics see it. */
export type UsualSample = {
  startedAt: Instant;
  /** Null where neither a start was seen nor a duration sent. */
  durationMs: Millis | null;
  /** First sign − (slot + the job's jitter): what its grace has to bear. Null without a slot; negative where early. */
  latenessMs: Millis | null;
};

/** Where most of a job's figures lie; milliseconds. */
export type Spread = { count: number; p5: Millis; median: Millis; p95: Millis };

/** What a job usually does, from its latest good runs. Null: too few to say. */
export type Usual = {
  duration: Spread | null;
  lateness: Spread | null;
  /** Durations by local weekday from Sunday, where a weekday has enough runs of its own. */
  durationByWeekday: readonly (Spread | null)[];
};

/** Bounds beyond which a run is unusual, by local weekday from Sunday. Null: no bound. */
export type UnusualBounds = {
  slowAfterMs: readonly (Millis | null)[];
  fastBelowMs: readonly (Millis | null)[];
};

/** With fewer runs, chance would speak. */
const ENOUGH = 10;
const ENOUGH_ON_A_WEEKDAY = 5;

/** A run three times as long as nearly all others is slow, but nobody is called for seconds. */
const SLOW_FACTOR = 3;
const SLOW_FLOOR: Millis = MINUTE;

/** A run a third as long as nearly all others has skipped its work, where there is work worth a minute. */
const FAST_FACTOR = 3;
const FAST_LEAST_MEDIAN: Millis = MINUTE;

/** The weekday of an instant by the clocks of the schedule's zone, of UTC where it has none; 0 for Sunday. */
export function localWeekday({ zone }: Pick<Schedule, "zone">, at: Instant): number {
  return new Date(at + (zone?.offsetAt(at) ?? 0)).getUTCDay();
}

/** The usual figures of a job; `weekdayAt` tells the local weekday of an instant, 0 for Sunday. */
export function usualOf(samples: readonly UsualSample[], weekdayAt: (at: Instant) => number): Usual {
  const durations = samples.flatMap(({ startedAt, durationMs }) =>
    durationMs === null ? [] : [{ weekday: weekdayAt(startedAt), durationMs }],
  );
  const latenesses = samples.flatMap(({ latenessMs }) => (latenessMs === null ? [] : [latenessMs]));
  const weekdays = new Set(durations.map(({ weekday }) => weekday));
  return {
    duration: spreadOf(
      durations.map(({ durationMs }) => durationMs),
      ENOUGH,
    ),
    lateness: spreadOf(latenesses, ENOUGH),
    durationByWeekday: WEEK.map((weekday) => {
      // A job that runs on one weekday only has nothing to tell weekdays apart by.
      if (weekdays.size < 2) return null;
      const ofWeekday = durations.filter((run) => run.weekday === weekday);
      return spreadOf(
        ofWeekday.map(({ durationMs }) => durationMs),
        ENOUGH_ON_A_WEEKDAY,
      );
    }),
  };
}

const WEEK = [0, 1, 2, 3, 4, 5, 6];

/** The quantiles of values, nearest rank; null for fewer than `least`. */
function spreadOf(values: readonly Millis[], least: number): Spread | null {
  if (values.length < least) return null;
  const ascending = values.toSorted((a, b) => a - b);
  return {
    count: values.length,
    p5: quantile(ascending, 0.05),
    median: quantile(ascending, 0.5),
    p95: quantile(ascending, 0.95),
  };
}

function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? 0;
}

/** The bounds that follow from what is usual; null where too little is known. */
export function unusualBounds({ duration, durationByWeekday }: Usual): UnusualBounds | null {
  if (duration === null) return null;
  const spreads = WEEK.map((weekday) => durationByWeekday[weekday] ?? duration);
  return {
    slowAfterMs: spreads.map(({ p95 }) => Math.max(SLOW_FACTOR * p95, SLOW_FLOOR)),
    fastBelowMs: spreads.map(({ p5, median }) => (median < FAST_LEAST_MEDIAN ? null : Math.floor(p5 / FAST_FACTOR))),
  };
}

/** A grace that nearly all runs of the past would have kept with as much again to spare; null where too little is known. */
export function suggestedGrace({ lateness }: Usual): Millis | null {
  return lateness === null ? null : roundUp(Math.max(MINUTE, 2 * lateness.p95));
}

/** A limit that no run of the past but a runaway would have broken; null where too little is known. */
export function suggestedMaxRuntime({ duration }: Usual): Millis | null {
  return duration === null ? null : roundUp(Math.max(MINUTE, SLOW_FACTOR * duration.p95));
}

/** Up to a figure that people write: whole 10 s, minutes, 5 min, 15 min, hours. */
function roundUp(ms: Millis): Millis {
  const steps: readonly (readonly [below: Millis, step: Millis])[] = [
    [2 * MINUTE, 10 * SECOND],
    [10 * MINUTE, MINUTE],
    [HOUR, 5 * MINUTE],
    [6 * HOUR, 15 * MINUTE],
  ];
  const step = steps.find(([below]) => ms <= below)?.[1] ?? HOUR;
  return Math.ceil(ms / step) * step;
}
