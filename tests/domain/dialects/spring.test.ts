import { describe, expect, it } from "vitest";
import { readerOf } from "../../support/dialect.ts";
import { itFiresAsMeasured } from "../../support/measured.ts";

const HALF_HOUR_BACK = "Spring misses a run where the clocks go back by half an hour, or at one minute past midnight";

itFiresAsMeasured("spring", {
  count: 114,
  least: 0.97,
  differing: {
    "spring-3833": HALF_HOUR_BACK,
    "spring-3846": HALF_HOUR_BACK,
    "spring-3897": HALF_HOUR_BACK,
  },
});

const { compile, slots, refusal } = readerOf("spring");

describe("Spring reads", () => {
  it.each([
    ["@MIDNIGHT", "0 0 0 * * *"],
    ["0 0 0 ? * ?", "0 0 0 * * *"],
    ["0 0 0 * * */2", "0 0 0 * * 1,3,5,7"],
    ["0 0 0 * * 0/2", "0 0 0 * * 0,2,4,6"],
    ["0 0 0 * * 7/2", "0 0 0 * * 0"],
    ["0 0 0 * * SUN-TUE", "0 0 0 * * 0,1,2"],
    ["0 0 0 * * 7-2", "0 0 0 * * 0,1,2"],
    ["0 0 0 * * sat-sun", "0 0 0 * * 0,6"],
    ["0 0 0 * * 7-7", "0 0 0 * * *"],
    ["0 */61 * * * *", "0 0 * * * *"],
    ["0 1-5/9 * * * *", "0 1 * * * *"],
    ["0 0 0 * feb-APR/2 *", "0 0 0 * 2,4 *"],
    ["0 0 0 L,15W,LW * ?", "0 0 0 LW,L,15W * *"],
    ["0 0 0 ? * MON#1,5L,tue", "0 0 0 ? * 2,FRIL,1#1"],
    ["  0  0 \t0 * * *  ", "0 0 0 * * *"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it.each([
    ["0 0 0 13 * FRI", "2026-01-01", ["2026-02-13", "2026-03-13", "2026-11-13"]],
    ["0 0 0 L-3 2 *", "2027-01-01", ["2027-02-25", "2028-02-26", "2029-02-25"]],
    ["0 0 0 1W * *", "2026-07-15", ["2026-08-03", "2026-09-01", "2026-10-01"]],
    ["0 0 0 31W * *", "2026-04-01", ["2026-07-31", "2026-08-31", "2026-10-30"]],
    ["0 0 0 ? 2 1#5", "2026-01-01", ["2044-02-29"]],
  ])("%s from %s", (expression, from, days) => {
    expect(slots(expression, `${from}T00:00`, { count: days.length })).toEqual(days.map((day) => `${day}T00:00:00`));
  });
});

describe("Spring refuses", () => {
  it.each([
    ["", 'The schedule is empty; write 6 (second minute hour day month weekday), such as "0 0 2 * * MON-FRI".'],
    ["0 2 * * *", '"0 2 * * *" has no second, with which Spring starts; write "0 0 2 * * *".'],
    ["0 0 2 * * * 2027", '"0 0 2 * * * 2027" ends with a year, which Spring does not know; write "0 0 2 * * *".'],
    [
      "TZ=UTC 0 0 0 * * *",
      '"TZ=UTC 0 0 0 * * *" has 7 fields for Spring; write 6 (second minute hour day month weekday), such as "0 0 2 * * MON-FRI".',
    ],
    ["0\t0\t2\t*\t*\t*", "Spring takes a tab for a part of the field; write blanks between fields."],
    [
      "@reboot",
      '"@reboot" is not known to Spring; write one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly.',
    ],
    ["0 0 22-2 * * *", '"22-2" in the hour field runs backwards, which Spring refuses; write 22-23,0-2.'],
    ["0 0 0 * * FRI-MON", '"FRI-MON" in the weekday field runs backwards, which Spring refuses; write FRI-7,0-MON.'],
    ["0 ? * * * *", '"?" in the minute field is not known to Spring; write something like 0, */5 or 10,40.'],
    ["0 0 0 l * *", '"l" in the day field has a small letter, which Spring does not know; write L or W.'],
    ["0 0 0 L-0 * *", '"L-0" in the day field is not known to Spring; write L, L-3 or LW.'],
    ["0 0 0 1,L-3W * *", '"L-3W" in the day field "1,L-3W" is not known to Spring; write L, L-3 or LW.'],
    ["0 0 0 32W * *", '"32W" in the day field is not between 1W and 31W; write 15W.'],
    ["0 0 0 ? * L", '"L" in the weekday field is not known to Spring; write something like MON, MON-FRI or MON#2.'],
    ["0 0 0 ? * 8L", '"8L" in the weekday field does not start with a weekday; write MONL.'],
    ["0 0 0 ? * MON#6", '"MON#6" in the weekday field needs a number from 1 to 5 after the #; write MON#1 to MON#5.'],
    ["0 0 0 * * MONDAY", '"MONDAY" in the weekday field is not known to Spring; write mon.'],
    ["0 0 0 * * 8", '"8" in the weekday field is not between 0 and 7; write something like MON, MON-FRI or MON#2.'],
    ["0 1,,2 * * * *", 'The minute field "1,,2" has an empty item; write something like 0, */5 or 10,40.'],
    ["0 */0 * * * *", '"*/0" in the minute field needs a whole number from 1 after the slash; write */5.'],
  ])("%j", (expression, message) => {
    expect(refusal(expression)).toBe(message);
  });
});

describe("Spring warns", () => {
  it.each([
    ["0 0 0 31W * *", "Spring leaves out 31W in a month that ends with day 31 on a Sunday."],
    ["0 0 0 * * SUN/2", 'Spring reads "SUN/2" as Sunday only.'],
    ["0 0 0 * * SUN-7", 'Spring reads "SUN-7" as all days of the week.'],
    ["0 0 0 31 2 *", "This never runs."],
  ])("of %s", (expression, warning) => {
    expect(compile(expression).warnings).toEqual([warning]);
  });

  it("of nothing where all is as it reads", () => {
    for (const expression of ["0 0 2 * * MON-FRI", "0 0 0 15W,L * ?", "0 */15 * * * *"]) {
      expect(compile(expression).warnings).toEqual([]);
    }
  });
});
