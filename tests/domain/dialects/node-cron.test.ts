import { describe, expect, it } from "vitest";
import { readerOf } from "../../support/dialect.ts";

const { slots, refusal } = readerOf("node-cron");

describe("node-cron reads", () => {
  it.each([
    ["@Daily", "0 0 * * *"],
    ["0 0 ? * ?", "0 0 * * *"],
    ["30 0 2 * * *", "30 0 2 ? * *"],
    ["0 0 * January-march *", "0 0 * 1,2,3 *"],
    ["0 0 * * tuesday-thursday", "0 0 * * 2,3,4"],
    ["0 0 * * fri-mon/2", "0 0 * * 5,0"],
    ["0 0 * * 7-2", "0 0 * * 0,1,2"],
    ["50-10/5 * * * *", "50,55,0,5,10 * * * *"],
    ["0 0 * * friday#2", "0 0 * * 5#2"],
    ["0 0 * * 7L", "0 0 * * sundayL"],
    ["*/61 * * * *", "0 * * * *"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it.each([
    ["0 0 L-3 * *", ["2027-01-28", "2027-02-25"]],
    ["0 0 LW * *", ["2027-01-29", "2027-02-26"]],
    ["0 0 15W * *", ["2027-02-15", "2027-03-15"]],
    ["0 0 * * 5L", ["2027-01-29", "2027-02-26"]],
    ["0 0 1-7 * MON", ["2027-02-01", "2027-03-01"]],
  ])("%s", (expression, days) => {
    const found = slots(expression, "2027-01-20T10:30", { count: 2 });
    expect(found).toEqual(days.map((day) => `${day}T00:00:00`));
  });
});

describe("where the clocks change, node-cron", () => {
  // What node-cron 4.6 answers.
  it.each([
    [
      "leaves out what does not exist",
      "30 2 * * *",
      "Europe/Berlin",
      "2026-03-28T12:00",
      ["03-30T00:30", "03-31T00:30"],
    ],
    [
      "runs in the first pass west of Greenwich",
      "30 1 * * *",
      "America/New_York",
      "2026-10-31T12:00",
      ["11-01T05:30", "11-02T06:30"],
    ],
    ["also hourly", "0 * * * *", "America/New_York", "2026-11-01T04:30", ["11-01T05:00", "11-01T07:00"]],
    [
      "and as far west as the Azores",
      "30 0 * * *",
      "Atlantic/Azores",
      "2026-10-24T12:00",
      ["10-25T00:30", "10-26T01:30"],
    ],
    [
      "runs in the second pass east of it",
      "30 2 * * *",
      "Europe/Berlin",
      "2026-10-24T12:00",
      ["10-25T01:30", "10-26T01:30"],
    ],
    ["also hourly", "0 * * * *", "Europe/Berlin", "2026-10-24T23:30", ["10-25T01:00", "10-25T02:00"]],
    ["and as far east as Greenwich", "30 1 * * *", "Europe/London", "2026-10-24T12:00", ["10-25T01:30", "10-26T01:30"]],
  ])("%s: %s in %s", (_, expression, timeZone, from, expected) => {
    expect(slots(expression, from, { count: 2, timeZone }).map((slot) => slot.slice(5, 16))).toEqual(expected);
  });
});

describe("node-cron refuses", () => {
  it.each([
    ["5/15 * * * *", '"5/15" in the minute field needs a range before the slash; write 5-59/15.'],
    ["0 0 L-3W * *", '"L-3W" in the day field is not known to node-cron; write L, LW or L-3.'],
    ["0 0 * * tues", '"tues" in the weekday field is not known to node-cron; write tue.'],
    ["0 0 * * 1#6", '"1#6" in the weekday field needs a number from 1 to 5 after the #; write 1#1 to 1#5.'],
    ["? * * * *", '"?" in the minute field is not known to node-cron; write something like 0, */5 or 10,40.'],
    ["0 2 31 2 *", 'Day "31" never comes in month "2", and node-cron refuses it; write a day which that month has.'],
    ["0 2 30 2 1", 'Day "30" never comes in month "2", and node-cron refuses it; write a day which that month has.'],
    ["0 2 29 2 *", "accepted"],
    ["0 2 31 2,3 *", "accepted"],
    ["0 24 * * *", '"24" in the hour field is not between 0 and 23; write something like 2, */4 or 9-17.'],
  ])("%s", (expression, message) => expect(refusal(expression)).toBe(message));
});
