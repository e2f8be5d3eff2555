import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSchedule, ScheduleError } from "../../../lib/domain/schedule.ts";
import { HOUR, MINUTE, SECOND } from "../../../lib/domain/time.ts";
import { itFiresAsMeasured, measuredZones, useMeasuredZones } from "../../support/measured.ts";

itFiresAsMeasured("systemd", {
  count: 145,
  least: 0.99,
  differing: {
    "systemd-4803":
      "looks for the hour from 01:00, which is in a gap from 00:01 to 01:01, and so overlooks the hour's rest",
  },
});

function compile(expression: string, timeZone = "UTC") {
  return compileSchedule({ kind: "cron", dialect: "systemd", expression, timeZone });
}

/** The first `count` slots after 2026-01-31T22:58:30Z, as "01-31 23:00:00". */
function slotsOf(expression: string, count = 3): string[] {
  const slots = compile(expression).between(Date.UTC(2026, 0, 31, 22, 58, 30), Infinity, count);
  return slots.map((slot) => new Date(slot).toISOString().slice(5, 19).replace("T", " "));
}

describe("the grammar of OnCalendar=", () => {
  // What `systemd-analyze calendar` says.
  it.each([
    ["minutely", ["01-31 22:59:00", "01-31 23:00:00"]],
    ["Hourly", ["01-31 23:00:00", "02-01 00:00:00"]],
    ["weekly", ["02-02 00:00:00", "02-09 00:00:00"]],
    ["quarterly", ["04-01 00:00:00", "07-01 00:00:00"]],
    ["semi-annually", ["07-01 00:00:00", "01-01 00:00:00"]],
    ["anually", ["01-01 00:00:00", "01-01 00:00:00"]],
    ["Mon", ["02-02 00:00:00", "02-09 00:00:00"]],
    ["mon..WEDNESDAY,Sun 1:0", ["02-01 01:00:00", "02-02 01:00:00"]],
    ["Sat-Sun 1:00", ["02-01 01:00:00", "02-07 01:00:00"]],
    ["Mon, 12:00", ["02-02 12:00:00", "02-09 12:00:00"]],
    ["Mon  2026-03-* 12:00", ["03-02 12:00:00", "03-09 12:00:00"]],
    ["1~1", ["01-31 00:00:00", "01-31 00:00:00"]],
    ["*-*~2", ["02-27 00:00:00", "03-30 00:00:00"]],
    ["*-2~1..5/2", ["02-24 00:00:00", "02-26 00:00:00", "02-28 00:00:00"]],
    ["*-2~5/2", ["02-24 00:00:00", "02-26 00:00:00", "02-28 00:00:00"]],
    ["Mon *-*~7/1", ["02-23 00:00:00", "03-30 00:00:00"]],
    ["*-*~* *:*", ["01-31 22:59:00", "01-31 23:00:00"]],
    ["*:5..5", ["01-31 23:05:00", "02-01 00:05:00"]],
    ["*:1..3/5", ["01-31 23:01:00", "02-01 00:01:00"]],
    ["*:27..60/57", ["01-31 23:27:00", "02-01 00:27:00"]],
    ["*-8..13/9-1", ["08-01 00:00:00", "08-01 00:00:00"]],
    ["1/3-1-1", ["01-01 00:00:00", "01-01 00:00:00"]],
    ["23:00:3.9/1.5", ["01-31 23:00:03", "01-31 23:00:05", "01-31 23:00:06"]],
    ["23:00:58/0.25", ["01-31 23:00:58", "01-31 23:00:59", "02-01 23:00:58"]],
    ["Fri @1893456000", []],
    ["@1893456000", ["01-01 00:00:00"]],
    ["@+1893456060 Asia/Tokyo", ["01-01 00:01:00"]],
    ["4:00 utc", ["02-01 04:00:00"]],
    ["daily Asia/Calcutta", ["02-01 18:30:00"]],
  ])("%s", (expression, slots) => {
    expect(slotsOf(expression, Math.max(1, slots.length))).toEqual(slots);
  });

  it.each([
    ["", "The schedule is empty; write an OnCalendar expression"],
    ["..Fri", '"..Fri" is not a time that systemd reads'],
    ["Mon..", '"Mon.." is not a weekday or a range'],
    ["Wed..Mon", '"Wed..Mon" in the weekdays runs backwards, which systemd refuses; write Wed..Sun,Mon.'],
    ["Sun..Tue", "write Sun,Mon..Tue."],
    ["Mon,,Tue", '"" in "Mon,,Tue" is not a weekday'],
    ["Mondays", '"Mondays" is not a weekday'],
    ["Mon Tue", '"Tue" in "Mon Tue" is not a time'],
    ["12:00 2026-01-01", "goes on with"],
    ["*/15", '"*/15" is not a time'],
    ["*:*/15", '"*/15" in the minute part is not known to systemd; write 0/15.'],
    ["*,5:00", "mixes * with other values; write * alone."],
    ["22..2:00", '"22..2" in the hour part runs backwards, which systemd refuses; write 22..23,0..2.'],
    ["*-*~5..1", "write 1..5."],
    ["24:00", '"24" in the hour part is not between 0 and 23'],
    ["10:00:60", '"60" in the second part is not between 0 and 59'],
    ["10:00:5..5", "is a range of less than a second"],
    ["*:50/15", '"50/15" in the minute part has no room for one repetition, which systemd refuses; write 50.'],
    ["*:0/60", "needs a repetition from 1 to 59"],
    ["*:0/0", "needs a repetition from 1 to 59"],
    ["*-*~29", '"29" in the day part is not between 1 and 28 from the end of the month'],
    ["*-*~26,28", "goes back too far for a list, in which item 2 may be at most 25"],
    ["1969-1-1", '"1969" in the year part is not between 1970 and 2199'],
    ["*~1-1", '"*~1-1" is not a date'],
    ["1:", 'The minute part "" lacks a value'],
    ["@-5", '"@-5" is not a number of seconds'],
    ["@99999999999", "from 1970 to 2199"],
    ["daily daily", 'Nothing may stand before "daily"'],
    ["daily Europe/Berln", 'There is no time zone "Europe/Berln"; did you mean Europe/Berlin?'],
    ["daily europe/berlin", "write Europe/Berlin."],
    ["Mon\t12:00", "contains a tab"],
    ["0 2 * * *", "is a cron expression, which systemd does not read"],
  ])("refuses %j", (expression, message) => {
    expect(() => compile(expression)).toThrow(ScheduleError);
    expect(() => compile(expression)).toThrow(message);
  });

  it.each([
    ["10:00:00.5", 'Fractions of a second in "00.5" are cut off here; systemd runs within that second.'],
    ["26..28-1-1", 'Systemd takes years of two digits for 1970 to 2069: "26..28" begins in 2026.'],
    ["Fri *-*-13", "Day and weekday are both set: systemd runs only on days that match both."],
    ["*:5..9/30", '"5..9/30" in the minute part is 5 only: its step is longer than the range.'],
    ["*:0/7", 'Systemd counts "0/7" on and passes over the first 3 minutes of a day.'],
    ["0/5:00", 'Systemd counts "0/5" on and passes over the first hour of a month.'],
    ["*-2-30", "This never runs."],
  ])("warns of what %s does", (expression, warning) => {
    expect(compile(expression).warnings).toContain(warning);
  });

  it.each(["daily", "*:0/15", "Mon..Fri 09:00", "*-*-* 0/2:30:00", "2026-01-01"])(
    "has nothing to say of %s",
    (text) => {
      expect(compile(text).warnings).toEqual([]);
    },
  );
});

describe("a repetition that does not divide the unit above", () => {
  it.each([
    ["*:0/17", "2026-03-04T23:50:30Z", ["23:51:00", "00:17:00", "00:34:00"]],
    ["Thu *:0/17", "2026-03-04T23:50:30Z", ["00:00:00", "00:17:00", "00:34:00"]],
    ["*:*:0/17", "2026-03-04T10:59:50Z", ["10:59:51", "11:00:17", "11:00:34"]],
    ["*:0:0/17", "2026-03-04T10:59:50Z", ["11:00:00", "11:00:17", "11:00:34"]],
    ["0/5:00", "2026-03-31T19:59:00Z", ["20:00:00", "05:00:00", "10:00:00"]],
    ["0/5:00", "2026-03-30T19:59:00Z", ["20:00:00", "00:00:00", "05:00:00"]],
  ])("%s goes on from %s with what comes after", (expression, from, times) => {
    const slots = compile(expression).between(Date.parse(from), Infinity, times.length);
    expect(slots.map((slot) => new Date(slot).toISOString().slice(11, 19))).toEqual(times);
  });

  it("may or may not run in the first days of the year, as systemd's version has it", () => {
    const { next, required, isOptional } = compile("*-*-1/11");
    const lastOfYear = Date.UTC(2025, 11, 23);
    expect(next(lastOfYear)).toBe(Date.UTC(2026, 0, 1));
    expect(isOptional(Date.UTC(2026, 0, 1))).toBe(true);
    expect(required.next(lastOfYear)).toBe(Date.UTC(2026, 0, 12));
    expect(isOptional(Date.UTC(2026, 1, 1))).toBe(false);
  });
});

describe("a repeated hour", () => {
  // New York's clocks go back from 02:00 to 01:00 at 06:00 UTC.
  const back = Date.UTC(2026, 10, 1, 6);

  it("runs an hourly timer in its first pass and not in its second", () => {
    const { between, required } = compile("hourly", "America/New_York");
    expect(between(back - 90 * MINUTE, back + HOUR, 9)).toEqual([back - HOUR, back + HOUR]);
    expect(required.prev(back + HOUR - 1)).toBe(back - HOUR);
  });

  it("runs what is left of its second pass where a timer begins to look there, which no alarm may rely on", () => {
    const { next, prev, isOptional, required } = compile("*:0/15", "America/New_York");
    const slot = back + 15 * MINUTE;
    expect(next(back + MINUTE)).toBe(slot);
    expect(prev(slot)).toBe(slot);
    expect(isOptional(slot)).toBe(true);
    expect(isOptional(back - 15 * MINUTE)).toBe(false);
    expect(required.next(back - SECOND)).toBe(back + HOUR);
  });
});

it("finds by prev what next found, around every change of every zone", () => {
  useMeasuredZones();
  const zones = [...measuredZones().values()];
  const expressions = ["hourly", "*:0/7", "Mon..Fri 0/5:30", "*-*-1/3 2:30", "*-*~1 0:0", "*:*:0/17", "1,3:0/20:30"];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(...expressions),
      fc.integer({ min: Date.UTC(2010, 0) / MINUTE, max: Date.UTC(2030, 0) / MINUTE }),
      fc.integer({ min: -120, max: 120 }),
      (zone, expression, minutes, offset) => {
        const change = zone.nextTransition(minutes * MINUTE);
        const from = (change ?? minutes * MINUTE) + offset * MINUTE;
        const { next, prev, required } = compile(expression, zone.name);
        for (const slots of [{ next, prev }, required]) {
          const slot = slots.next(from) ?? 0;
          expect(slot).toBeGreaterThan(from);
          expect(slots.prev(slot)).toBe(slot);
          expect(slots.next(slot - 1)).toBe(slot);
          expect(slots.prev(slot - 1) ?? 0).toBeLessThanOrEqual(from);
        }
      },
    ),
  );
});
