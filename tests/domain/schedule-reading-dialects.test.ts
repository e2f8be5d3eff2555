import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dialect } from "../../lib/domain/job.ts";
import { DIALECT_NAMES } from "../../lib/domain/schedule/dialect-names.ts";
import { DIALECTS } from "../../lib/domain/schedule/dialects.ts";
import { readAloud, type Reading, scheduleWords } from "../../lib/domain/schedule/reading.ts";
import { compileSchedule, describeSchedule, ScheduleError } from "../../lib/domain/schedule.ts";
import { findZone, listZoneNames } from "../../lib/domain/zone.ts";

const AUTUMN = Date.UTC(2026, 9, 20, 12);

function spec(dialect: Dialect, expression: string, timeZone = "America/New_York") {
  return { kind: "cron", dialect, expression, timeZone } as const;
}

/** What must be true of every reading. */
function expectSound(reading: Reading): void {
  expect(reading.sentence).toMatch(/^\S.{0,297}\S$/);
  expect(reading.changes.length).toBeLessThanOrEqual(2);
  expect(reading.warnings.length).toBeLessThanOrEqual(5);
  const notes = reading.occurrences.flatMap(({ note }) => note ?? []);
  const sentences = [...reading.changes, ...reading.warnings, ...notes];
  for (const sentence of sentences) expect(sentence).toMatch(/^\S.{8,398}[.]$/);
  expect([reading.sentence, ...sentences].join(" ")).not.toMatch(/undefined|NaN|Infinity|\bnull\b/);
}

describe.each(DIALECT_NAMES)("%s", (name) => {
  it("has its example read aloud", () => {
    const reading = readAloud(spec(name, DIALECTS[name].example), AUTUMN, 5);
    expect(reading).toMatchObject({ dialect: name, scheduler: DIALECTS[name].scheduler, guessed: false });
    expect(reading.neverRuns).toBe(false);
    expect(reading.occurrences.length).toBeGreaterThan(0);
    expectSound(reading);
  });
});

describe("without a dialect", () => {
  it("the likely one is read, and slots that not all have are optional, with a note", () => {
    const reading = readAloud(spec("auto", "30 1 * * *"), Date.UTC(2026, 10, 1), 4);
    expect(reading).toMatchObject({ dialect: "vixie", scheduler: "Debian's cron", guessed: true });
    const schedule = compileSchedule(spec("auto", "30 1 * * *"));
    for (const { at, optional, note } of reading.occurrences) {
      expect(optional).toBe(schedule.isOptional(at));
      if (optional) expect(note).not.toBeNull();
    }
    expectSound(reading);
  });

  it("one that only one scheduler reads is told of by its name", () => {
    const { changes, timeZone } = readAloud(spec("auto", "*-*-* 02:30 Europe/Berlin"), AUTUMN, 1);
    expect(changes).toEqual([
      "02:30 comes twice on 25 October: systemd runs it the first time only.",
      "The hour from 02:00 to 03:00 does not exist on 28 March 2027: systemd leaves it out.",
    ]);
    expect(timeZone).toBe("Europe/Berlin");
  });
});

describe("a step after a single value", () => {
  it.each(["5/15 * * * *", "50/15 * * * *"])("is told of once where BusyBox ignores it: %s", (expression) => {
    const { warnings } = readAloud(spec("busybox", expression), AUTUMN, 1);
    expect(warnings).toEqual([expect.stringMatching(/^BusyBox steps through ranges and \* only/)]);
  });
});

describe("the zone of an expression", () => {
  it("goes before the job's, in the words and for the clock", () => {
    const own = spec("systemd", "*-*-* 02:00 Europe/Riga");
    const reading = readAloud(own, AUTUMN, 1);
    expect(reading).toMatchObject({ sentence: "At 02:00 every day (Europe/Riga)", timeZone: "Europe/Riga" });
    expect(reading.warnings).toContain(
      "The time zone in the expression, Europe/Riga, goes before the job's, America/New_York.",
    );
    expect(reading.occurrences[0]).toMatchObject({ at: Date.UTC(2026, 9, 20, 23), offset: 3 * 3_600_000 });
    expect(scheduleWords(own)).toEqual({ words: "At 02:00 every day", timeZone: "Europe/Riga" });
    expect(scheduleWords(spec("systemd", "02:00"))).toMatchObject({ timeZone: "America/New_York" });
    expect(scheduleWords({ kind: "interval", everyMs: 60_000 })).toEqual({ words: "Every minute", timeZone: null });
  });

  it("is not told of where it is the job's", () => {
    expect(readAloud(spec("systemd", "*-*-* 02:00 UTC", "UTC"), AUTUMN, 1).warnings).toEqual([]);
  });
});

describe("whatever compiles", () => {
  const any = fc.constant("*");
  const time = fc.oneof(
    any,
    fc.constantFrom("0", "5", "*/7", "5/15", "22-2", "0,15,20", "1,3,7,11,13,17,19", "~", "0~20"),
  );
  const day = fc.oneof(any, fc.constantFrom("?", "1", "31", "*/2", "L", "L-3", "LW", "15W", "1-7", "-1"));
  const month = fc.oneof(any, fc.constantFrom("2", "jan", "1-5", "*/3", "11-2"));
  const weekday = fc.oneof(any, any, fc.constantFrom("?", "mon-fri", "7", "5L", "1#2", "1#2,3#-1", "MON#5", "mon%2"));
  const five = fc.tuple(time, time, day, month, weekday).map((items) => items.join(" "));
  const fields = fc
    .tuple(fc.constantFrom("", "", "0 ", "*/10 "), five, fc.constantFrom("", "", " 2027"))
    .map((all) => all.join(""));
  const others = fc.constantFrom(
    ...["@daily", "@reboot", "@every 90m", "rate(5 minutes)", "cron(0 12 ? * MON-FRI *)", "at(2027-01-01T00:00:00)"],
    ...[
      "Mon *-*-* 02:30",
      "*-*~03..1 00:00",
      "hourly",
      "*:0/7:30",
      "2020-01-01",
      "0 2 * * * Europe/Riga",
      "CRON_TZ=UTC 0 2 * * *",
    ],
  );

  it("can be read aloud, by whichever scheduler, in every zone", () => {
    const dialect = fc.constantFrom<Dialect>("auto", ...DIALECT_NAMES);
    const zone = fc.constantFrom(...listZoneNames());
    let read = 0;
    fc.assert(
      fc.property(dialect, fc.oneof(fields, others), zone, fc.nat(365), (name, expression, timeZone, days) => {
        const change = findZone(timeZone)?.nextTransition(AUTUMN) ?? AUTUMN;
        const job = spec(name, expression, timeZone);
        if (!compiles(job)) return;
        read += 1;
        const schedule = compileSchedule(job);
        for (const from of [AUTUMN + days * 86_400_000, change - 7_200_000]) {
          const reading = readAloud(job, from, 3);
          expectSound(reading);
          expect(reading.sentence).toBe(describeSchedule(job));
          expect(reading.sentence.startsWith(scheduleWords(job).words)).toBe(true);
          expect(reading.occurrences.map(({ at }) => at)).toEqual(schedule.between(from, Infinity, 3));
        }
      }),
      { numRuns: 500 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

function compiles(job: ReturnType<typeof spec>): boolean {
  try {
    compileSchedule(job);
    return true;
  } catch (error) {
    if (error instanceof ScheduleError) return false;
    throw error;
  }
}
