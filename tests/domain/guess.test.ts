import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NamedDialect } from "../../lib/domain/job.ts";
import { DIALECT_NAMES } from "../../lib/domain/schedule/dialect-names.ts";
import { guessDialect } from "../../lib/domain/schedule/guess.ts";
import { compileSchedule, parseScheduleText, ScheduleError } from "../../lib/domain/schedule.ts";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";
import { measuredCases } from "../support/measured.ts";

describe("the scheduler that an expression seems to be written for", () => {
  it.each<[string, NamedDialect, why: string]>([
    ["0 2 * * *", "vixie", "five fields, which Debian's cron reads"],
    ["@daily", "vixie", "a nickname"],
    ["@reboot", "vixie", "a nickname"],
    ["0 0 1 * 1", "vixie", "five fields"],
    ["0 0 * * 7", "vixie", "five fields"],
    ["0 0 31 2 *", "vixie", "nobody ever runs it"],
    ["0~30 2 * * *", "cronie", "Debian's cron would read 0 and ignore the rest"],
    ["-0 5 * * *", "cronie", "only cronie knows the hyphen"],
    ["0 0 * * fri-sun", "cronie", "Debian's cron would never run it"],
    ["5/15 * * * *", "kubernetes", "steps from a value"],
    ["0 0 ? * *", "kubernetes", "a question mark"],
    ["@every 1h30m", "kubernetes", "an interval of Go"],
    ["CRON_TZ=Europe/Riga 0 2 * * *", "kubernetes", "a zone before the fields"],
    ["0 0 L * *", "hangfire", "the last day"],
    ["0 0 15W * *", "hangfire", "the weekday nearest to a day"],
    ["0 0 * * 1#2", "hangfire", "Debian's cron would read 1 and ignore the rest"],
    ["0 22-2 * * *", "hangfire", "Debian's cron would never run it"],
    ["0 0 * * mon%2", "sidekiq", "every second week"],
    ["0 22 * * 1-5 America/New_York", "sidekiq", "a zone after the fields"],
    ["0 0 * january *", "node-cron", "a month written out"],
    ["0 0 2 * * *", "spring", "six fields"],
    ["*/10 * * * * *", "spring", "six fields"],
    ["0 0 0 L * *", "spring", "six fields"],
    ["0 0 2 ? * 2", "quartz", "six fields with a question mark"],
    ["0 15 10 ? * 6L", "quartz", "six fields with a question mark"],
    ["0 0 2 ? * MON 2027", "quartz", "a year"],
    ["0 10 * * ? *", "eventbridge", "Quartz does not read a question mark there"],
    ["cron(0 10 * * ? *)", "eventbridge", "its brackets"],
    ["rate(5 minutes)", "eventbridge", "its brackets"],
    ["at(2026-12-01T00:00:00)", "eventbridge", "its brackets"],
    ["Mon..Fri *-*-* 10:00", "systemd", "a calendar event"],
    ["*:0/15", "systemd", "a calendar event"],
    ["daily", "systemd", "a calendar event"],
    ["*-02-29", "systemd", "a calendar event"],
    ["@1893456000", "systemd", "a calendar event"],
  ])("%s: %s, for %s", (expression, dialect) => expect(guessDialect(expression).dialect).toBe(dialect));

  it.each([
    ["61 * * * *", /"61" in the minute field/],
    ["61 0 2 * * *", /"61" in the second field/],
    ["0 0 2 * * 9", /"9" in the weekday field/],
    ["0 2 * *", /only 4 fields; cron needs five/],
    ["0 2 * * * /bin/backup", /leave out the command/],
    ["0 2 * * * backup", /leave out the command after the fifth: "0 2 \* \* \*"/],
    ["* * * * * cmd", /leave out the command/],
    ["* * * * * ls", /leave out the command/],
    ["0 2 * * * sh x", /leave out the command/],
    ["0 2 * * * Mars/Base", /There is no time zone "Mars\/Base"/],
    ["0 2 * * * europe/berlin", /small letters; write Europe\/Berlin/],
    ["0 0 2 * * MON-FRI 2027", /\?/],
    ["0 0 * * * * *", /\?/],
    ["0 2 * * * 2027", /leave out the last, the year/],
    ["0 0 2 * 13 ?", /"13" in the month field/],
    ["rate(5)", /rate\(5 minutes\)/],
    ["Mon..Xyz 10:00", /"Mon..Xyz"/],
    ["@fortnightly", /"@fortnightly"; it knows/],
    ["tomorrow", /only one field/],
  ])("%s is refused by the nearest", (expression, message) => {
    expect(() => guessDialect(expression)).toThrow(message);
    expect(() => guessDialect(expression)).toThrow(ScheduleError);
  });
});

describe("the family of an expression", () => {
  it.each<[string, NamedDialect[]]>([
    ["0 2 * * *", ["vixie", "cronie", "busybox", "kubernetes", "sidekiq", "hangfire", "celery", "node-cron", "github"]],
    // The day rules differ: either here, both there.
    ["0 0 1 * 1", ["vixie", "cronie", "busybox", "kubernetes", "sidekiq", "github"]],
    // To Debian's cron the star makes it both; BusyBox and others look at the values.
    ["0 0 1-7 * */7", ["vixie", "cronie", "hangfire", "celery", "node-cron"]],
    // 7 is Sunday, an error or, in BusyBox, every day.
    ["0 0 * * 7", ["vixie", "cronie", "sidekiq", "hangfire", "node-cron"]],
    ["0 0 2 * * *", ["spring", "sidekiq", "hangfire", "node-cron"]],
    ["0 0 2 ? * MON", ["quartz", "spring", "hangfire", "node-cron"]],
    // Quartz counts the days of the week from Sunday as 1.
    ["0 0 2 ? * 2", ["quartz"]],
    ["Mon *-*-* 10:00", ["systemd"]],
    ["cron(0 10 * * ? *)", ["eventbridge"]],
    ["@every 1h", ["kubernetes"]],
  ])("%s", (expression, expected) => {
    const { dialect, family } = guessDialect(expression);
    expect(family[0]).toBe(dialect);
    expect(family.filter((name) => name !== "cronie-crontz").toSorted()).toEqual(expected.toSorted());
  });

  it("is of schedulers whose runs follow a policy at a change of the clock", () => {
    for (const expression of ["0 2 * * *", "0 0 2 * * *", "*/5 * * * *"]) {
      expect(guessDialect(expression).family).not.toContain("bullmq");
    }
  });
});

describe("a text without a dialect", () => {
  it("becomes an interval where the scheduler that it is written for counts from run to run", () => {
    expect(parseScheduleText("rate(5 minutes)", "Europe/Riga")).toEqual({ kind: "interval", everyMs: 5 * MINUTE });
    expect(parseScheduleText("rate(1 hour)", "UTC", "eventbridge")).toEqual({ kind: "interval", everyMs: HOUR });
    expect(parseScheduleText("@every 90m", "UTC", "kubernetes")).toEqual({ kind: "interval", everyMs: 90 * MINUTE });
  });

  it("is read wherever a scheduler reads it, and in no time", () => {
    const cases = DIALECT_NAMES.filter((name) => !LEFT_OUT.has(name)).flatMap(measuredCases);
    const texts = cases.filter(({ error, never }) => error !== true && never !== true).map(({ expr }) => expr);
    const distinct = [...new Set(texts)];
    expect(distinct.length).toBeGreaterThan(500);
    expect(distinct.filter((text) => !isRead(text))).toEqual([]);
    const begun = performance.now();
    for (const text of distinct)
      compileSchedule({ kind: "cron", dialect: "auto", expression: `${text} `, timeZone: "UTC" });
    expect((performance.now() - begun) / distinct.length).toBeLessThan(10);
  });

  // BusyBox reads whatever it is given.
  const LEFT_OUT: ReadonlySet<NamedDialect> = new Set(["busybox", "bullmq", "node-cron", "github", "eventbridge"]);

  function isRead(text: string): boolean {
    try {
      return guessDialect(text).family.length > 0;
    } catch (error) {
      if (error instanceof ScheduleError) return false;
      throw error;
    }
  }

  it("is refused with a sentence or read, whatever it is", () => {
    const part = fc.constantFrom(
      "*",
      "?",
      "0",
      "5",
      "L",
      "W",
      "#",
      "MON",
      "-",
      "/",
      ",",
      " ",
      "@",
      "~",
      "%",
      ":",
      "..",
      "(",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        try {
          expect(guessDialect(text).family.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ScheduleError);
          expect(String(error)).toMatch(/[.]$/);
        }
      }),
    );
  });
});
