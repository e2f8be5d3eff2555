import { jitterOf } from "./deadline.ts";
import type { Limits, ScheduleSpec } from "./job.ts";
import { compileSchedule } from "./schedule.ts";
import { type Instant, type Millis, SECOND } from "./time.ts";
import { localWeekday, type Spread, type UnusualBounds, type Usual, type UsualSample, usualOf } from "./usual.ts";

/** What the statistics need to know of a good run. */
export type GoodRun = {
  startedAt: Instant;
  /** Its first sign: the start, or the end where no start was seen. */
  signAt: Instant;
  slotAt: Instant | null;
  durationMs: Millis | null;
};

/** The part of a job's settings that its usual figures depend on. */
export type UsualSettings = { schedule: ScheduleSpec; limits: Pick<Limits, "jitterMs"> };

/** The usual figures of a job from its latest good runs. Throws a `ScheduleError`. */
export function usualOfRuns(runs: readonly GoodRun[], { schedule: spec, limits }: UsualSettings): Usual {
  const schedule = compileSchedule(spec);
  const jitterMs = jitterOf(schedule, limits);
  const samples = runs.map(({ startedAt, signAt, slotAt, durationMs }): UsualSample => ({
    startedAt,
    durationMs,
    latenessMs: slotAt === null ? null : signAt - slotAt - jitterMs,
  }));
  return usualOf(samples, (at) => localWeekday(schedule, at));
}

export type WeekdaySpread = { weekday: number; duration: Spread };

/** So much longer or shorter, and by so much, is worth a word of its own. */
const UNLIKE_FACTOR = 1.5;
const UNLIKE_LEAST: Millis = 10 * SECOND;

/** The weekdays on which a job usually takes much more or less time than in general. */
export function unlikeWeekdays({ duration, durationByWeekday }: Usual): WeekdaySpread[] {
  if (duration === null) return [];
  return durationByWeekday.flatMap((spread, weekday) =>
    spread !== null && isUnlike(spread.median, duration.median) ? [{ weekday, duration: spread }] : [],
  );
}

function isUnlike(one: Millis, other: Millis): boolean {
  const [less, more] = one < other ? [one, other] : [other, one];
  return more >= UNLIKE_FACTOR * less && more - less >= UNLIKE_LEAST;
}

/** What lengths of runs are held against. */
export type Yardstick = { usual: Usual; bounds: UnusualBounds };

/**
 * How many times the usual length a run took, where that lies beyond what is usual on its weekday; else null. Only a
 * good run can be too fast: one that failed has its reason.
 */
export function unusualFactor(
  run: { durationMs: Millis | null; good: boolean },
  weekday: number,
  { usual, bounds }: Yardstick,
): number | null {
  const { durationMs, good } = run;
  const median = (usual.durationByWeekday[weekday] ?? usual.duration)?.median ?? 0;
  if (durationMs === null || median === 0) return null;
  const slow = durationMs > (bounds.slowAfterMs[weekday] ?? Infinity);
  const fast = good && durationMs < (bounds.fastBelowMs[weekday] ?? 0);
  return slow || fast ? durationMs / median : null;
}

/** Changes of a limit by less than this are not worth anybody's time. */
const MATTERS_UPWARDS = 1.25;
const MATTERS_DOWNWARDS = 0.5;

/** A suggestion, where it differs from what is set by enough to matter; no limit is further away than any. */
export function worthSuggesting(suggested: Millis | null, set: Millis | null): Millis | null {
  if (suggested === null || set === null) return suggested;
  return suggested >= MATTERS_UPWARDS * set || suggested <= MATTERS_DOWNWARDS * set ? suggested : null;
}
