import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Dialect, ScheduleSpec } from "../../lib/domain/job.ts";
import {
  compileSchedule,
  describeSchedule,
  formatScheduleText,
  intervalAround,
  parseScheduleText,
  ScheduleError,
} from "../../lib/domain/schedule.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { intlZone, setZoneSource } from "../../lib/domain/zone.ts";

const NOON = Date.UTC(2026, 5, 1, 12);

function cron(expression: string, timeZone = "UTC", dialect: Dialect = "vixie"): ScheduleSpec {
  return { kind: "cron", dialect, expression, timeZone };
}

function isoOf(slots: readonly number[]): string[] {
  return slots.map((slot) => new Date(slot).toISOString().slice(0, 16));
}

/** The error that `work` throws, which must be a `ScheduleError`. */
function refusal(work: () => unknown): ScheduleError {
  try {
    work();
  } catch (error) {
    if (error instanceof ScheduleError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("parseScheduleText", () => {
  it.each<[string, ScheduleSpec]>([
    ["", { kind: "none" }],
    [" \t ", { kind: "none" }],
    ["every 5s", { kind: "interval", everyMs: 5 * SECOND }],
    ["Every 90 min", { kind: "interval", everyMs: 90 * MINUTE }],
    ["every 2 hours", { kind: "interval", everyMs: 2 * HOUR }],
    ["every hour", { kind: "interval", everyMs: HOUR }],
    ["every 1h30m", { kind: "interval", everyMs: 90 * MINUTE }],
    ["@every 5m", { kind: "interval", everyMs: 5 * MINUTE }],
    ["every 366d", { kind: "interval", everyMs: 366 * DAY }],
    ["@every 1h30m", { kind: "interval", everyMs: 90 * MINUTE }],
    ["@every 90m", { kind: "interval", everyMs: 90 * MINUTE }],
    ["PT15M", { kind: "interval", everyMs: 15 * MINUTE }],
    ["P1D", { kind: "interval", everyMs: DAY }],
    ["every P1DT12H", { kind: "interval", everyMs: 36 * HOUR }],
    ["p2w", { kind: "interval", everyMs: 14 * DAY }],
    ["@every 1.5h", { kind: "interval", everyMs: 90 * MINUTE }],
    ["@every 1500ms", { kind: "interval", everyMs: SECOND }],
    ["@every 5 min", { kind: "interval", everyMs: 5 * MINUTE }],
    ["every 1.5h", { kind: "interval", everyMs: 90 * MINUTE }],
    ["every 0.5 min", { kind: "interval", everyMs: 30 * SECOND }],
    ["every week", { kind: "interval", everyMs: 7 * DAY }],
    ["PT1.5H", { kind: "interval", everyMs: 90 * MINUTE }],
    ["P1DT0,5H", { kind: "interval", everyMs: DAY + 30 * MINUTE }],
    ["PT1.5S", { kind: "interval", everyMs: 1_500 }],
    ["*/5 * * * *", cron("*/5 * * * *", "UTC", "auto")],
    ["  0\t2  * * mon-fri\n", cron("0 2 * * mon-fri", "UTC", "auto")],
    ["@daily", cron("@daily", "UTC", "auto")],
  ])("reads %j", (text, expected) => expect(parseScheduleText(text, "UTC")).toEqual(expected));

  it("keeps the dialect that was named; an interval has none", () => {
    expect(parseScheduleText("@daily", "UTC", "vixie")).toEqual(cron("@daily"));
    expect(parseScheduleText("every 5m", "UTC", "vixie")).toEqual({ kind: "interval", everyMs: 5 * MINUTE });
    expect(parseScheduleText("every 5 min", "UTC", "sidekiq")).toEqual({ kind: "interval", everyMs: 5 * MINUTE });
    expect(parseScheduleText("@every 1.5h", "UTC", "kubernetes")).toEqual({ kind: "interval", everyMs: 90 * MINUTE });
    expect(parseScheduleText("@every 1500ms", "UTC", "kubernetes")).toEqual({ kind: "interval", everyMs: SECOND });
  });

  it("keeps the zone by its present name, and only with cron", () => {
    expect(parseScheduleText("@daily", "asia/calcutta")).toEqual(cron("@daily", "Asia/Kolkata", "auto"));
    expect(parseScheduleText("every 5s", "Nowhere")).toEqual({ kind: "interval", everyMs: 5 * SECOND });
    expect(refusal(() => parseScheduleText("@daily", "Nowhere")).field).toBe("timeZone");
  });

  it("reads what formatScheduleText writes", () => {
    const interval = fc
      .integer({ min: SECOND, max: 366 * DAY })
      .map((everyMs) => ({ kind: "interval", everyMs }) as const);
    const expression = fc.constantFrom("*/5 * * * *", "@weekly");
    const some = fc
      .tuple(expression, fc.constantFrom<Dialect>("auto", "vixie"))
      .map(([text, dialect]) => cron(text, "UTC", dialect));
    fc.assert(
      fc.property(fc.oneof(interval, some, fc.constant<ScheduleSpec>({ kind: "none" })), (spec) => {
        const dialect = spec.kind === "cron" ? spec.dialect : "auto";
        expect(parseScheduleText(formatScheduleText(spec), "UTC", dialect)).toEqual(spec);
      }),
    );
  });

  const tooMany = "fields, but cron has five (minute hour day month weekday);";
  it.each([
    ["0 2 * *", '"0 2 * *" has only 4 fields; cron needs five (minute hour day month weekday), such as "0 2 * * *".'],
    [
      "tomorrow",
      '"tomorrow" has only one field; cron needs five (minute hour day month weekday), such as "0 2 * * *".',
    ],
    ["30 0 2 * * 1-5", `This has 6 ${tooMany} leave out the first, the seconds: "0 2 * * 1-5".`],
    [
      "0 2 * * * *",
      `This has 6 ${tooMany} leave out the first if it is the seconds ("2 * * * *"), else the last ("0 2 * * *").`,
    ],
    ["*/10 * * * * *", `This has 6 ${tooMany} for a job that runs every 10 seconds write "every 10s".`],
    ["0 2 * * * 2027", `This has 6 ${tooMany} leave out the last, the year: "0 2 * * *".`],
    ["0 2 * * * /bin/backup -q", `This has 7 ${tooMany} leave out the command after the fifth: "0 2 * * *".`],
    ["* * * * * *", `This has 6 ${tooMany} leave out the first if it is the seconds, or the last if it is a year.`],
    ["61 * * * *", '"61" in the minute field is not between 0 and 59; write something like 0, */5 or 10,40.'],
    ["*/5 24 * * *", '"24" in the hour field is not between 0 and 23; write something like 2, */4 or 9-17.'],
    ["0 0 1-32 * *", '"32" in the day field "1-32" is not between 1 and 31; write something like 1, */2 or 1-7.'],
    ["*/0 * * * *", 'The minute field "*/0" needs a whole number from 1 after the slash; write */5.'],
    ["5/15 * * * *", 'The minute field "5/15" needs a range before the slash; write 5-59/15.'],
    ["0 0 ? * *", '"?" in the day field is not known to Debian\'s cron; write * for any day.'],
    ["0 0 * january *", '"january" in the month field is not known to Debian\'s cron; write jan.'],
    ["0 two * * *", '"two" in the hour field is not known to Debian\'s cron; write something like 2, */4 or 9-17.'],
    ["0 0 * * mon-", 'The weekday field "mon-" lacks a value at its end; write something like 1, mon-fri or 0,6.'],
    [",1 * * * *", 'The minute field ",1" lacks a value before ",1"; write something like 0, */5 or 10,40.'],
    ["@Daily", 'Cron knows its nicknames in lower case only; write @daily, not "@Daily".'],
    ["@daily x", 'Nothing may follow "@daily"; leave out "x".'],
    ["@Daily x", 'Cron knows its nicknames in lower case only; write @daily, not "@Daily".'],
    ["90 min", '"90 min" lacks its first word; write "every 90 min".'],
    ["1.5h", '"1.5h" lacks its first word; write "every 1.5h".'],
    ["P", '"P" is not an interval; write weeks, days, hours, minutes or seconds, such as "PT15M" or "P1D".'],
    [
      "PT1.5H5M",
      '"PT1.5H5M" is not an interval; write weeks, days, hours, minutes or seconds, such as "PT15M" or "P1D".',
    ],
    [
      "@every 5m",
      'Cron does not know "@every"; it knows @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @reboot.',
    ],
    ["every 5", '"every 5" is not an interval; write a number and a unit, such as "every 90 min" or "every 5s".'],
    ["every", '"every" alone is not an interval; write a number and a unit, such as "every 90 min" or "every 5s".'],
    ["every 0s", "An interval may be from 1 second to 366 days long."],
    ["every 367 days", "An interval may be from 1 second to 366 days long."],
    ["PT0S", "An interval may be from 1 second to 366 days long."],
    ["P1M", '"P1M" is not an interval; write weeks, days, hours, minutes or seconds, such as "PT15M" or "P1D".'],
    ["PT", '"PT" is not an interval; write weeks, days, hours, minutes or seconds, such as "PT15M" or "P1D".'],
  ])("refuses %j with what would be right", (text, message) => {
    expect(refusal(() => parseScheduleText(text, "UTC", "vixie")).message).toBe(message);
  });
});

describe("what Debian's cron does with odd texts", () => {
  it.each([
    [
      "0 22-2 * * *",
      [],
      ['"22-2" in the hour field never matches: cron does not wrap ranges around.', "This never runs."],
    ],
    ["0 0 31 2 *", [], ["This never runs."]],
    ["0 0 * * 1#2", ["2026-06-08T00:00"], ['Cron ignores "#2" in the weekday field and reads "1".']],
    ["0 0 * * 0,7", ["2026-06-07T00:00"], []],
    [
      "0 0 * * fri-sun",
      [],
      ['"fri-sun" in the weekday field never matches: cron does not wrap ranges around.', "This never runs."],
    ],
    ["0 0 * * 5-7", ["2026-06-05T00:00"], []],
    [
      "0 0 1 * */2",
      ["2026-08-01T00:00"],
      ["Day and weekday are both set: Debian's cron runs only on days that match both."],
    ],
    [
      "0 0 1 * 0,2,4,6",
      ["2026-06-02T00:00"],
      ["Day and weekday are both set: Debian's cron runs when either of them matches."],
    ],
    ["*5 12 * * *", ["2026-06-01T12:01"], ['Cron ignores "5" in the minute field and reads "*".']],
    ["4294967296 0 * * *", ["2026-06-02T00:00"], []],
    ["*/61 * * * *", ["2026-06-01T13:00"], []],
  ])("%s", (expression, next, warnings) => {
    const schedule = compileSchedule(cron(expression));
    expect(isoOf(schedule.between(NOON, Infinity, 1))).toEqual(next);
    expect(schedule.warnings).toEqual(warnings);
    expect(schedule.neverRuns).toBe(next.length === 0);
  });

  it("takes @reboot for an event: no slots, and nothing wrong with that", () => {
    const schedule = compileSchedule(cron("@reboot"));
    expect([schedule.kind, schedule.next(NOON), schedule.prev(NOON), schedule.neverRuns]).toEqual([
      "none",
      null,
      null,
      false,
    ]);
    expect(schedule.warnings).toEqual(["@reboot runs when the machine starts, so no time can be expected."]);
  });

  it("warns at most five times", () => {
    expect(compileSchedule(cron("5-1,5-2,5-3,5-4,6-1,6-2,6-3,6-4,0 * * * *")).warnings).toHaveLength(5);
  });
});

describe("intervals and no schedule", () => {
  it("an interval's next is counted from any instant", () => {
    const schedule = compileSchedule({ kind: "interval", everyMs: 5 * SECOND });
    expect([schedule.next(NOON + 1), schedule.prev(NOON + 1)]).toEqual([NOON + 5001, NOON + 1]);
    expect(schedule.between(NOON, NOON + 10 * SECOND, 9)).toEqual([NOON + 5 * SECOND, NOON + 10 * SECOND]);
  });

  it.each([0, -1, 999, 0.5, NaN, Infinity, 366 * DAY + 1])("an interval of %d ms is refused", (everyMs) => {
    expect(refusal(() => compileSchedule({ kind: "interval", everyMs })).field).toBe("schedule");
  });

  it("no schedule has no slots", () => {
    const schedule = compileSchedule({ kind: "none" });
    expect([schedule.next(NOON), schedule.prev(NOON), schedule.between(NOON, Infinity, 5)]).toEqual([null, null, []]);
  });
});

describe("intervalAround", () => {
  it("is the way to the neighbours", () => {
    const weekdays = compileSchedule(cron("0 12 * * mon-fri"));
    expect(intervalAround(weekdays, NOON)).toEqual({ beforeMs: 3 * DAY, afterMs: DAY });
    expect(intervalAround(compileSchedule({ kind: "interval", everyMs: HOUR }), NOON)).toEqual({
      beforeMs: HOUR,
      afterMs: HOUR,
    });
    expect(intervalAround(compileSchedule({ kind: "none" }), NOON)).toEqual({ beforeMs: null, afterMs: null });
  });
});

describe("compiled schedules", () => {
  afterEach(() => setZoneSource(intlZone));

  it("are remembered until the zones change", () => {
    const before = compileSchedule(cron("0 2 * * *", "Europe/Riga"));
    expect(compileSchedule(cron("0 2 * * *", "europe/riga"))).toBe(before);
    setZoneSource((name) => intlZone(name));
    expect(compileSchedule(cron("0 2 * * *", "Europe/Riga"))).not.toBe(before);
  });
});

describe("describeSchedule", () => {
  it.each([
    ["", "No schedule"],
    ["every 5s", "Every 5 seconds"],
    ["every hour", "Every hour"],
    ["every 90 min", "Every 90 minutes"],
    ["* * * * *", "Every minute"],
    ["*/5 * * * *", "Every 5 minutes"],
    ["*/25 * * * *", "At minutes 0, 25 and 50 of every hour"],
    ["5,20,35,50 * * * *", "At minutes 5, 20, 35 and 50 of every hour"],
    ["0 * * * *", "Every hour"],
    ["15 * * * *", "At 15 minutes past every hour"],
    ["0 */2 * * *", "Every 2 hours"],
    ["15 1-23/2 * * *", "Every 2 hours from 01:15"],
    ["0 9-17 * * *", "Every hour from 09:00 to 17:00"],
    ["0 2 * * *", "At 02:00 every day"],
    ["0,30 2,14 * * *", "At 02:00, 02:30, 14:00 and 14:30 every day"],
    ["* 2 * * *", "Every minute from 02:00 to 02:59"],
    ["*/15 9-17 * * mon-fri", "Every 15 minutes from 09:00 to 17:45 on Monday to Friday"],
    ["*/20 1,5 * * *", "At 01:00, 01:20, 01:40, 05:00, 05:20 and 05:40 every day"],
    ["*/10 1,5 * 3 *", "Every 10 minutes of the hours 01 and 05 in March"],
    ["3,9,11 1,5,9 * * *", "At minutes 3, 9 and 11 of the hours 01, 05 and 09 every day"],
    ["@yearly", "At 00:00 on 1 January"],
    ["@monthly", "At 00:00 on day 1 of the month"],
    ["@weekly", "At 00:00 on Sunday"],
    ["@reboot", "When the machine starts"],
    ["0 0 * 6-8 *", "At 00:00 every day in June to August"],
    ["0 0 */2 * *", "At 00:00 on every 2nd day of the month from day 1 to day 31"],
    ["0 0 1 * 1", "At 00:00 on day 1 of the month, and on every Monday"],
    ["0 0 1 * */2", "At 00:00 on Tuesday, Thursday, Saturday and Sunday when it falls on day 1 of the month"],
    ["0 0 1-31 * 1", "At 00:00 every day"],
    ["0 22-2 * * *", "Never"],
  ])("%j: %s", (text, expected) => expect(describeSchedule(parseScheduleText(text, "UTC", "vixie"))).toBe(expected));
});
