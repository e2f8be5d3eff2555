import { jitterOf } from "./deadline.ts";
import type { Limits, ScheduleSpec } from "./job.ts";
import type { Run } from "./run.ts";
import { compileSchedule } from "./schedule.ts";
import { type Instant, type Millis, SECOND } from "./time.ts";
import { localWeekday, type Spread, unusualBounds, type Usual, type UsualSample, usualOf } from "./usual.ts";

/** What the statistics need to know of a good run. */
export type GoodRun = {
  number: number;
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

/** How long a job takes on most days, and on the weekdays that are unlike those. */
export type UsualDays = { ordinary: Spread | null; unlike: { weekday: number; duration: Spread }[] };

/** So much longer or shorter, and by so much, is worth a word of its own. */
const UNLIKE_FACTOR = 1.5;
const UNLIKE_LEAST: Millis = 10 * SECOND;

/** Tells the weekdays apart on which runs take much longer or less long than in general. */
export function usualDays(runs: readonly GoodRun[], settings: UsualSettings): UsualDays {
  const { duration, durationByWeekday } = usualOfRuns(runs, settings);
  const unlike = durationByWeekday.flatMap((spread, weekday) =>
    duration !== null && spread !== null && isUnlike(spread.median, duration.median)
      ? [{ weekday, duration: spread }]
      : [],
  );
  if (unlike.length === 0) return { ordinary: duration, unlike };
  const weekdays = new Set(unlike.map(({ weekday }) => weekday));
  const schedule = compileSchedule(settings.schedule);
  const others = runs.filter(({ startedAt }) => !weekdays.has(localWeekday(schedule, startedAt)));
  return { ordinary: usualOfRuns(others, settings).duration ?? duration, unlike };
}

function isUnlike(one: Millis, other: Millis): boolean {
  const [less, more] = one < other ? [one, other] : [other, one];
  return more >= UNLIKE_FACTOR * less && more - less >= UNLIKE_LEAST;
}

/** What lengths of a job's runs are held against. */
export type Yardstick = { runs: readonly GoodRun[]; settings: UsualSettings };

/** What runs that start at `at` usually take; null where too little is known. */
export function usualLength({ runs, settings }: Yardstick, at: Instant): Spread | null {
  const { ordinary, unlike } = usualDays(runs, settings);
  const weekday = localWeekday(compileSchedule(settings.schedule), at);
  return unlike.find((day) => day.weekday === weekday)?.duration ?? ordinary;
}

/**
 * How many times its usual length a run took, where that is unusual beside the others; else null. Only a good run can be
 * too fast: one that failed has its reason.
 */
export function unusualFactor(
  run: Pick<Run, "number" | "startedAt" | "durationMs" | "outcome" | "finishedLate">,
  { runs, settings }: Yardstick,
): number | null {
  const { number, startedAt, durationMs, outcome, finishedLate } = run;
  if (startedAt === null || durationMs === null) return null;
  const others = runs.filter((other) => other.number !== number);
  const bounds = unusualBounds(usualOfRuns(others, settings));
  if (bounds === null) return null;
  const weekday = localWeekday(compileSchedule(settings.schedule), startedAt);
  const slow = durationMs > (bounds.slowAfterMs[weekday] ?? Infinity);
  const good = outcome === "ok" || finishedLate;
  const fast = good && durationMs < (bounds.fastBelowMs[weekday] ?? 0);
  if (!slow && !fast) return null;
  const median = usualLength({ runs: others, settings }, startedAt)?.median ?? 0;
  return median > 0 ? durationMs / median : null;
}

/** Changes of a limit by less than this are not worth anybody's time. */
const MATTERS_UPWARDS = 1.25;
const MATTERS_DOWNWARDS = 0.5;

/** A suggestion, where it differs from what is set by enough to matter; no limit is further away than any. */
export function worthSuggesting(suggested: Millis | null, set: Millis | null): Millis | null {
  if (suggested === null || set === null) return suggested;
  return suggested >= MATTERS_UPWARDS * set || suggested <= MATTERS_DOWNWARDS * set ? suggested : null;
}
