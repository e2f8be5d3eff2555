import { describe, expect, it } from "vitest";
import { DAY, HOUR, type Millis, MINUTE, SECOND } from "../../lib/domain/time.ts";
import {
  type GoodRun,
  unusualFactor,
  usualDays,
  usualLength,
  usualOfRuns,
  type UsualSettings,
  worthSuggesting,
} from "../../lib/domain/usual-runs.ts";

const MONDAY = Date.UTC(2026, 5, 1);
const SUNDAY = 0;

const settings = (jitterMs: Millis = 0): UsualSettings => ({
  schedule: { kind: "cron", dialect: "vixie", expression: "0 0 * * *", timeZone: "UTC" },
  limits: { jitterMs },
});

/** One run a day from a Monday on, on time. */
function daily(count: number, durationOf: (at: number, index: number) => Millis | null): GoodRun[] {
  return Array.from({ length: count }, (_, index) => {
    const at = MONDAY + index * DAY;
    return { number: index + 1, startedAt: at, signAt: at, slotAt: at, durationMs: durationOf(at, index) };
  });
}

const isSunday = (at: number): boolean => new Date(at).getUTCDay() === SUNDAY;

describe("the figures of runs", () => {
  it("count lateness from slot and jitter to the first sign", () => {
    const runs = daily(20, () => MINUTE).map((run) => ({ ...run, signAt: run.startedAt + 90 * SECOND }));
    expect(usualOfRuns(runs, settings()).lateness).toMatchObject({ median: 90 * SECOND });
    expect(usualOfRuns(runs, settings(MINUTE)).lateness).toMatchObject({ median: 30 * SECOND });
    expect(usualOfRuns(runs, settings(HOUR)).lateness).toMatchObject({ median: 90 * SECOND - HOUR });
  });

  it("know no lateness of runs without a slot", () => {
    const runs = daily(20, () => MINUTE).map((run) => ({ ...run, slotAt: null }));
    expect(usualOfRuns(runs, settings())).toMatchObject({ lateness: null, duration: { count: 20 } });
  });
});

describe("weekdays", () => {
  it("are told apart where runs take much longer, and the others are counted without them", () => {
    const { ordinary, unlike } = usualDays(
      daily(56, (at) => (isSunday(at) ? HOUR : 4 * MINUTE)),
      settings(),
    );
    expect(ordinary).toMatchObject({ count: 48, p95: 4 * MINUTE });
    expect(unlike).toEqual([{ weekday: SUNDAY, duration: expect.objectContaining({ count: 8, median: HOUR }) }]);
  });

  it.each([
    ["a third more", 240 * SECOND, 320 * SECOND],
    ["half a second more", 500, 1_000],
  ])("are one where Sundays take %s", (_, weekdays, sundays) => {
    const runs = daily(56, (at) => (isSunday(at) ? sundays : weekdays));
    expect(usualDays(runs, settings())).toMatchObject({ ordinary: { count: 56 }, unlike: [] });
  });

  it("have their own usual length", () => {
    const runs = daily(56, (at) => (isSunday(at) ? HOUR : 4 * MINUTE));
    const yardstick = { runs, settings: settings() };
    expect(usualLength(yardstick, MONDAY - DAY)).toMatchObject({ median: HOUR });
    expect(usualLength(yardstick, MONDAY)).toMatchObject({ median: 4 * MINUTE });
    expect(usualLength({ runs: runs.slice(0, 9), settings: settings() }, MONDAY)).toBeNull();
  });
});

describe("a run's length", () => {
  const outlier = 30;
  const lengths = (length: Millis): GoodRun[] => daily(40, (_, index) => (index === outlier ? length : 4 * MINUTE));
  const factor = (length: Millis, outcome: "ok" | "failed" | "overlong" = "ok") => {
    const runs = lengths(length);
    const run = { number: outlier + 1, startedAt: MONDAY + outlier * DAY, durationMs: length };
    return unusualFactor({ ...run, outcome, finishedLate: false }, { runs, settings: settings() });
  };

  it("is held against the others, not against itself", () => {
    expect(factor(16 * MINUTE)).toBe(4);
    expect(factor(MINUTE)).toBe(0.25);
    expect(factor(12 * MINUTE)).toBeNull();
    expect(factor(2 * MINUTE)).toBeNull();
  });

  it("is never too short where the run failed, and may be too long", () => {
    expect(factor(SECOND, "failed")).toBeNull();
    expect(factor(16 * MINUTE, "failed")).toBe(4);
  });

  it("is not judged where it, or the usual, is unknown", () => {
    const run = { number: 1, startedAt: MONDAY, durationMs: HOUR, outcome: "ok" as const, finishedLate: false };
    const runs = lengths(4 * MINUTE);
    expect(unusualFactor(run, { runs: runs.slice(0, 10), settings: settings() })).toBeNull();
    expect(unusualFactor({ ...run, durationMs: null }, { runs, settings: settings() })).toBeNull();
    expect(unusualFactor({ ...run, startedAt: null }, { runs, settings: settings() })).toBeNull();
  });
});

it.each([
  [null, MINUTE, null],
  [MINUTE, null, MINUTE],
  [MINUTE, MINUTE, null],
  [74 * SECOND, MINUTE, null],
  [75 * SECOND, MINUTE, 75 * SECOND],
  [31 * SECOND, MINUTE, null],
  [30 * SECOND, MINUTE, 30 * SECOND],
])("a limit of %s where %s is set: %s is suggested", (suggested, set, worth) => {
  expect(worthSuggesting(suggested, set)).toBe(worth);
});
