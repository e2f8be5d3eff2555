import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScheduleSpec } from "../../lib/domain/job.ts";
import { readAloud, type Reading } from "../../lib/domain/schedule/reading.ts";
import { compileSchedule } from "../../lib/domain/schedule.ts";
import { DAY, HOUR } from "../../lib/domain/time.ts";
import { getZone, listZoneNames } from "../../lib/domain/zone.ts";

const AUTUMN = Date.UTC(2026, 9, 20, 12);

function read(expression: string, timeZone = "UTC", from = AUTUMN): Reading {
  return readAloud({ kind: "cron", dialect: "vixie", expression, timeZone }, from, 5);
}

/** `2026-10-25 03:00+01:00` by the offsets that the reading gives. */
function localTimes({ occurrences }: Reading): string[] {
  return occurrences.map(({ at, offset }) => {
    const local = new Date(at + (offset ?? 0)).toISOString();
    return `${local.slice(0, 10)} ${local.slice(11, 16)}${(offset ?? 0) / HOUR}`;
  });
}

describe("readAloud", () => {
  it("gives the sentence, the next slots with their offsets, and whose rules these are", () => {
    const reading = read("30 2 * * *", "Europe/Berlin", Date.UTC(2026, 9, 23));
    expect(reading).toMatchObject({ sentence: "At 02:30 every day", dialect: "vixie", guessed: false });
    expect(reading).toMatchObject({ timeZone: "Europe/Berlin", neverRuns: false, warnings: [] });
    expect(localTimes(reading)).toEqual([
      "2026-10-23 02:302",
      "2026-10-24 02:302",
      "2026-10-25 02:302",
      "2026-10-26 02:301",
      "2026-10-27 02:301",
    ]);
    const twice = "02:30 comes twice on 25 October: Debian's cron runs it the first time only.";
    expect(reading.occurrences.map(({ note }) => note)).toEqual([null, null, twice, null, null]);
    expect(reading.changes).toEqual([
      twice,
      "The hour from 02:00 to 03:00 does not exist on 28 March 2027: Debian's cron runs it at 03:00.",
    ]);
  });

  it.each<[ScheduleSpec, Partial<Reading>]>([
    [{ kind: "none" }, { sentence: "No schedule", occurrences: [], dialect: null, timeZone: null }],
    [
      { kind: "interval", everyMs: HOUR },
      {
        sentence: "Every hour",
        occurrences: [1, 2, 3, 4, 5].map((n) => ({ at: AUTUMN + n * HOUR, offset: null, optional: false, note: null })),
      },
    ],
    [
      { kind: "cron", dialect: "vixie", expression: "@reboot", timeZone: "Europe/Berlin" },
      { sentence: "When the machine starts", occurrences: [], dialect: "vixie", timeZone: null, neverRuns: false },
    ],
    [
      { kind: "cron", dialect: "vixie", expression: "0 0 30 2 *", timeZone: "Europe/Berlin" },
      { sentence: "Never", occurrences: [], warnings: ["This never runs."], changes: [], neverRuns: true },
    ],
  ])("%j", (spec, expected) => expect(readAloud(spec, AUTUMN, 5)).toMatchObject(expected));

  it.each([
    ["0 * * * *", "America/New_York"],
    ["*/15 * * * *", "America/New_York"],
    ["*/45 * * * *", "America/New_York"],
    ["*/15 1-4 * * *", "America/New_York"],
    ["0 9 * * 1-5", "America/New_York"],
    ["30 2 * * 1-5", "America/New_York"],
    ["30 2 * * *", "America/Phoenix"],
    ["30 2 1 7 *", "America/New_York"],
  ])("says nothing of clock changes that disturb no slot of %s in %s", (expression, zone) => {
    expect(read(expression, zone).changes).toEqual([]);
  });

  it.each([
    [
      "0 2,3 * * *",
      "America/New_York",
      ["The hour from 02:00 to 03:00 does not exist on 14 March 2027: Debian's cron runs it at 03:00."],
    ],
    [
      "0-59 1 * * *",
      "America/New_York",
      ["The hour from 01:00 to 02:00 comes twice on 1 November: Debian's cron runs it the first time only."],
    ],
    [
      "0 */2 * * *",
      "America/New_York",
      ["The hour from 02:00 to 03:00 does not exist on 14 March 2027: Debian's cron leaves it out."],
    ],
    [
      "45 1 * * *",
      "Australia/Lord_Howe",
      ["01:45 comes twice on 4 April 2027: Debian's cron runs it the first time only."],
    ],
    [
      "15 2 * * *",
      "Australia/Lord_Howe",
      ["The time from 02:00 to 02:30 does not exist on 3 October 2027: Debian's cron runs it at 02:30."],
    ],
    [
      "30 23 * * *",
      "America/Nuuk",
      [
        "23:30 comes twice on 24 October: Debian's cron runs it the first time only.",
        "The hour from 23:00 to 00:00 does not exist on 27 March 2027: Debian's cron runs it at 00:00.",
      ],
    ],
  ])("tells of %s in %s", (expression, zone, changes) => expect(read(expression, zone).changes).toEqual(changes));

  it("keeps to the truth in every zone", () => {
    const times = ["30 2 * * *", "15 1 * * *", "0,20,40 2 * * *", "0 0 * * *", "0 */3 * * *", "10 0-4 * * *"];
    fc.assert(
      fc.property(fc.constantFrom(...times), fc.constantFrom(...listZoneNames()), fc.nat(400), (text, name, days) => {
        const from = AUTUMN + days * DAY;
        const zone = getZone(name);
        const schedule = compileSchedule({ kind: "cron", dialect: "vixie", expression: text, timeZone: name });
        const { changes, occurrences } = read(text, name, from);
        expect(occurrences.map(({ at }) => at)).toEqual(schedule.between(from, Infinity, 5));
        const shown = schedule
          .between(from - DAY, from + 371 * DAY, 10_000)
          .map((at) => dayAndTime(at + zone.offsetAt(at)));
        for (const change of changes) {
          const { time, date, year, moved, passes } = partsOf(change);
          const day = `${date}${year ?? ` ${new Date(from + zone.offsetAt(from)).getUTCFullYear()}`}`;
          if (moved !== undefined) expect(shown).toContain(`${day} ${moved}`);
          if (time !== undefined && passes !== undefined) {
            const count = shown.filter((slot) => slot === `${day} ${time}`).length;
            expect(count, change).toBe(passes === "both times" ? 2 : 1);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

const CHANGE =
  /^(?:(?<time>\d\d:\d\d)|The (?:hour|time) from .*) (?:comes twice|does not exist) on (?<date>\d+ \w+)(?<year> \d{4})?: Debian's cron (?:runs it (?:at (?<moved>\d\d:\d\d)|(?<passes>both times|the first time only))|leaves it out)\.$/;

function partsOf(change: string): Record<string, string | undefined> {
  const match = CHANGE.exec(change);
  if (match === null) throw new Error(`What is this? ${change}`);
  return match.groups ?? {};
}

const MONTHS = new Intl.DateTimeFormat("en-GB", { month: "long", timeZone: "UTC" });

function dayAndTime(wall: number): string {
  const date = new Date(wall);
  return `${date.getUTCDate()} ${MONTHS.format(date)} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 16)}`;
}

describe("warnings that follow from the plan", () => {
  it.each([
    ["0 0 31 * *", ["February, April, June, September and November have no day 31: this leaves them out."]],
    ["0 0 30 * *", ["February has no day 30: this leaves it out."]],
    [
      "0 0 30,31 * *",
      [
        "February has no day 30, and February, April, June, September and November have no day 31: this leaves them out.",
      ],
    ],
    ["0 0 1,31 * *", ["February, April, June, September and November have no day 31: this leaves them out."]],
    ["0 0 29 2 *", ["February has a day 29 in leap years only: this runs in no other year."]],
    ["0 0 29 * *", ["February has a day 29 in leap years only: in other years this leaves it out."]],
    ["0 0 28-31 * *", []],
    ["0 0 31 1 *", []],
    ["0 0 31 * 1", ["Day and weekday are both set: Debian's cron runs when either of them matches."]],
    [
      "*/45 * * * *",
      ['"*/45" in the minute field begins anew every hour: from minute 45 to minute 0 it is 15 minutes.'],
    ],
    ["*/59 * * * *", ['"*/59" in the minute field begins anew every hour: from minute 59 to minute 0 it is 1 minute.']],
    ["*/90 * * * *", ['"*/90" in the minute field is minute 0 only: steps do not go beyond the hour.']],
    ["*/15 * * * *", []],
    ["*/7 2 * * *", []],
    ["0 */5 * * *", ['"*/5" in the hour field begins anew every day: from hour 20 to hour 0 it is 4 hours.']],
    ["0 */5 * * 1", []],
    ["0 0 */2 * *", ['"*/2" in the day field begins anew at day 1 of every month, whichever day came last.']],
    ["0 22-2 * * *", ['"22-2" in the hour field never matches: cron does not wrap ranges around.', "This never runs."]],
  ])("%s", (expression, warnings) => expect(read(expression).warnings).toEqual(warnings));
});
