import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../lib/domain/time.ts";
import { readerOf } from "../../support/dialect.ts";

const { compile, slots, refusal } = readerOf("eventbridge");

describe("EventBridge runs", () => {
  it.each([
    ["cron(0 10 * * ? *)", "2026-06-01T12:00", ["2026-06-02T10:00", "2026-06-03T10:00", "2026-06-04T10:00"]],
    ["0 10 * * ? *", "2026-06-01T12:00", ["2026-06-02T10:00", "2026-06-03T10:00", "2026-06-04T10:00"]],
    ["cron(0 18 ? * MON-FRI *)", "2026-06-05T12:00", ["2026-06-05T18:00", "2026-06-08T18:00", "2026-06-09T18:00"]],
    ["cron(0/15 8-9 ? * 2 *)", "2026-06-08T09:25", ["2026-06-08T09:30", "2026-06-08T09:45", "2026-06-15T08:00"]],
    ["cron(0 8 1 * ? 2026/2)", "2026-11-15T00:00", ["2026-12-01T08:00", "2028-01-01T08:00", "2028-02-01T08:00"]],
    ["cron(0 8 L * ? *)", "2026-01-15T00:00", ["2026-01-31T08:00", "2026-02-28T08:00", "2026-03-31T08:00"]],
    ["cron(0 8 3W * ? *)", "2026-04-15T00:00", ["2026-05-04T08:00", "2026-06-03T08:00", "2026-07-03T08:00"]],
    ["cron(0 8 ? * 3#2 *)", "2026-04-01T00:00", ["2026-04-14T08:00", "2026-05-12T08:00", "2026-06-09T08:00"]],
    ["cron(0 8 ? * 6L *)", "2026-04-01T00:00", ["2026-04-24T08:00", "2026-05-29T08:00", "2026-06-26T08:00"]],
    ["at(2027-01-31T02:30:00)", "2026-01-01T00:00", ["2027-01-31T02:30"]],
    ["at(2027-01-31T02:30:00)", "2027-01-31T02:30", []],
  ])("%s from %s", (expression, from, expected) => {
    expect(slots(expression, from, { count: 3 })).toEqual(expected.map((slot) => `${slot}:00`));
  });

  it("in the job's zone: not in an hour that is left out, and once in one that comes twice", () => {
    const berlin = { count: 2, timeZone: "Europe/Berlin" };
    expect(slots("cron(30 2 * * ? *)", "2026-03-28T12:00", berlin)).toEqual([
      "2026-03-30T00:30:00",
      "2026-03-31T00:30:00",
    ]);
    expect(slots("cron(30 2 * * ? *)", "2026-10-24T12:00", berlin)).toEqual([
      "2026-10-25T00:30:00",
      "2026-10-26T01:30:00",
    ]);
  });

  it.each([
    ["rate(1 minute)", MINUTE],
    ["rate(5 minutes)", 5 * MINUTE],
    ["rate( 1 hour )", HOUR],
    ["rate(12 hours)", 12 * HOUR],
    ["rate(7 days)", 7 * DAY],
  ])("%s: so long after the run before", (expression, everyMs) => {
    const schedule = compile(expression);
    expect([schedule.kind, schedule.next(1_000), schedule.jitterMs]).toEqual(["interval", 1_000 + everyMs, MINUTE]);
  });
});

describe("EventBridge refuses", () => {
  const rate =
    "needs a whole number from 1 and minutes, hours or days; write something like rate(5 minutes) or rate(1 hour).";
  const forms = "write cron(…), rate(…) or at(…)";
  it.each([
    ["rate(1 hours)", '"rate(1 hours)" needs "hour" after 1; write rate(1 hour).'],
    ["rate(5 minute)", '"rate(5 minute)" needs "minutes" after a number above 1; write rate(5 minutes).'],
    ["rate(5 Minutes)", '"rate(5 Minutes)" needs "minutes" after a number above 1; write rate(5 minutes).'],
    ["rate(0 minutes)", `"rate(0 minutes)" ${rate}`],
    ["rate(30 seconds)", `"rate(30 seconds)" ${rate}`],
    ["rate(1.5 hours)", `"rate(1.5 hours)" ${rate}`],
    ["rate(400 days)", "An interval may be from 1 second to 366 days long."],
    [
      "at(2027-02-30T00:00:00)",
      '"at(2027-02-30T00:00:00)" is not in the calendar; write something like at(2027-01-31T02:00:00).',
    ],
    [
      "at(2027-02-03 00:00)",
      '"at(2027-02-03 00:00)" is not a date with a time; write something like at(2027-01-31T02:00:00).',
    ],
    ["Cron(0 10 * * ? *)", `"Cron(…)" is not known to EventBridge; ${forms}, in small letters.`],
    ["cron(0 10 * * ? *", `"cron(0 10 * * ? *" is not known to EventBridge; ${forms}.`],
    ["@daily", `"@daily" is not known to EventBridge; ${forms}.`],
    [
      "cron(0 10 * * ?)",
      '"0 10 * * ?" has 5 fields for EventBridge; write 6 (minute hour day month weekday year), such as "cron(0 2 ? * MON-FRI *)".',
    ],
    [
      "cron()",
      'The schedule is empty; write 6 (minute hour day month weekday year), such as "cron(0 2 ? * MON-FRI *)".',
    ],
    [
      "cron(0 10 * * * *)",
      '"*" in the day field and "*" in the weekday field exclude each other in EventBridge; write ? in one of them, here the weekday field.',
    ],
    [
      "cron(0 10 ? * 3#1,6#3 *)",
      '"3#1,6#3" in the weekday field has more than one #; write one of them and make a job of its own for others.',
    ],
    [
      "cron(0 10 1 1 ? 2200)",
      '"2200" in the year field is not between 1970 and 2199; write something like *, 2027 or 2027-2029.',
    ],
  ])("%s", (expression, message) => {
    expect(refusal(expression)).toBe(message);
  });

  it("warns of weekdays that count from Sunday", () => {
    expect(compile("cron(0 10 ? * 1-5 *)").warnings).toEqual([
      "EventBridge counts weekdays from Sunday as 1, so 1-5 is Sunday to Thursday; MON-FRI is 2-6.",
    ]);
    expect(compile("cron(0 10 ? * 2-6 *)").warnings).toEqual([]);
  });
});
