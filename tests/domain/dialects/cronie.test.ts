import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../lib/domain/time.ts";
import { readerOf } from "../../support/dialect.ts";
import { itFiresAsMeasured } from "../../support/measured.ts";

itFiresAsMeasured("cronie", { count: 487, least: 1 });
itFiresAsMeasured("cronie-crontz", { count: 42, least: 1 });

const { compile, slots, refusal } = readerOf("cronie");

describe("cronie reads", () => {
  it.each([
    ["0 0 * * sat-sun", "0 0 * * 0,6"],
    ["0 0 * * fri-0", "0 0 * * 0,5,6"],
    ["0 0 * * 5-7/2", "0 0 * * 5,0"],
    ["5-0 * * * *", "5,6,7 * * * *"],
    ["50-70/30 * * * *", "50 * * * *"],
    ["4294967296 0 * * *", "0 0 * * *"],
    ["5~5 * * * *", "5 * * * *"],
    ["-@daily", "0 0 * * *"],
    ["-*/5 * * * *", "*/5 * * * *"],
    ["0 0 1 * */2", "0 0 1 * */2"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it.each([
    ["0 22-2 * * *", '"22-2" in the hour field never matches: cronie does not wrap ranges around.'],
    ["0 0 * * 5-0/2", '"5-0/2" in the weekday field never matches: cronie does not wrap ranges around.'],
    ["5-0 * * * *", '"5-0" in the minute field is 5 to 7: cronie takes a 0 at the end of a range for 7.'],
    [
      "-5 * * * *",
      'Cronie takes the leading "-" for "do not log", which it allows in the crontabs of root and the system.',
    ],
    ["@reboot", "@reboot runs when the machine starts, so no time can be expected."],
  ])("%s with a warning", (expression, warning) => {
    expect(compile(expression).warnings[0]).toBe(warning);
  });

  it.each([
    ["5~10 * * * *", "2027-01-01T00:05:00", 5 * MINUTE],
    ["~ * * * *", "2027-01-01T00:00:00", 59 * MINUTE],
    ["30~ 2 * * *", "2027-01-01T02:30:00", 29 * MINUTE],
    ["~10 2~4 * * *", "2027-01-01T02:00:00", 2 * HOUR + 10 * MINUTE],
    ["1~2,30~45 2 * * *", "2027-01-01T02:01:00", 15 * MINUTE],
    ["0 0 1~7 * *", "2027-01-01T00:00:00", 6 * DAY],
  ])("%s as a lot drawn from %s on", (expression, first, jitterMs) => {
    const schedule = compile(expression);
    expect([slots(expression, "2026-12-31T23:59", { count: 1 })[0], schedule.jitterMs]).toEqual([first, jitterMs]);
    expect(schedule.warnings[0]).toMatch(/^Cronie draws ".*" in the \w+ field by lot when it loads the crontab: /);
  });

  it("a line below CRON_TZ= by the clock of the zone alone", () => {
    const zone = { count: 3, timeZone: "America/New_York" };
    const { slots: naive } = readerOf("cronie-crontz");
    expect(naive("30 2 * * *", "2026-03-07T12:00", zone)[0]).toBe("2026-03-09T06:30:00");
    expect(slots("30 2 * * *", "2026-03-07T12:00", zone)[0]).toBe("2026-03-08T07:00:00");
    expect(naive("30 1 * * *", "2026-11-01T00:00", zone).slice(0, 2)).toEqual([
      "2026-11-01T05:30:00",
      "2026-11-01T06:30:00",
    ]);
  });
});

describe("cronie refuses", () => {
  it.each([
    ["0 0 * * 1#2", '"1#2" in the weekday field is not known to cronie; write something like 1, mon-fri or 0,6.'],
    ["5;6 * * * *", '"5;6" in the minute field is not known to cronie; write something like 0, */5 or 10,40.'],
    ["1-5-10 * * * *", '"1-5-10" in the minute field is not known to cronie; write something like 0, */5 or 10,40.'],
    ["5x * * * *", '"5x" in the minute field is not known to cronie; write something like 0, */5 or 10,40.'],
    ["5/15 * * * *", 'The minute field "5/15" needs a range before the slash; write 5-59/15.'],
    ["5~10/2 * * * *", '"5~10/2" in the minute field is not known to cronie; write something like 0, */5 or 10,40.'],
    ["10~5 * * * *", '"10~5" in the minute field runs backwards; write 5~10.'],
    ["50~70 * * * *", '"50~70" in the minute field is not between 0 and 59; write something like 0, */5 or 10,40.'],
    ["50-70 * * * *", '"50-70" in the minute field is not between 0 and 59; write something like 0, */5 or 10,40.'],
    ["1,,2 * * * *", 'The minute field "1,,2" has an empty item; write something like 0, */5 or 10,40.'],
    ["*/0 * * * *", 'The minute field "*/0" needs a whole number from 1 after the slash; write */5.'],
    ["*5 * * * *", '"*5" in the minute field is not known to cronie; write something like 0, */5 or 10,40.'],
    ["0 0 * * Monday", '"Monday" in the weekday field is not known to cronie; write mon.'],
    ["- 5 * * * *", 'The leading "-" stands apart from the minute field; write "-5 * * * *".'],
  ])("%s", (expression, message) => expect(refusal(expression)).toBe(message));
});
