import { describe, expect, it } from "vitest";
import { readerOf } from "../../support/dialect.ts";
import { itFiresAsMeasured } from "../../support/measured.ts";

itFiresAsMeasured("hangfire", { count: 79, least: 1 });

const { compile, slots, refusal } = readerOf("hangfire");

describe("Hangfire reads", () => {
  it.each([
    ["@Every_Second", "* * * * * *"],
    [" @every_minute ", "* * * * *"],
    ["@annually", "0 0 1 1 *"],
    ["? ? ? ? ?", "* * * * *"],
    ["0 ?/6 * * *", "0 0,6,12,18 * * *"],
    ["30 0 2 * * *", "30 0 2 ? ? ?"],
    ["0 0 * * fri-MON/2", "0 0 * * 5,0"],
    ["0 0 * * 7-2", "0 0 * * 0,1,2"],
    ["0 0 30-2 * *", "0 0 1,2,30,31 * *"],
    ["0 0 * nov-feb *", "0 0 * 1,2,11,12 *"],
    ["0 0 lw * *", "0 0 LW * *"],
    ["0 0 * * 7L", "0 0 * * SUNL"],
    ["30,45-15/2 1 * * *", "30,45,47,49,51,53,55,57,59,1,3,5,7,9,11,13,15 1 * * *"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it.each([
    ["0 0 L-3W * *", "2026-05-15", ["2026-05-28", "2026-06-26", "2026-07-28"]],
    ["0 0 31W * *", "2026-04-01", ["2026-05-29", "2026-07-31", "2026-08-31"]],
    ["0 0 13 * FRI", "2026-01-01", ["2026-02-13", "2026-03-13", "2026-11-13"]],
    ["0 0 ? * MON#5", "2026-01-01", ["2026-03-30", "2026-06-29", "2026-08-31"]],
  ])("%s from %s", (expression, from, days) => {
    expect(slots(expression, `${from}T00:00`, { count: 3 })).toEqual(days.map((day) => `${day}T00:00:00`));
  });

  it("adds the time between two looks for due jobs", () => {
    expect(compile("0 2 * * *").jitterMs).toBe(15_000);
  });
});

describe("where the clocks change, Hangfire", () => {
  const berlin = { count: 3, timeZone: "Europe/Berlin" };
  it.each([
    [
      "a fixed time left out runs at the change",
      "30 2 * * *",
      "2026-03-29T00:00",
      ["29T01:00", "30T00:30", "31T00:30"],
    ],
    ["many of them run once", "*/10 2 * * *", "2026-03-29T00:00", ["29T01:00", "30T00:00", "30T00:10"]],
    ["a fixed time runs in the first pass", "30 2 * * *", "2026-10-24T12:00", ["25T00:30", "26T01:30", "27T01:30"]],
    ["a list is fixed", "0,30 2 * * *", "2026-10-25T00:10", ["25T00:30", "26T01:00", "26T01:30"]],
    ["a range repeats", "30 2-2 * * *", "2026-10-24T12:00", ["25T00:30", "25T01:30", "26T01:30"]],
    ["a step repeats", "30/30 2 * * *", "2026-10-24T12:00", ["25T00:30", "25T01:30", "26T01:30"]],
    ["a question mark repeats", "30 ? 25 * *", "2026-10-25T00:10", ["25T00:30", "25T01:30", "25T02:30"]],
  ])("%s: %s", (_, expression, from, expected) => {
    expect(slots(expression, from, berlin).map((slot) => slot.slice(8, 16))).toEqual(expected);
  });
});

describe("Hangfire refuses", () => {
  const drawn = "stands for a value that Hangfire draws for each job; write the value that its dashboard shows.";
  it.each([
    ["H * * * *", `"H" in the minute field ${drawn}`],
    ["0 H(0-7) * * *", `"H(0-7)" in the hour field ${drawn}`],
    ["h/15 * * * *", `"h/15" in the minute field ${drawn}`],
    ["*/60 * * * *", '"*/60" in the minute field has a step above 59; write a shorter step.'],
    ["*,5 * * * *", '"*,5" in the minute field has * or ? in a list, which Hangfire refuses; write * alone.'],
    [
      "0 0 L,15 * *",
      '"L,15" in the day field has L, W or # in a list, which Hangfire refuses; write one of them alone.',
    ],
    [
      "0 0 * * MON#1,FRI",
      '"MON#1,FRI" in the weekday field has L, W or # in a list, which Hangfire refuses; write one of them alone.',
    ],
    ["0 0 * * Monday", '"Monday" in the weekday field is not known to Hangfire; write mon.'],
    ["0 0 * * L", '"L" in the weekday field is not known to Hangfire; write something like MON, MON-FRI or MON#2.'],
    ["0 0 W * *", '"W" in the day field is not known to Hangfire; write something like 1, 1-7 or L.'],
    [
      "@reboot",
      '"@reboot" is not known to Hangfire; write one of @every_second, @every_minute, @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.',
    ],
    ["0 0 2 * * * 2027", '"0 0 2 * * * 2027" has 7 fields for Hangfire; write 5 (minute hour day month weekday) or 6'],
  ])("%s", (expression, message) => {
    expect(refusal(expression)).toContain(message);
  });
});
