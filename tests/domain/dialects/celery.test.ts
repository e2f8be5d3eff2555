import { describe, expect, it } from "vitest";
import { readerOf } from "../../support/dialect.ts";
import { itFiresAsMeasured } from "../../support/measured.ts";

const NEXT_LOOK = "looks every five minutes counted from the start of the measurement, and caught up at its first look";

itFiresAsMeasured("celery", {
  count: 54,
  least: 0.85,
  differing: {
    "celery-5216": NEXT_LOOK,
    "celery-5220": NEXT_LOOK,
    "celery-5244": NEXT_LOOK,
    "celery-5248": NEXT_LOOK,
    "celery-5249": NEXT_LOOK,
    "celery-5263": NEXT_LOOK,
    "celery-5288": "the measurement stopped at the very instant of the third run",
  },
});

const { compile, slots, refusal } = readerOf("celery");

describe("Celery reads", () => {
  // The sets that crontab() of Celery 5.2 expands these to.
  it.each([
    ["1-5#2 * * * *", "1,2,3,4,5 * * * *"],
    ["1-5-7 * * * *", "1,2,3,4,5 * * * *"],
    ["*/20/2 * * * *", "0,20,40 * * * *"],
    ["50-10/10 * * * *", "50,0,10 * * * *"],
    ["0 0 28-3/2 * *", "0 0 28,30,1,3 * *"],
    ["0 0 * * fri-mon/2", "0 0 * * 5,0"],
    ["0 0 * * Monday", "0 0 * * 1"],
    ["0 0 * * mon#2", "0 0 * * 1"],
    ["0 0 * * tue-thu-sat", "0 0 * * 2,3,4"],
    ["0 0 * wed *", "0 0 * 3 *"],
    ["+5 * * * *", "5 * * * *"],
    ["*/61 * * * *", "0 * * * *"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it("both days at once", () => {
    expect(slots("0 0 1-7 * 1", "2027-01-20T10:30", { count: 2 })).toEqual([
      "2027-02-01T00:00:00",
      "2027-03-01T00:00:00",
    ]);
  });

  it.each([
    ["0 0 * * mon#2", 'Celery ignores "#2" in the weekday field and reads "mon".'],
    ["1-5-7 * * * *", 'Celery ignores "-7" in the minute field and reads "1-5".'],
    ["0 0 * mon *", 'Celery takes "mon" in the month field for the weekday of that name, number 1.'],
  ])("%s with a warning", (expression, warning) => expect(compile(expression).warnings).toEqual([warning]));
});

describe("where the clocks change, Celery", () => {
  const newYork = { count: 2, timeZone: "America/New_York" };

  it("runs at the change what the change leaves out, once", () => {
    expect(slots("*/15 2 * * *", "2026-03-08T00:00", newYork)).toEqual(["2026-03-08T07:00:00", "2026-03-09T06:00:00"]);
  });

  it("runs an hourly job in the first pass of a repeated hour only", () => {
    expect(slots("30 * * * *", "2026-11-01T05:00", newYork)).toEqual(["2026-11-01T05:30:00", "2026-11-01T07:30:00"]);
  });

  it("runs in the second pass if it was started there, so that nothing need come", () => {
    const started = slots("30 * * * *", "2026-11-01T06:00", newYork);
    expect(started).toEqual(["2026-11-01T06:30:00", "2026-11-01T07:30:00"]);
    const schedule = compile("30 * * * *", "America/New_York");
    const [second = 0] = started.map((slot) => Date.parse(`${slot}Z`));
    expect([schedule.isOptional(second), schedule.prev(second), schedule.required.prev(second)]).toEqual([
      true,
      second,
      second - 3_600_000,
    ]);
  });
});

describe("Celery refuses", () => {
  it.each([
    [
      "0 0 * * 7",
      '"7" in the weekday field is not between 0 and 6; write 0 or sun for Sunday, or something like mon-fri.',
    ],
    ["0 0 * jan *", '"jan" in the month field is not known to Celery; write a number from 1 to 12, such as 6-8.'],
    ["0 0 ? * *", '"?" in the day field is not known to Celery; write something like 1, */2 or 1-7.'],
    ["5/15 * * * *", '"5/15" in the minute field needs a range before the slash; write 5-59/15.'],
    ["*/0 * * * *", '"*/0" in the minute field needs a whole number from 1 after the slash; write */5.'],
    ["*/5x * * * *", '"*/5x" in the minute field needs a whole number from 1 after the slash; write */5.'],
    ["-5 * * * *", '"-5" in the minute field is not known to Celery; write something like 0, */5 or 10,40.'],
    ["1,,2 * * * *", 'The minute field "1,,2" has an empty item; write something like 0, */5 or 10,40.'],
    [
      "@daily",
      '"@daily" is not known to Celery, which has no words with @; write five fields, such as "0 2 * * mon-fri".',
    ],
  ])("%s", (expression, message) => expect(refusal(expression)).toBe(message));
});
