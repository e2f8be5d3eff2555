import { describe, expect, it } from "vitest";
import { readerOf } from "../../support/dialect.ts";
import { itFiresAsMeasured } from "../../support/measured.ts";

const SAME_LITERALLY =
  "compares its answer with the time asked from, which was in UTC: a local time that reads the same counts as repeated";

itFiresAsMeasured("sidekiq", {
  count: 85,
  least: 0.95,
  differing: {
    "fugit-4398": SAME_LITERALLY,
    "fugit-4432": SAME_LITERALLY,
    "fugit-4479": "goes on to the day after where a day has no midnight",
  },
});

const { compile, slots, refusal } = readerOf("sidekiq");

describe("Sidekiq reads", () => {
  it.each([
    ["/15 * * * *", "*/15 * * * *"],
    ["5/15 * * * *", "5,20,35,50 * * * *"],
    ["0 20-24 * * *", "0 20,21,22,23,0 * * *"],
    ["0 24-2 * * *", "0 0,1,2 * * *"],
    ["0 0 28-L * *", "0 0 28,29,30,31 * *"],
    ["0 0 -3-L * *", "0 0 -3,-2,-1 * *"],
    ["0 0 last * *", "0 0 L * *"],
    ["0 0 28-3 * *", "0 0 28,29,30,31,1,2,3 * *"],
    ["0 0 * nov-feb/2 *", "0 0 * 11,1 *"],
    ["0 0 * * 7-2", "0 0 * * 0,1,2"],
    ["0 0 * * 2/2", "0 0 * * 2"],
    ["0 0 * * fri-mon/2", "0 0 * * *"],
    ["0 0 * * *,1", "0 0 * * 1"],
    ["0 0 1-31 * 1", "0 0 * * 1"],
    ["0 0 1 * 0-6", "0 0 * * *"],
    ["0 0 31 2,3 1", "0 0 31 3 1"],
    ["1,,30, * * * *", "1,30 * * * *"],
    ["@noon", "0 12 * * *"],
    ["0 0 6 * * * Asia/Tokyo", "0 6 * * * Asia/Tokyo"],
    ["0 6 * * * Asia/Tokyo", "0 21 * * *"],
    ["0 6 * * *  +09:00", "0 21 * * *"],
    ["0 6 * * mon-fri -00:00", "0 6 * * 1-5"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it.each([
    ["30 0 2 * * mon", ["2027-01-25T02:00:30", "2027-02-01T02:00:30"]],
    ["0 0 -2 * *", ["2027-01-30T00:00:00", "2027-02-27T00:00:00"]],
    ["0 0 * * fri#-1", ["2027-01-29T00:00:00", "2027-02-26T00:00:00"]],
    ["0 0 * * mon#1,mon#3", ["2027-02-01T00:00:00", "2027-02-15T00:00:00"]],
    ["0 0 1-7 * 2", ["2027-01-26T00:00:00", "2027-02-01T00:00:00"]],
    ["0 0 1-7& * 2", ["2027-02-02T00:00:00", "2027-03-02T00:00:00"]],
    ["0 0 1-7 * 2&", ["2027-02-02T00:00:00", "2027-03-02T00:00:00"]],
  ])("%s", (expression, expected) => {
    expect(slots(expression, "2027-01-20T10:30", { count: 2 })).toEqual(expected);
  });

  it("weeks as they are counted from 1 January 2019, a Tuesday in week 1", () => {
    expect(slots("0 9 * * tue%2", "2018-12-31T00:00", { count: 1 })).toEqual(["2019-01-08T09:00:00"]);
    expect(slots("0 9 * * tue%2+1", "2018-12-31T00:00", { count: 1 })).toEqual(["2019-01-01T09:00:00"]);
    expect(slots("0 9 * * mon%3+2", "2019-01-01T00:00", { count: 2 })).toEqual([
      "2019-01-14T09:00:00",
      "2019-02-04T09:00:00",
    ]);
  });

  it("steps that do not go round as no weekday, and says so", () => {
    expect(compile("0 0 * * fri-mon/2").warnings).toEqual([
      'Sidekiq finds no weekday in "fri-mon/2", because steps do not go round, and runs on every day.',
    ]);
  });
});

describe("Sidekiq refuses", () => {
  it.each([
    ["0 0 * * Monday", '"Monday" in the weekday field is not known to Sidekiq; write mon.'],
    ["0 0 L-3 * *", '"L-3" in the day field goes from the end of the month to its start; write -3-L or 28-L.'],
    ["0 0 31 2 1", "Day 31 never comes in month 2, and Sidekiq refuses it; write a day which that month has."],
    ["*/0 * * * *", '"*/0" in the minute field needs a whole number from 1 after the slash; write */5.'],
    ["0 9 * * mon%0", '"mon%0" in the weekday field needs a number of weeks from 1 after the %; write mon%2.'],
    [
      "@reboot",
      '"@reboot" is not known to Sidekiq; write one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @noon, @hourly.',
    ],
    [
      "every day at five",
      '"every day at five" is a phrase, which Belfry leaves to Sidekiq; write the cron behind it, such as "0 2 * * mon-fri".',
    ],
    ["0 2 * * * +05:30", '"+05:30" is no zone of whole hours; write a place, such as Asia/Kolkata.'],
    [
      "0 2 * * * europe/berlin",
      'Sidekiq does not take "europe/berlin" for a time zone, because of its small letters; write Europe/Berlin.',
    ],
    [
      "0 2 * * * backup",
      '"backup" in the weekday field is not known to Sidekiq; write something like mon, mon-fri, mon#2 or mon%2.',
    ],
    ["0 2 * * * Mars/Base", 'There is no time zone "Mars/Base"; write a place, such as Europe/Riga, or UTC.'],
    [", * * * *", 'The minute field "," names no value; write something like 0, */5 or 10,40.'],
    [
      "0 0 * *",
      '"0 0 * *" has 4 fields for Sidekiq; write 5 (minute hour day month weekday) or 6 (second minute hour day month weekday), such as "0 2 * * mon-fri".',
    ],
  ])("%s", (expression, message) => expect(refusal(expression)).toBe(message));
});
