import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NamedDialect } from "../../lib/domain/job.ts";
import { compileCron } from "../../lib/domain/schedule/cron-schedule.ts";
import { DIALECT_NAMES } from "../../lib/domain/schedule/dialect-names.ts";
import { compileSchedule, type Schedule, ScheduleError } from "../../lib/domain/schedule.ts";
import { DAY, HOUR, type Instant, SECOND } from "../../lib/domain/time.ts";
import { findZone, getZone, listZoneNames, segmentAt, type Zone } from "../../lib/domain/zone.ts";
import { expressionsOf } from "../support/expressions.ts";
import { measuredZones, useMeasuredZones } from "../support/measured.ts";
import { LONG } from "../support/size.ts";

const RUNS = LONG ? 3_000 : 150;

/** Where zones come from: the engine knows all, and the measured ones have the odd changes of the latest data. */
const ZONES = [
  { source: "the engine's zones", names: listZoneNames(), prepare: () => {} },
  { source: "the measured zones", names: [...measuredZones().keys()], prepare: useMeasuredZones },
];

const ANY_TIME = fc.integer({ min: Date.UTC(2008, 0, 1), max: Date.UTC(2036, 0, 1) });
const NEAR = fc.oneof(
  fc.integer({ min: -4 * HOUR, max: 4 * HOUR }),
  fc.integer({ min: (-4 * HOUR) / SECOND, max: (4 * HOUR) / SECOND }).map((seconds) => seconds * SECOND),
  fc.integer({ min: -8, max: 8 }).map((halves) => (halves * HOUR) / 2),
  fc.integer({ min: -1, max: 1 }),
  fc.integer({ min: -40 * DAY, max: 40 * DAY }),
);

/** A zone and a moment, near a change of its clocks where it has one. */
function moments(names: readonly string[]): fc.Arbitrary<{ timeZone: string; at: Instant }> {
  return fc.tuple(fc.constantFrom(...names), ANY_TIME, NEAR).map(([timeZone, anyTime, near]) => {
    const at = (findZone(timeZone)?.nextTransition(anyTime) ?? anyTime) + near;
    return { timeZone, at };
  });
}

/** In an hour that comes twice these answer by when they are asked, and so do we. */
const ASKED_IN_BETWEEN: ReadonlySet<NamedDialect> = new Set(["quartz", "systemd", "celery"]);

describe.each(ZONES)("over $source", ({ names, prepare }) => {
  describe.each(DIALECT_NAMES)("the slots of %s", (dialect) => {
    const cases = fc.tuple(expressionsOf(dialect), moments(names));

    function check(property: (schedule: Schedule, at: Instant, zone: Zone) => void): void {
      prepare();
      let read = 0;
      let asked = 0;
      fc.assert(
        fc.property(cases, ([expression, { timeZone, at }]) => {
          asked += 1;
          const schedule = compile(dialect, expression, timeZone);
          if (schedule?.kind !== "cron") return;
          read += 1;
          property(schedule, at, getZone(timeZone));
        }),
        { numRuns: RUNS },
      );
      expect(read / asked).toBeGreaterThan(0.9);
    }

    it("next is strictly later, on a whole second", () => {
      check((schedule, at) => {
        const next = schedule.next(at);
        if (next === null) return;
        expect(next).toBeGreaterThan(at);
        expect(Math.abs(next % SECOND)).toBe(0);
      });
    });

    it("prev is the inverse of next, and nothing lies between", () => {
      check((schedule, at, zone) => {
        if (ASKED_IN_BETWEEN.has(dialect) && isRepeated(zone, at)) return;
        const next = schedule.next(at);
        if (next === null) return;
        expect(schedule.prev(next)).toBe(next);
        expect(schedule.next(next - 1)).toBe(next);
        expect(schedule.prev(next - 1)).toBe(schedule.prev(at));
      });
    });

    it("next is the inverse of prev, and nothing lies between", () => {
      check((schedule, at, zone) => {
        if (ASKED_IN_BETWEEN.has(dialect) && isRepeated(zone, at)) return;
        const prev = schedule.prev(at);
        if (prev === null) return;
        expect(prev).toBeLessThanOrEqual(at);
        expect(schedule.next(prev - 1)).toBe(prev);
        expect(schedule.next(prev)).toBe(schedule.next(at));
      });
    });

    it("between is next, again and again", () => {
      check((schedule, at) => {
        const between = schedule.between(at, at + 3 * DAY, 40);
        let from = at;
        for (const slot of between) {
          expect(schedule.next(from)).toBe(slot);
          from = slot;
        }
        const following = schedule.next(from);
        expect(between.length === 40 || following === null || following > at + 3 * DAY).toBe(true);
      });
    });

    it("do not depend on what was asked before", () => {
      prepare();
      fc.assert(
        fc.property(cases, fc.array(ANY_TIME, { maxLength: 3 }), ([expression, { timeZone, at }], before) => {
          const schedule = compile(dialect, expression, timeZone);
          if (schedule === null) return;
          for (const other of before) schedule.next(other);
          const fresh = compileCron({ kind: "cron", dialect, expression, timeZone }, getZone(timeZone));
          expect([schedule.next(at), schedule.prev(at)]).toEqual([fresh.next(at), fresh.prev(at)]);
        }),
        { numRuns: RUNS },
      );
    });

    // Versions of systemd differ at the turn of the year.
    if (dialect === "systemd") return;
    it("are all required where it does not matter when the scheduler was started", () => {
      check((schedule, at, zone) => {
        if (ASKED_IN_BETWEEN.has(dialect) && isRepeated(zone, at)) return;
        for (const slot of schedule.between(at, Infinity, 5)) expect(schedule.isOptional(slot)).toBe(false);
      });
    });
  });
});

/** Null where the scheduler refuses the expression. */
function compile(dialect: NamedDialect, expression: string, timeZone: string): Schedule | null {
  try {
    return compileSchedule({ kind: "cron", dialect, expression, timeZone });
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

/** Whether the clocks show this time twice. */
function isRepeated(zone: Zone, at: Instant): boolean {
  const { start, end, offset, offsetBefore } = segmentAt(zone, at);
  return at < start + offsetBefore - offset || at >= end + Math.min(0, zone.offsetAt(end) - offset);
}
