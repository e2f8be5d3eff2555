import { describe, expect, it } from "vitest";
import { readerOf } from "../../support/dialect.ts";
import { itFiresAsMeasured } from "../../support/measured.ts";

itFiresAsMeasured("quartz", {
  count: 127,
  least: 0.97,
  differing: {
    "quartz-4041": "Quartz tries 01:00 first, which does not exist that day, and gives up the rest of the hour",
    "quartz-4214": "Quartz loses the day where 23:00 to midnight does not exist: it asks for hour 24 of the next day",
    "quartz-4328": "Quartz takes 30 February for 1 or 2 March, and the Friday before it for a day of February",
  },
});

const { compile, slots, refusal } = readerOf("quartz");

describe("Quartz reads", () => {
  it.each([
    ["0 0 0 ? * 1", "0 0 0 ? * SUN"],
    ["0 0 0 ? * 2-6", "0 0 0 ? * MON-FRI"],
    ["0 0 0 ? * sat-tue", "0 0 0 ? * 7,1,2,3"],
    ["0 0 0 ? * 6-2/2", "0 0 0 ? * 6,1"],
    ["0 0 22-2/2 * * ?", "0 0 22,0,2 * * ?"],
    ["0 /20 * * * ?", "0 0,20,40 * * * ?"],
    ["0 1,,2, * * * ?", "0 1,2 * * * ?"],
    ["0 0 0 l-3w * ?", "0 0 0 L-3W * ?"],
    ["0 0 0 ? * MONDAY,WEDNESDAY", "0 0 0 ? * MON,WED"],
    ["0 0 0 1 JANUARY,JULY ?", "0 0 0 1 1,7 ?"],
    ["0 0 0 ? * L", "0 0 0 ? * SAT"],
    ["0 0 0 ? * 6L", "0 0 0 ? * FRIL"],
    ["0 0 0 1 1 ? 2027-2031/2", "0 0 0 1 1 ? 2027,2029,2031"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it.each([
    ["0 0 0 31W * ?", "2026-04-01", ["2026-05-29", "2026-07-31", "2026-08-31"]],
    ["0 0 0 L-3W * ?", "2026-05-15", ["2026-05-28", "2026-06-26", "2026-07-28"]],
    ["0 0 0 ? NOV-FEB MON#1", "2027-12-31", ["2028-01-03", "2028-02-07", "2028-11-06"]],
    ["0 0 0 1 1 ? 2027", "2026-12-31", ["2027-01-01"]],
  ])("%s from %s", (expression, from, days) => {
    expect(slots(expression, `${from}T00:00`, { count: days.length })).toEqual(days.map((day) => `${day}T00:00:00`));
  });
});

describe("where the clocks go back, Quartz", () => {
  const firstPass = Date.parse("2026-11-01T05:00Z");
  const secondPass = Date.parse("2026-11-01T06:00Z");
  const hourly = () => compile("0 0/30 * * * ?", "America/New_York");

  it("jumps over the whole first pass", () => {
    expect(hourly().next(firstPass - 1)).toBe(secondPass);
    expect(hourly().prev(secondPass - 1)).toBe(firstPass - 30 * 60_000);
  });

  it("asked in the first pass, answers as in the second", () => {
    expect(hourly().next(firstPass + 10 * 60_000)).toBe(secondPass + 30 * 60_000);
    expect(hourly().next(secondPass - 1)).toBe(secondPass);
  });
});

describe("Quartz refuses", () => {
  const either = "or 7 (second minute hour day month weekday year)";
  it.each([
    [
      "0 2 * * ?",
      `"0 2 * * ?" has 5 fields for Quartz; write 6 (second minute hour day month weekday) ${either}, such as "0 0 2 ? * MON-FRI".`,
    ],
    [
      "0 0 2 * * *",
      '"*" in the day field and "*" in the weekday field exclude each other in Quartz; write ? in one of them, here the weekday field.',
    ],
    [
      "0 0 2 * * MON",
      '"*" in the day field and "MON" in the weekday field exclude each other in Quartz; write ? in one of them, here the day field.',
    ],
    [
      "0 0 2 ? * ?",
      '"?" in the day field and "?" in the weekday field leave the day open; write * in the day field for every day.',
    ],
    ["0 ? 2 * * ?", '"?" in the minute field is not known to Quartz; write something like 0, */5 or 10,40.'],
    ["0 */61 * * * ?", '"*/61" in the minute field has a step above 59; write a shorter step.'],
    ["0 0 0 L,15 * ?", '"L,15" in the day field has L in a list, which Quartz refuses; write L alone.'],
    ["0 0 0 L-31 * ?", '"L-31" in the day field counts back beyond the month; write L-30 at most.'],
    [
      "0 0 0 ? * FRIL,MON",
      '"FRIL,MON" in the weekday field has L in a list, which Quartz refuses; write one weekday alone.',
    ],
    [
      "0 0 0 ? * MON#1,MON#3",
      '"MON#1,MON#3" in the weekday field has more than one #; write one of them and make a job of its own for others.',
    ],
    ["0 0 0 ? * 0", '"0" in the weekday field is not between 1 and 7; write something like MON, MON-FRI or MON#2.'],
    [
      "0 0 0 ? * 2-FRI",
      '"2-FRI" in the weekday field mixes a name and a number; write something like MON, MON-FRI or MON#2.',
    ],
    [
      "0 0 0 1 1 ? 1969",
      '"1969" in the year field is not between 1970 and 2099; write something like 2027 or 2027-2029.',
    ],
    [
      "0 0 0 1 1 ? 2030-2027",
      '"2030-2027" in the year field runs backwards, which Quartz refuses; write 2030-2099,1970-2027.',
    ],
    ["@daily", '"@daily" has only one field'],
  ])("%s", (expression, message) => {
    expect(refusal(expression)).toContain(message);
  });
});

describe("Quartz warns", () => {
  it.each([
    ["0 0 0 ? * MON-FRI/2", 'Quartz reads "MON-FRI/2" in the weekday field as "MON-FRI" and ignores the rest.'],
    ["0 0 0 ? * MONDAY-FRIDAY", 'Quartz reads "MONDAY-FRIDAY" in the weekday field as "MON" and ignores the rest.'],
    ["0 0 0 1 JAN/3 ?", 'Quartz reads "JAN/3" in the month field as "JAN" and ignores the rest.'],
    ["0 0 0 ? * 1-5", "Quartz counts weekdays from Sunday as 1, so 1-5 is Sunday to Thursday; MON-FRI is 2-6."],
    [
      "0 0 0 ? * L",
      "Quartz reads L in the weekday field as every Saturday; write 7L for the last Saturday of the month.",
    ],
    ["0 0 0 20,15W * ?", 'Quartz reads "20,15W" in the day field as 15W and ignores the other days.'],
    ["0 0 0 ? * FRI#1,MON", 'Quartz reads "FRI#1,MON" in the weekday field as MON#1 and ignores the other days.'],
  ])("of %s", (expression, warning) => {
    expect(compile(expression).warnings).toEqual([warning]);
  });

  it("of nothing where all is as it reads", () => {
    for (const expression of ["0 0 2 ? * MON-FRI", "0 0 0 LW * ?", "0 0 0 ? * MON#1", "0 0 8-18 ? * MONDAY"]) {
      expect(compile(expression).warnings).toEqual([]);
    }
  });

  it("does as it warns", () => {
    const from = "2026-01-01T00:00";
    expect(slots("0 0 0 ? * MON-FRI/2", from)).toEqual(slots("0 0 0 ? * MON-FRI", from));
    expect(slots("0 0 0 20,15W * ?", from)).toEqual(slots("0 0 0 15W * ?", from));
    expect(slots("0 0 0 ? * FRI#1,MON", from)).toEqual(slots("0 0 0 ? * MON#1", from));
  });
});
