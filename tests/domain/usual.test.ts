import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { compileSchedule } from "../../lib/domain/schedule.ts";
import {
  localWeekday,
  suggestedGrace,
  suggestedMaxRuntime,
  unusualBounds,
  type Usual,
  usualOf,
  type UsualSample,
} from "../../lib/domain/usual.ts";

const MONDAY = Date.UTC(2026, 5, 1);
const weekdayAt = (at: number): number => new Date(at).getUTCDay();

/** One run a day from a Monday on. */
function daily(durations: readonly (number | null)[], lateness: number | null = 0): UsualSample[] {
  return durations.map((durationMs, day) => ({ startedAt: MONDAY + day * DAY, durationMs, latenessMs: lateness }));
}

const usual = (samples: readonly UsualSample[]): Usual => usualOf(samples, weekdayAt);

describe("the weekday of a run", () => {
  const lateOnSunday = Date.UTC(2026, 5, 7, 22);
  const cron = (expression: string) =>
    compileSchedule({ kind: "cron", dialect: "sidekiq", expression, timeZone: "Europe/Riga" });

  it("is that of the clocks that the schedule goes by", () => {
    expect(localWeekday(cron("0 1 * * *"), lateOnSunday)).toBe(1);
    expect(localWeekday(cron("0 1 * * * America/New_York"), lateOnSunday)).toBe(0);
  });

  it("is that of UTC where it goes by none", () => {
    expect(localWeekday(compileSchedule({ kind: "interval", everyMs: HOUR }), lateOnSunday)).toBe(0);
    expect(localWeekday(compileSchedule({ kind: "none" }), lateOnSunday)).toBe(0);
  });
});

describe("what a job usually does", () => {
  it("says nothing of fewer than ten runs", () => {
    const few = usual(daily(Array.from({ length: 9 }, () => MINUTE)));
    expect(few).toMatchObject({ duration: null, lateness: null });
    expect([unusualBounds(few), suggestedGrace(few), suggestedMaxRuntime(few)]).toEqual([null, null, null]);
  });

  it("tells median, p5 and p95 by nearest rank", () => {
    const { duration } = usual(daily(Array.from({ length: 100 }, (_, index) => (index + 1) * SECOND)));
    expect(duration).toEqual({ count: 100, p5: 5 * SECOND, median: 50 * SECOND, p95: 95 * SECOND });
  });

  it("leaves out runs of unknown length, but not their lateness", () => {
    const figures = usual(
      daily([...Array.from({ length: 5 }, () => null), ...Array.from({ length: 6 }, () => 1_000)], 7),
    );
    expect(figures.duration).toBeNull();
    expect(figures.lateness).toMatchObject({ count: 11, median: 7 });
  });

  it("knows weekdays apart once each has five runs of its own", () => {
    const weeks = Array.from({ length: 5 * 7 }, (_, day) => (day % 7 === 6 ? HOUR : MINUTE));
    const { durationByWeekday } = usual(daily(weeks));
    expect(durationByWeekday[0]).toMatchObject({ median: HOUR, count: 5 });
    expect(durationByWeekday[1]).toMatchObject({ median: MINUTE, count: 5 });
    expect(usual(daily(weeks.slice(7))).durationByWeekday[0]).toBeNull();
  });

  it("does not speak of weekdays where a job runs on one only", () => {
    const weekly = daily(Array.from({ length: 12 }, () => MINUTE)).map((sample, week) => ({
      ...sample,
      startedAt: MONDAY + week * 7 * DAY,
    }));
    expect(usual(weekly).durationByWeekday.every((spread) => spread === null)).toBe(true);
  });

  it("keeps quantiles in order and among the values", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10 * DAY }), { minLength: 10, maxLength: 300 }), (durations) => {
        const { duration } = usual(daily(durations));
        if (duration === null) throw new Error("Ten runs are enough.");
        const { p5, median, p95 } = duration;
        expect(p5 <= median && median <= p95).toBe(true);
        for (const value of [p5, median, p95]) expect(durations).toContain(value);
      }),
    );
  });
});

describe("unusual runs", () => {
  const bounds = (durations: readonly number[]) => unusualBounds(usual(daily(durations)));
  const twelve = (ms: number): number[] => Array.from({ length: 12 }, () => ms);

  it("are slow at three times the p95", () => {
    expect(bounds(twelve(10 * MINUTE))?.slowAfterMs).toEqual(Array.from({ length: 7 }, () => 30 * MINUTE));
  });

  it("are not slow below a minute", () => {
    expect(bounds(twelve(2 * SECOND))?.slowAfterMs[0]).toBe(MINUTE);
  });

  it("are fast at a third of the p5, where the work takes a minute", () => {
    expect(bounds(twelve(30 * MINUTE))?.fastBelowMs[3]).toBe(10 * MINUTE);
    expect(bounds(twelve(59 * SECOND))?.fastBelowMs[3]).toBeNull();
  });

  it("are measured by their own weekday", () => {
    const weeks = Array.from({ length: 10 * 7 }, (_, day) => (day % 7 === 6 ? HOUR : 5 * MINUTE));
    const slowAfterMs = bounds(weeks)?.slowAfterMs;
    expect([slowAfterMs?.[0], slowAfterMs?.[1]]).toEqual([3 * HOUR, 15 * MINUTE]);
  });
});

describe("suggested limits", () => {
  it.each([
    [10 * SECOND, MINUTE],
    [40 * SECOND, 80 * SECOND],
    [3 * MINUTE + 1, 7 * MINUTE],
    [11 * MINUTE, 25 * MINUTE],
    [50 * MINUTE, 105 * MINUTE],
    [4 * HOUR, 8 * HOUR],
  ])("spare twice the lateness of %d ms: %d ms", (lateness, grace) => {
    expect(
      suggestedGrace(
        usual(
          daily(
            Array.from({ length: 10 }, () => 1),
            lateness,
          ),
        ),
      ),
    ).toBe(grace);
  });

  it("leave a run three times its usual length", () => {
    expect(suggestedMaxRuntime(usual(daily(Array.from({ length: 10 }, () => 7 * MINUTE))))).toBe(25 * MINUTE);
  });
});
