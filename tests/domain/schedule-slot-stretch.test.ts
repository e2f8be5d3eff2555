import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dialect, ScheduleSpec } from "../../lib/domain/job.ts";
import { DIALECT_NAMES } from "../../lib/domain/schedule/dialect-names.ts";
import { type SlotStretch, stretchFrom } from "../../lib/domain/schedule/slot-stretch.ts";
import { compileSchedule, type Schedule, ScheduleError } from "../../lib/domain/schedule.ts";
import { DAY, HOUR, type Instant, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { expressionsOf } from "../support/expressions.ts";
import { LONG } from "../support/size.ts";

/** The same by looking at every slot. */
function walk(schedule: Schedule, first: Instant, to: Instant): SlotStretch | null {
  const slots: Instant[] = [];
  for (let slot: Instant | null = first; slot !== null && slot <= to; slot = schedule.next(slot)) {
    if (schedule.isOptional(slot)) break;
    slots.push(slot);
  }
  const last = slots.at(-1);
  return last === undefined ? null : { count: slots.length, last };
}

function compile(dialect: Dialect, expression: string, timeZone: string): Schedule | null {
  const spec: ScheduleSpec = { kind: "cron", dialect, expression, timeZone };
  try {
    return compileSchedule(spec);
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

// Riga and New York change their clocks in this time, Lord Howe by half an hour, UTC never.
const ZONES = ["Europe/Riga", "America/New_York", "Australia/Lord_Howe", "UTC"];
const FROM = Date.UTC(2026, 2, 1);
const moment = fc.integer({ min: 0, max: (60 * DAY) / SECOND }).map((seconds) => FROM + seconds * SECOND + 1);
const length = fc.oneof(
  fc.integer({ min: 0, max: 3 * HOUR }),
  fc.integer({ min: 0, max: 3 * DAY }),
  fc.integer({ min: 0, max: 40 * DAY }),
);
const dialect = fc.constantFrom<Dialect>("auto", ...DIALECT_NAMES);
const cases = dialect.chain((name) =>
  fc.tuple(fc.constant(name), expressionsOf(name === "auto" ? "vixie" : name), fc.constantFrom(...ZONES)),
);

describe("slots in a row", () => {
  it("are as many, up to the same one, as when each is looked at", () => {
    let compared = 0;
    fc.assert(
      fc.property(cases, moment, length, ([name, expression, timeZone], at, long) => {
        const schedule = compile(name, expression, timeZone);
        const first = schedule?.next(at) ?? null;
        if (schedule?.kind !== "cron" || first === null) return;
        // Every second of forty days would be looked at one by one here.
        const to = first + (expression.startsWith("* * ") ? Math.min(long, 3 * HOUR) : Math.min(long, 20 * DAY));
        if ((schedule.next(first) ?? to) - first < MINUTE && to - first > DAY) return;
        compared += 1;
        expect(stretchFrom(schedule, first, to)).toEqual(walk(schedule, first, to));
      }),
      { numRuns: LONG ? 20_000 : 500 },
    );
    expect(compared).toBeGreaterThan(200);
  });

  it("of an interval follow from their number", () => {
    const schedule = compileSchedule({ kind: "interval", everyMs: 90 * SECOND });
    for (const long of [0, 1, 90 * SECOND - 1, 90 * SECOND, HOUR]) {
      expect(stretchFrom(schedule, FROM, FROM + long)).toEqual(walk(schedule, FROM, FROM + long));
    }
    expect(stretchFrom(schedule, FROM, FROM - 1)).toBeNull();
  });

  it("end before the first that may stay empty", () => {
    // Half an hour after midnight UTC clocks there go back from 04:00 to 03:00, and schedulers disagree about that hour.
    const schedule = compile("auto", "*/30 * * * *", "Europe/Riga");
    const from = Date.UTC(2026, 9, 24);
    if (schedule === null) throw new Error("It can be read.");
    const stretch = stretchFrom(schedule, from, from + 3 * DAY);
    expect(stretch).toEqual(walk(schedule, from, from + 3 * DAY));
    const optional = schedule.next(stretch?.last ?? 0) ?? 0;
    expect(schedule.isOptional(optional) || optional > from + 3 * DAY).toBe(true);
    expect(stretchFrom(schedule, optional, from + 3 * DAY)).toEqual(walk(schedule, optional, from + 3 * DAY));
  });

  it("a week of seconds is counted in no time", () => {
    const schedule = compile("spring", "* * * * * *", "Europe/Riga");
    if (schedule === null) throw new Error("It can be read.");
    const first = Date.UTC(2026, 5, 1);
    expect(stretchFrom(schedule, first, first + 7 * DAY)).toEqual({ count: 604_801, last: first + 7 * DAY });
  });
});
