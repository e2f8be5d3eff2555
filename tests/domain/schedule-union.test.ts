import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dialect } from "../../lib/domain/job.ts";
import type { Slots } from "../../lib/domain/schedule/cron-slots.ts";
import { guessDialect } from "../../lib/domain/schedule/guess.ts";
import { compileSchedule, type Schedule } from "../../lib/domain/schedule.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../../lib/domain/time.ts";
import { type ClockChange, clockChangeArbitrary, expressionArbitrary } from "../support/clock-changes.ts";
import { measuredZones, useMeasuredZones } from "../support/measured.ts";
import { LONG } from "../support/size.ts";

const RUNS = LONG ? 5_000 : 200;

function compile(dialect: Dialect, expression: string, timeZone: string): Schedule {
  return compileSchedule({ kind: "cron", dialect, expression, timeZone });
}

function slotsAround(slots: Slots, { before, after }: ClockChange): Instant[] {
  const found: Instant[] = [];
  for (let slot = slots.next(before); slot !== null && slot <= after; slot = slots.next(slot)) found.push(slot);
  return found;
}

describe("a schedule of which nobody said whose rules it follows", () => {
  it("has a slot whenever any scheduler of the family fires; it is required where all of them do", () => {
    useMeasuredZones();
    let optional = 0;
    fc.assert(
      fc.property(expressionArbitrary, clockChangeArbitrary, (expression, change) => {
        const union = compile("auto", expression, change.zone);
        const members = guessDialect(expression).family.map((name) => {
          return new Set(slotsAround(compile(name, expression, change.zone), change));
        });
        const anyone = [...new Set(members.flatMap((fires) => [...fires]))].toSorted((a, b) => a - b);
        const everyone = anyone.filter((slot) => members.every((fires) => fires.has(slot)));
        expect(slotsAround(union, change)).toEqual(anyone);
        expect(anyone.filter((slot) => !union.isOptional(slot))).toEqual(everyone);
        expect(slotsAround(union.required, change)).toEqual(everyone);
        optional += anyone.length - everyone.length;
      }),
      { numRuns: RUNS },
    );
    expect(optional).toBeGreaterThan(0);
  });

  it("next is strictly later, prev is its inverse, and between is next again and again", () => {
    useMeasuredZones();
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(expressionArbitrary, clockChangeArbitrary, share, (expression, change, part) => {
        const union = compile("auto", expression, change.zone);
        const at = change.before + Math.round((part * (change.after - change.before)) / MINUTE) * MINUTE;
        for (const slots of [union, union.required]) {
          const next = slots.next(at);
          if (next === null) continue;
          expect(next).toBeGreaterThan(at);
          expect([slots.prev(next), slots.next(next - 1)]).toEqual([next, next]);
          expect(slots.prev(next - 1)).toBe(slots.prev(at));
        }
        let from = at;
        for (const slot of union.between(at, change.after, 50)) {
          expect(union.next(from)).toBe(slot);
          from = slot;
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("has no optional slot away from changes of the clock", () => {
    useMeasuredZones();
    fc.assert(
      fc.property(expressionArbitrary, clockChangeArbitrary, (expression, { zone, at }) => {
        const union = compile("auto", expression, zone);
        const following = measuredZones().get(zone)?.nextTransition(at) ?? Infinity;
        for (const slot of union.between(at + DAY, Math.min(at + 3 * DAY, following - DAY), 100)) {
          expect(union.isOptional(slot)).toBe(false);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe("a clock change in New York, whoever runs it", () => {
  const spring = Date.UTC(2026, 2, 8, 7);
  const autumn = Date.UTC(2026, 10, 1, 6);

  it.each([
    ["30 2 * * *", spring, ["07:00?"], "Debian catches up, Kubernetes leaves out"],
    ["0,30 2,3 * * *", spring, ["07:00", "07:30"], "03:00 runs in any case"],
    ["0 * * * *", spring, ["06:00", "07:00", "08:00"], "an hour that does not exist is nobody's"],
    ["30 1 * * *", autumn, ["05:30", "06:30?"], "Kubernetes runs it twice"],
    ["0 * * * *", autumn, ["05:00", "06:00?", "07:00"], "Celery has a hole"],
    ["0 30 1 * * ?", autumn, ["05:30?", "06:30?"], "Hangfire runs it in the first pass, Quartz in the second"],
    ["0 0 * * * ?", autumn, ["05:00?", "06:00?", "07:00"], "Quartz has its hole first, node-cron second"],
    ["30 2 * * *", autumn, ["07:30"], "a time that comes once is everybody's"],
  ])("%s", (expression, change, expected) => {
    const schedule = compile("auto", expression, "America/New_York");
    const found = schedule.between(change - 1.5 * HOUR, change + 1.5 * HOUR, 20).map((slot) => {
      return new Date(slot).toISOString().slice(11, 16) + (schedule.isOptional(slot) ? "?" : "");
    });
    expect(found).toEqual(expected);
  });
});
