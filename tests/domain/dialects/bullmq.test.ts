import { CronExpressionParser } from "cron-parser";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, SECOND } from "../../../lib/domain/time.ts";
import { findZone } from "../../../lib/domain/zone.ts";
import { readerOf } from "../../support/dialect.ts";

const { compile, slots, refusal } = readerOf("bullmq");

const ZONES = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Africa/Cairo", "UTC"];
const EXPRESSIONS = [
  "0 * * * *",
  "30 2 * * *",
  "30 1 * * *",
  "*/20 0-3 * * *",
  "*/7 * * * *",
  "*/10 0,2,3 * * *",
  "0 */2 * * *",
  "15 0 * * SUN",
  "5 30 3 L * *",
];

/** What a queue does: it asks for the time after the run before, until cron-parser loses its way. */
function runsOfQueue(expression: string, tz: string, from: number, count: number): number[] {
  const runs: number[] = [];
  try {
    while (runs.length < count) {
      const currentDate = new Date(runs.at(-1) ?? from);
      runs.push(CronExpressionParser.parse(expression, { tz, currentDate }).next().getTime());
    }
  } catch (error) {
    expect(String(error)).toMatch("loop limit exceeded");
  }
  return runs;
}

describe("BullMQ's slots", () => {
  const moments = fc.tuple(
    fc.constantFrom(...EXPRESSIONS),
    fc.constantFrom(...ZONES),
    fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2026, 0, 1) }),
    fc.integer({ min: -2 * DAY, max: -2 * HOUR }),
  );

  it("are the runs of a queue that came to the change of the clock from before", () => {
    fc.assert(
      fc.property(moments, ([expression, timeZone, anyTime, before]) => {
        const change = findZone(timeZone)?.nextTransition(anyTime) ?? anyTime;
        const from = Math.floor((change + before) / SECOND) * SECOND;
        const runs = runsOfQueue(expression, timeZone, from, 60);
        const found = compile(expression, timeZone).between(from, Infinity, 60);
        expect(found.slice(0, runs.length)).toEqual(runs);
        expect(found).toHaveLength(60);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["a time that does not exist runs as much later", "30 2 * * *", "2026-03-08T00:00", ["03-08T07:30", "03-09T06:30"]],
    ["a time that exists twice runs once", "30 1 * * *", "2026-11-01T00:00", ["11-01T05:30", "11-02T06:30"]],
    ["an hourly job runs in both", "0 * * * *", "2026-11-01T04:30", ["11-01T05:00", "11-01T06:00"]],
  ])("%s", (_, expression, from, expected) => {
    const found = slots(expression, from, { count: 2, timeZone: "America/New_York" });
    expect(found.map((slot) => slot.slice(5, 16))).toEqual(expected);
  });

  it("are found from behind as well, rare ones too", () => {
    const schedule = compile("0 0 29 2 *", "Europe/Berlin");
    const leapDay = Date.UTC(2024, 1, 28, 23);
    expect(schedule.prev(Date.UTC(2026, 0, 1))).toBe(leapDay);
    expect([schedule.prev(leapDay), schedule.next(leapDay - 1)]).toEqual([leapDay, leapDay]);
  });
});

describe("BullMQ reads", () => {
  it.each([
    ["@weekdays", "0 0 * * 1-5"],
    ["@secondly", "* * * * * *"],
    ["5/15 * * * *", "5,20,35,50 * * * *"],
    ["0 0 * * 5-7", "0 0 * * 0,5,6"],
    ["0 0 ? * MON", "0 0 * * 1"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it.each([
    ["0 0 L * *", ["2027-01-31", "2027-02-28"]],
    ["0 0 * * 5L", ["2027-01-29", "2027-02-26"]],
    ["0 0 * * 1#2", ["2027-02-08", "2027-03-08"]],
    ["0 0 1 * MON", ["2027-01-25", "2027-02-01"]],
  ])("%s", (expression, days) => {
    const found = slots(expression, "2027-01-20T10:30", { count: 2 });
    expect(found).toEqual(days.map((day) => `${day}T00:00:00`));
  });
});

describe("BullMQ refuses", () => {
  it.each([
    [
      "0",
      '"0" has only one field for BullMQ; write 5 (minute hour day month weekday) or 6 (second minute hour day month weekday), such as "0 2 * * 1-5".',
    ],
    [
      "",
      'The schedule is empty; write 5 (minute hour day month weekday) or 6 (second minute hour day month weekday), such as "0 2 * * 1-5".',
    ],
    ["60 * * * *", '"60" in the minute field is not between 0 and 59; write something like 0, */5 or 10,40.'],
    ["0 22-2 * * *", '"22-2" in the hour field runs backwards, which BullMQ refuses; write 22-23,0-2.'],
    ["22-2 * * * *", '"22-2" in the minute field runs backwards, which BullMQ refuses; write 22-59,0-2.'],
    ["0 0 * * 1,FRI-MON", '"1,FRI-MON" in the weekday field runs backwards, which BullMQ refuses; write FRI-6,0-MON.'],
    [
      "0 0 * * 0,7",
      '"0,7" in the weekday field names a value twice, which BullMQ refuses; write something like MON, MON-FRI or MON#2.',
    ],
    [
      "*/0 * * * *",
      '"*/0" in the minute field needs a whole number from 1 after the slash; write something like 0, */5 or 10,40.',
    ],
    [
      "0 0 * * 1,3#2",
      '"1,3#2" in the weekday field is not known to BullMQ; write something like MON, MON-FRI or MON#2.',
    ],
    ["0 0 31 2 *", 'Day "31" never comes in month "2"; write a day which that month has.'],
    [
      "H 2 * * *",
      'BullMQ draws "H" in the minute field by lot each time it reads it; write something like 0, */5 or 10,40.',
    ],
    [
      "0 0 * * Monday",
      '"Monday" in the weekday field is not known to BullMQ; write something like MON, MON-FRI or MON#2.',
    ],
    [
      "@midnight",
      '"@midnight" is not known to BullMQ; write one of @yearly, @annually, @monthly, @weekly, @daily, @hourly, @minutely, @secondly, @weekdays, @weekends.',
    ],
  ])("%j", (expression, message) => expect(refusal(expression)).toBe(message));
});
