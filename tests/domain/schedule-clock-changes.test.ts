import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIALECTS } from "../../lib/domain/schedule/dialects.ts";
import { compileSchedule } from "../../lib/domain/schedule.ts";
import { DAY, HOUR, MINUTE, type Instant } from "../../lib/domain/time.ts";
import { findZone, getZone, listZoneNames, type Zone } from "../../lib/domain/zone.ts";

const YEAR_2008 = Date.UTC(2008, 0, 1);
const YEAR_2036 = Date.UTC(2036, 0, 1);

const zoneName = fc.constantFrom(...listZoneNames());
const instant = fc.integer({ min: YEAR_2008 / 1000, max: YEAR_2036 / 1000 }).map((seconds) => seconds * 1000);

/** A moment near a change of the clocks of a zone that has one, else any moment. */
const zoneAndMoment = fc
  .tuple(zoneName, instant, fc.integer({ min: -30 * 60, max: 30 * 60 }))
  .map(([name, at, minutes]) => {
    const change = findZone(name)?.nextTransition(at) ?? at;
    return { name, at: change + minutes * MINUTE };
  });

const dense = expressions({ hour: ["*", "0-23", "*/2", "0-23/2"] });
const any = expressions({ hour: ["*", "0", "1", "2", "3", "23", "0-4", "1,2", "22-23,0-3", "*/3", "0-23", "9"] });

function expressions({ hour }: { hour: string[] }): fc.Arbitrary<string> {
  const minute = fc.constantFrom("*", "0", "30", "59", "*/15", "*/7", "0-59/20", "1", "15,45", "0-59");
  const day = fc.constantFrom("*", "*", "*", "*/2", "1-7", "25-31", "29");
  const weekday = fc.constantFrom("*", "*", "*", "0", "sun,sat", "*/2", "mon-fri");
  const month = fc.constantFrom("*", "*", "*", "3,10", "1-11/2");
  return fc.tuple(minute, fc.constantFrom(...hour), day, month, weekday).map((fields) => fields.join(" "));
}

function compile(expression: string, timeZone: string) {
  return compileSchedule({ kind: "cron", dialect: "vixie", expression, timeZone });
}

describe("slots of a cron expression over all zones", () => {
  it("are found from far outside the years that have them", () => {
    const nightly = compile("0 2 * * *", "UTC");
    const first = Date.UTC(1901, 0, 1, 2);
    const last = Date.UTC(2498, 11, 31, 2);
    expect([Date.UTC(1800, 0, 1), Date.UTC(1900, 11, 31, 23)].map(nightly.next)).toEqual([first, first]);
    expect([Date.UTC(3000, 0, 1), Date.UTC(2499, 0, 1, 1)].map(nightly.prev)).toEqual([last, last]);
    expect([nightly.prev(Date.UTC(1800, 0, 1)), nightly.next(Date.UTC(3000, 0, 1))]).toEqual([null, null]);
  });

  it("next is strictly later and prev is its inverse", () => {
    fc.assert(
      fc.property(any, zoneAndMoment, (expression, { name, at }) => {
        const schedule = compile(expression, name);
        const next = schedule.next(at);
        if (next === null) return;
        expect(next).toBeGreaterThan(at);
        expect(schedule.prev(next)).toBe(next);
        expect(schedule.next(next - 1)).toBe(next);
        expect(schedule.prev(next - 1)).toBe(schedule.prev(at));
      }),
      { numRuns: 500 },
    );
  });

  it("between is next, again and again", () => {
    fc.assert(
      fc.property(any, zoneAndMoment, (expression, { name, at }) => {
        const schedule = compile(expression, name);
        const between = schedule.between(at, at + 3 * DAY, 60);
        let from = at;
        for (const slot of between) {
          expect(schedule.next(from)).toBe(slot);
          from = slot;
        }
        const following = schedule.next(from);
        expect(between.length === 60 || following === null || following > at + 3 * DAY).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("agrees with cron's loop, walked minute by minute across the clock change", () => {
    fc.assert(
      fc.property(fc.oneof(any, dense), zoneAndMoment, (expression, { name, at }) => {
        const from = Math.floor(at / DAY) * DAY - 2 * DAY;
        const to = from + 4 * DAY;
        expect(compile(expression, name).between(from, to, 10_000)).toEqual(
          walked(expression, getZone(name), from, to),
        );
      }),
      { numRuns: 60 },
    );
  });
});

/** The minutes after `from` up to `to` in which cron starts the job: its main loop, on a clock that is always on time. */
function walked(expression: string, zone: Zone, from: Instant, to: Instant): Instant[] {
  const runsAt = matcher(expression);
  const fires: Instant[] = [];
  let virtual = localMinute(zone, from);
  for (let at = from + MINUTE; at <= to; at += MINUTE) {
    const now = localMinute(zone, at);
    const ahead = now - virtual;
    if (ahead > 180 || ahead <= -180) virtual = now - 1;
    const catchingUp = now - virtual > 1;
    let fired = now !== virtual + 1 && runsAt(now, "wild");
    while (virtual < now) {
      virtual += 1;
      fired = runsAt(virtual, catchingUp ? "fixed" : "all") || fired;
    }
    if (fired) fires.push(at);
  }
  return fires;
}

function localMinute(zone: Zone, at: Instant): number {
  return Math.floor((at + zone.offsetAt(at)) / MINUTE);
}

function matcher(expression: string): (minute: number, which: "wild" | "fixed" | "all") => boolean {
  const plan = DIALECTS.vixie.grammar(expression);
  if (plan.kind !== "times") throw new Error("not a time");
  const { minutes, hours, days, months, weekdays } = plan.fields;
  const kind = minutes.starred || hours.starred ? "wild" : "fixed";
  return (minute, which) => {
    if (which !== "all" && which !== kind) return false;
    const local = new Date(minute * MINUTE);
    if (!minutes.values.includes(local.getUTCMinutes()) || !hours.values.includes(local.getUTCHours())) return false;
    if (!months.values.includes(local.getUTCMonth() + 1)) return false;
    const byDay = days.values.includes(local.getUTCDate());
    const byWeekday = weekdays.values.includes(local.getUTCDay());
    return days.starred || weekdays.starred ? byDay && byWeekday : byDay || byWeekday;
  };
}

describe("a clock change in New York", () => {
  const spring = Date.UTC(2026, 2, 8, 7);
  const autumn = Date.UTC(2026, 10, 1, 6);
  const slots = (expression: string, from: Instant) =>
    compile(expression, "America/New_York")
      .between(from - 1, from + 2 * HOUR - 1, 20)
      .map((slot) => new Date(slot).toISOString().slice(11, 16));

  it.each([
    ["30 2 * * *", spring, ["07:00"]],
    ["0,30 2 * * *", spring, ["07:00"]],
    ["*/15 2 * * *", spring, []],
    ["0 */2 * * *", spring, ["08:00"]],
    ["0 0-23 * * *", spring, ["07:00", "08:00"]],
    ["30 1 * * *", autumn - HOUR, ["05:30"]],
    ["*/30 1 * * *", autumn - HOUR, ["05:00", "05:30", "06:00", "06:30"]],
    ["0 0-23 * * *", autumn - HOUR, ["05:00"]],
    ["@hourly", autumn - HOUR, ["05:00", "06:00"]],
  ])("%s", (expression, from, expected) => {
    expect(slots(expression, from)).toEqual(expected);
  });
});
