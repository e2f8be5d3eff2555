import { describe, expect, it } from "vitest";
import { readerOf } from "../../support/dialect.ts";
import { itFiresAsMeasured } from "../../support/measured.ts";

itFiresAsMeasured("busybox", { count: 84, least: 1 });

const { compile, slots, refusal } = readerOf("busybox");

describe("BusyBox reads", () => {
  // The tables that the crond of BusyBox 1.35 prints at log level 0.
  it.each([
    ["60/10 * * * *", "0,10,20,30,40,50 * * * *"],
    ["5-70/20 * * * *", "5,25,45 * * * *"],
    ["70/7 * * * *", "* * * * *"],
    ["0 22-2/2 * * *", "0 22,0,2 * * *"],
    ["*/0 5-10/0 * * *", "0 5 * * *"],
    ["0 0 */2 * *", "0 0 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 * *"],
    ["0 0 * 0-5 *", "0 0 * 5 *"],
    ["0 0 * jan-0 *", "0 0 * 1 *"],
    ["0 0 * january *", "0 0 * 1 *"],
    ["0 0 * * tue/3", "0 0 * * 2"],
    ["0 0 * * 5-1/2", "0 0 * * 0,5"],
    ["0 0 * * sat-sun", "0 0 * * 0,6"],
    ["1-5-7 * * * *", "1,2,3,4,5 * * * *"],
    ["1,x,3 * * * *", "1 * * * *"],
    ["0 0 1-31 * 1", "0 0 * * *"],
    ["@weekly", "0 0 * * 0"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it.each([
    ["0 0 * * 7", 'BusyBox logs a parse error for "7" in the weekday field and then runs on every weekday.'],
    ["60 * * * *", 'BusyBox logs a parse error for "60" in the minute field and then runs on every minute.'],
    ["0 24 * * *", 'BusyBox logs a parse error for "24" in the hour field and then runs on every hour.'],
    ["5;6 * * * *", 'BusyBox logs a parse error for "5;6" in the minute field and then reads 5.'],
    ["5/15 * * * *", 'BusyBox steps through ranges and * only: it reads "5/15" in the minute field as 5.'],
    ["0 0 */2 * *", 'BusyBox counts the days of "*/2" in the day field from 0, so the first is day 2.'],
  ])("%s with a warning", (expression, warning) => {
    expect(compile(expression).warnings).toContain(warning);
  });

  it.each([
    "x 0 * * *",
    "5- * * * *",
    ",5 * * * *",
    "+5 * * * *",
    "/5 * * * *",
    "0 0 0 * *",
    "0 0 * 0 *",
    "0 0 * * 1#2",
  ])("%s, which it accepts and never runs", (expression) => {
    const { neverRuns, warnings } = compile(expression);
    expect([neverRuns, warnings.at(-1), slots(expression, "2027-01-20T10:30")]).toEqual([true, "This never runs.", []]);
  });

  it("says what would be right where it finds nothing", () => {
    expect(compile("5- * * * *").warnings[0]).toBe(
      'BusyBox logs a parse error for "5-" in the minute field and then never runs it; write something like 0, */5 or 10,40.',
    );
    expect(compile("0 0 * * 1#2").warnings[0]).toBe(
      'BusyBox takes a "#" for the start of a comment and skips a line without a command.',
    );
  });
});

it("a line with too few fields is refused", () => {
  expect(refusal("0 0 * *")).toBe(
    '"0 0 * *" has 4 fields for BusyBox; write 5 (minute hour day month weekday), such as "0 2 * * 1-5".',
  );
});

it("an unknown word is named, whatever follows it", () => {
  expect(refusal("@every 5m")).toBe(
    'Cron does not know "@every"; it knows @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @reboot.',
  );
});
