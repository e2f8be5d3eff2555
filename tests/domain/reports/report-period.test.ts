import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextReportAt, REPORT_PERIODS, spanBefore } from "../../../lib/domain/reports/report-period.ts";
import { DAY, HOUR } from "../../../lib/domain/time.ts";
import { getZone } from "../../../lib/domain/zone.ts";

const riga = getZone("Europe/Riga");
const iso = (at: number): string => new Date(at).toISOString();

describe("when a report leaves", () => {
  test("is 08:00 by its reader's clocks, on the other side of a clock change too", () => {
    expect(iso(nextReportAt("day", riga, Date.UTC(2026, 9, 24, 3)))).toBe("2026-10-24T05:00:00.000Z");
    expect(iso(nextReportAt("day", riga, Date.UTC(2026, 9, 24, 5)))).toBe("2026-10-25T06:00:00.000Z");
  });

  test("is a Monday for a week and the 1st for a month", () => {
    expect(iso(nextReportAt("week", riga, Date.UTC(2026, 10, 22, 12)))).toBe("2026-11-23T06:00:00.000Z");
    expect(iso(nextReportAt("month", riga, Date.UTC(2026, 11, 1, 6)))).toBe("2027-01-01T06:00:00.000Z");
  });

  test("lies ahead by no more than a period and a change of the clock, whatever the zone", () => {
    const zones = ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia"].map(getZone);
    const longest = { day: DAY, week: 7 * DAY, month: 31 * DAY };
    fc.assert(
      fc.property(
        fc.constantFrom(...REPORT_PERIODS),
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) }),
        (period, zone, after) => {
          const at = nextReportAt(period, zone, after);
          const { from, to } = spanBefore(period, zone, at);
          expect(at).toBeGreaterThan(after);
          expect(at - after).toBeLessThanOrEqual(longest[period] + DAY);
          expect(from).toBeLessThan(to);
          expect(at - to).toBeGreaterThanOrEqual(6 * HOUR);
          expect(at - to).toBeLessThanOrEqual(10 * HOUR);
        },
      ),
    );
  });
});

describe("what a report is about", () => {
  test("is the last whole day, also one of 25 hours", () => {
    const { from, to } = spanBefore("day", riga, Date.UTC(2026, 9, 26, 6));
    expect([iso(from), iso(to)]).toEqual(["2026-10-24T21:00:00.000Z", "2026-10-25T22:00:00.000Z"]);
  });

  test("is the last week from Monday and the last calendar month", () => {
    const week = spanBefore("week", riga, Date.UTC(2026, 10, 23, 6));
    expect([iso(week.from), iso(week.to)]).toEqual(["2026-11-15T22:00:00.000Z", "2026-11-22T22:00:00.000Z"]);
    const month = spanBefore("month", riga, Date.UTC(2026, 2, 1, 6));
    expect([iso(month.from), iso(month.to)]).toEqual(["2026-01-31T22:00:00.000Z", "2026-02-28T22:00:00.000Z"]);
  });

  test("begins after midnight where the clock leaves midnight out", () => {
    const havana = getZone("America/Havana");
    const { from } = spanBefore("day", havana, Date.UTC(2026, 2, 9, 13));
    expect(iso(from)).toBe("2026-03-08T05:00:00.000Z");
  });
});
