import { describe, expect, it } from "vitest";
import { MINUTE, SECOND } from "../../../lib/domain/time.ts";
import { readerOf } from "../../support/dialect.ts";
import { itFiresAsMeasured } from "../../support/measured.ts";

itFiresAsMeasured("kubernetes", {
  count: 99,
  least: 0.97,
  differing: {
    "robfig-3526":
      "counts on by whole hours from a midnight that a gap from 00:01 has moved, and comes to 01:15 for 00:15",
  },
});

const { compile, slots, refusal } = readerOf("kubernetes");

describe("Kubernetes reads", () => {
  it.each([
    ["5/15 * * * *", "5,20,35,50 * * * *"],
    ["*/61 * * * *", "0 * * * *"],
    ["+5 * * * *", "5 * * * *"],
    ["*-5 * * * *", "* * * * *"],
    ["?-x/20 * * * *", "*/20 * * * *"],
    ["1,,30, * * * *", "1,30 * * * *"],
    ["0 0 * * mon/2", "0 0 * * 1,3,5"],
    ["0 0 1,* * 1", "0 0 * * 1"],
    ["0 0 */1 * 1", "0 0 * * 1"],
    ["0 0 */2 * 1", "0 0 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31 * 1"],
    ["@annually", "0 0 1 1 *"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it.each([
    ["@every 90m", 90 * MINUTE],
    ["@every 1h30m", 90 * MINUTE],
    ["@every 1.5h", 90 * MINUTE],
    ["@every .5m", 30 * SECOND],
    ["@every 1500ms", SECOND],
    ["@every 1ns", SECOND],
    ["@every -5m", SECOND],
    ["@every 0", SECOND],
  ])("%s", (expression, everyMs) => {
    const schedule = compile(expression);
    expect([schedule.kind, schedule.next(0), schedule.jitterMs]).toEqual(["interval", everyMs, 10 * SECOND]);
  });

  it("a zone in the expression, and says that new objects may not have one", () => {
    const { warnings } = compile("CRON_TZ=Asia/Tokyo 0 6 * * *");
    expect(slots("TZ=Asia/Tokyo 0 6 * * *", "2027-01-20T10:30", { count: 1 })).toEqual(["2027-01-20T21:00:00"]);
    expect(slots("CRON_TZ=Asia/Tokyo @daily", "2027-01-20T10:30", { count: 1 })).toEqual(["2027-01-20T15:00:00"]);
    expect(warnings).toEqual([
      "Kubernetes refuses a time zone inside the schedule of a new CronJob; give it as timeZone beside the schedule.",
    ]);
  });

  it.each([
    ["*-5 * * * *", 'Kubernetes reads "*-5" in the minute field as "*".'],
    ["@every 1500ms", "Kubernetes goes by whole seconds: this is every 1 s."],
  ])("%s with a warning", (expression, warning) => expect(compile(expression).warnings).toEqual([warning]));
});

describe("Kubernetes refuses", () => {
  it.each([
    [
      "0 0 * * 7",
      '"7" in the weekday field is not between 0 and 6; write 0 or SUN for Sunday, or something like MON-FRI.',
    ],
    ["0 22-2 * * *", '"22-2" in the hour field runs backwards, which Kubernetes refuses; write 22-23,0-2.'],
    ["0 0 * * Monday", '"Monday" in the weekday field is not known to Kubernetes; write mon.'],
    [
      "@Daily",
      '"@Daily" is not known to Kubernetes; write one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, or "@every 90m".',
    ],
    ["0 0 L * *", '"L" in the day field is not known to Kubernetes; write something like 1, */2 or 1-7.'],
    ["@every soon", '"@every soon" does not end with a duration; write "@every 1h30m" or "@every 90s".'],
    [", * * * *", 'The minute field "," has an empty item; write something like 0, */5 or 10,40.'],
    [
      "0 0 2 * * *",
      '"0 0 2 * * *" has 6 fields for Kubernetes; write 5 (minute hour day month weekday), such as "0 2 * * MON-FRI".',
    ],
    ["TZ=Nowhere 0 2 * * *", 'There is no time zone "Nowhere"; write a place, such as Europe/Riga, or UTC.'],
  ])("%s", (expression, message) => expect(refusal(expression)).toBe(message));
});
