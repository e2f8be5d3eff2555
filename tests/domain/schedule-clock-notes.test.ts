import { describe, expect, it } from "vitest";
import { clockNotes } from "../../lib/domain/schedule/clock-notes.ts";
import { createCronSlots, type Slots } from "../../lib/domain/schedule/cron-slots.ts";
import type { ClockChangePolicy, CronFields } from "../../lib/domain/schedule/cron-plan.ts";
import { vixie } from "../../lib/domain/schedule/dialects/vixie.ts";
import { createWallClock, type WallClock } from "../../lib/domain/schedule/wall-clock.ts";
import { DAY, HOUR, type Instant } from "../../lib/domain/time.ts";
import { getZone } from "../../lib/domain/zone.ts";

const NEW_YORK = getZone("America/New_York");
const OCTOBER = Date.UTC(2026, 9, 20);
/** 01:30 in New York on the day when it comes twice. */
const FIRST = Date.UTC(2026, 10, 1, 5, 30);
const SECOND = FIRST + HOUR;
/** Where 02:00 becomes 03:00. */
const JUMP = Date.UTC(2027, 2, 14, 7);

function fieldsOf(expression: string): CronFields {
  const plan = vixie.grammar(expression);
  if (plan.kind !== "times") throw new Error(`${expression} names no times.`);
  return plan.fields;
}

function bothPolicies(gap: ClockChangePolicy["gap"], fold: ClockChangePolicy["fold"]) {
  return (clock: WallClock) => createCronSlots(clock, NEW_YORK, () => ({ gap, fold }));
}

/** The slots of a scheduler that leaves out some and has others. */
function changed({ without = [], besides = [] }: { without?: Instant[]; besides?: Instant[] }) {
  return (clock: WallClock): Slots => {
    const usual = bothPolicies("skip", "both")(clock);
    const next = (from: Instant): Instant | null => {
      const at = usual.next(from);
      return at !== null && without.includes(at) ? next(at) : at;
    };
    const prev = (from: Instant): Instant | null => {
      const at = usual.prev(from);
      return at !== null && without.includes(at) ? prev(at - 1) : at;
    };
    return {
      next: (from) => least([next(from), ...besides.filter((at) => at > from)]),
      prev: (from) => greatest([prev(from), ...besides.filter((at) => at <= from)]),
    };
  };
}

function least(instants: (Instant | null)[]): Instant | null {
  return instants.filter((at) => at !== null).toSorted((a, b) => a - b)[0] ?? null;
}

function greatest(instants: (Instant | null)[]): Instant | null {
  return instants.filter((at) => at !== null).toSorted((a, b) => b - a)[0] ?? null;
}

type Options = { scheduler?: string | null; catchesUp?: boolean; optional?: readonly Instant[] };

function notes(expression: string, slotsOf: (clock: WallClock) => Slots, options: Options = {}) {
  const clock = createWallClock(fieldsOf(expression), "both");
  const slots = slotsOf(clock);
  const between = (from: Instant, to: Instant, limit: number) => {
    const found: Instant[] = [];
    for (let at = slots.next(from); at !== null && at <= to && found.length < limit; at = slots.next(at))
      found.push(at);
    return found;
  };
  const { scheduler = "The test's cron", catchesUp = false, optional = [] } = options;
  const schedule = { ...slots, between, isOptional: (at: Instant) => optional.includes(at) };
  return clockNotes(
    { schedule, clock, zone: NEW_YORK, scheduler, catchesUp: () => catchesUp },
    OCTOBER,
    OCTOBER + 370 * DAY,
  );
}

const GAP = "The hour from 02:00 to 03:00 does not exist on 14 March 2027:";
const TWICE = "01:30 comes twice on 1 November:";

describe("a gap", () => {
  it.each<[string, string, (clock: WallClock) => Slots, Options, string, Instant | null]>([
    ["left out", "30 2 * * *", bothPolicies("skip", "both"), {}, "The test's cron leaves it out.", null],
    ["run at its end", "30 2 * * *", bothPolicies("end", "both"), {}, "The test's cron runs it at 03:00.", JUMP],
    [
      "run later",
      "30 2 * * *",
      changed({ besides: [JUMP + HOUR / 2] }),
      {},
      "The test's cron runs it at 03:30.",
      JUMP + HOUR / 2,
    ],
    [
      "all run later",
      "*/10 2 * * *",
      changed({ besides: [0, 1, 2, 3, 4, 5].map((n) => JUMP + n * 600_000) }),
      {},
      "The test's cron runs it from 03:00 on.",
      JUMP,
    ],
    [
      "run with the next",
      "0 2,3 * * *",
      bothPolicies("end", "both"),
      { catchesUp: true },
      "The test's cron runs it at 03:00.",
      JUMP,
    ],
    [
      "not made up for by the next",
      "0 2,3 * * *",
      bothPolicies("skip", "both"),
      {},
      "The test's cron leaves it out.",
      null,
    ],
    ["left out by all", "30 2 * * *", bothPolicies("skip", "both"), { scheduler: null }, "it is left out.", null],
    [
      "one run for two",
      "0 2,3 * * *",
      bothPolicies("end", "both"),
      { scheduler: null },
      "only the run at 03:00 is expected.",
      null,
    ],
    [
      "run by some",
      "30 2 * * *",
      bothPolicies("end", "both"),
      { scheduler: null, optional: [JUMP] },
      "schedulers differ, so it may run at 03:00 or not at all.",
      JUMP,
    ],
    [
      "run perhaps",
      "30 2 * * *",
      bothPolicies("end", "both"),
      { optional: [JUMP] },
      "The test's cron may run it at 03:00 or not at all.",
      JUMP,
    ],
    ["run by all", "30 2 * * *", bothPolicies("end", "both"), { scheduler: null }, "it runs at 03:00.", JUMP],
  ])("%s", (_, expression, slotsOf, options, words, slot) => {
    expect(notes(expression, slotsOf, options)).toContainEqual({ sentence: `${GAP} ${words}`, slot });
  });
});

describe("a time that comes twice", () => {
  it.each<[string, (clock: WallClock) => Slots, Options, string]>([
    ["first", bothPolicies("skip", "first"), {}, "The test's cron runs it the first time only."],
    ["second", bothPolicies("skip", "second"), {}, "The test's cron runs it the second time only."],
    ["both", bothPolicies("skip", "both"), {}, "The test's cron runs it both times."],
    [
      "first sure of one",
      bothPolicies("skip", "both"),
      { optional: [SECOND] },
      "a run of The test's cron is expected the first time and may come the second.",
    ],
    ["first, by all", bothPolicies("skip", "first"), { scheduler: null }, "it runs the first time only."],
    ["neither", changed({ without: [FIRST, SECOND] }), {}, "The test's cron leaves it out."],
    ["odd", changed({ besides: [FIRST + 1000] }), {}, "The test's cron runs it once in part, and in part twice."],
    [
      "first sure",
      bothPolicies("skip", "both"),
      { optional: [SECOND], scheduler: null },
      "schedulers differ, so a run is expected the first time and may come the second.",
    ],
    [
      "second sure",
      bothPolicies("skip", "both"),
      { optional: [FIRST], scheduler: null },
      "schedulers differ, so a run is expected the second time and may come the first.",
    ],
    [
      "none sure",
      bothPolicies("skip", "both"),
      { optional: [FIRST, SECOND], scheduler: null },
      "schedulers differ, so a run may come the first time, the second or both.",
    ],
  ])("%s", (_, slotsOf, options, words) => {
    expect(notes("30 1 * * *", slotsOf, options)[0]?.sentence).toBe(`${TWICE} ${words}`);
  });

  it("leaves a hole in an hourly schedule that is run once", () => {
    const hole = "01:00 comes twice on 1 November: The test's cron runs it the first time only.";
    expect(notes("0 * * * *", bothPolicies("skip", "first")).map(({ sentence }) => sentence)).toEqual([hole]);
    expect(notes("*/20 * * * *", bothPolicies("skip", "second"))[0]?.sentence).toMatch(
      /^The hour .* second time only\.$/,
    );
  });
});

describe("slots that follow each other as always", () => {
  it.each(["0 * * * *", "*/10 * * * *", "*/45 * * * *", "*/7 1-4 * * *", "30 4 * * *", "0 12 1 * *"])(
    "%s needs no note",
    (expression) => {
      expect(notes(expression, bothPolicies("skip", "both"))).toEqual([]);
      expect(notes(expression, bothPolicies("end", "both"), { catchesUp: true })).toEqual([]);
    },
  );

  it("need one where some of them may not come", () => {
    const optional = [SECOND - HOUR / 2];
    expect(notes("0 * * * *", bothPolicies("skip", "both"), { scheduler: null, optional })).toHaveLength(1);
  });
});
