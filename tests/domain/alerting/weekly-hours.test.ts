import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isWithin, nextEdge, type WeeklyHours, weeklyHoursInWords } from "../../../lib/domain/alerting/weekly-hours.ts";
import { DAY, MINUTE } from "../../../lib/domain/time.ts";

const NIGHTS: WeeklyHours = { timeZone: "Europe/Riga", days: [1, 2, 3, 4, 5], from: "22:00", to: "07:00" };
const WEEKEND: WeeklyHours = { timeZone: "UTC", days: [6, 7], from: "00:00", to: "00:00" };
const ALWAYS: WeeklyHours = { timeZone: "UTC", days: [1, 2, 3, 4, 5, 6, 7], from: "09:30", to: "09:30" };

function at(text: string): number {
  return Date.parse(text);
}

describe("hours of a week", () => {
  it.each([
    ["2026-11-23T21:59:59+02:00", false],
    ["2026-11-23T22:00:00+02:00", true],
    ["2026-11-24T06:59:59.999+02:00", true],
    ["2026-11-24T07:00:00+02:00", false],
    ["2026-11-28T06:00:00+02:00", true],
    ["2026-11-28T22:30:00+02:00", false],
    ["2026-11-23T02:00:00+02:00", false],
  ])("nights of working days at %s: %s", (text, expected) => expect(isWithin(NIGHTS, at(text))).toBe(expected));

  it.each([
    ["2026-11-23T12:00:00+02:00", "2026-11-23T22:00:00+02:00"],
    ["2026-11-23T22:00:00+02:00", "2026-11-24T07:00:00+02:00"],
    ["2026-11-24T07:00:00+02:00", "2026-11-24T22:00:00+02:00"],
    ["2026-11-28T12:00:00+02:00", "2026-11-30T22:00:00+02:00"],
  ])("change after %s at %s", (text, expected) => expect(nextEdge(NIGHTS, at(text))).toBe(at(expected)));

  it("that touch are one stretch", () => {
    expect(nextEdge(WEEKEND, at("2026-11-28T12:00:00Z"))).toBe(at("2026-11-30T00:00:00Z"));
  });

  it("that are always never change", () => {
    expect(isWithin(ALWAYS, 0)).toBe(true);
    expect(nextEdge(ALWAYS, 0)).toBeNull();
  });

  it.each([
    { ...ALWAYS, days: [] },
    { ...ALWAYS, timeZone: "Nowhere/Land" },
    { ...ALWAYS, from: "25:00" },
  ])("that make no sense are never: %j", (hours) => {
    expect(isWithin(hours, at("2026-11-28T12:00:00Z"))).toBe(false);
    expect(nextEdge(hours, at("2026-11-28T12:00:00Z"))).toBeNull();
  });
});

describe("hours of a week where clocks change", () => {
  const sunday = { timeZone: "Europe/Berlin", days: [7] };

  it("are an hour shorter when clocks go forward", () => {
    const night = { ...sunday, from: "01:00", to: "04:00" };
    expect(nextEdge(night, at("2026-03-29T00:00:00Z"))).toBe(at("2026-03-29T02:00:00Z"));
  });

  it("are an hour longer when clocks go back", () => {
    const night = { ...sunday, from: "02:00", to: "03:00" };
    expect(nextEdge(night, at("2026-10-24T23:59:59Z"))).toBe(at("2026-10-25T00:00:00Z"));
    expect(nextEdge(night, at("2026-10-25T00:00:00Z"))).toBe(at("2026-10-25T02:00:00Z"));
  });

  it("are not there when clocks jump over all of them", () => {
    const skipped = { ...sunday, from: "02:15", to: "02:45" };
    expect(nextEdge(skipped, at("2026-03-28T12:00:00Z"))).toBe(at("2026-04-05T00:15:00Z"));
  });

  it("begin with the change where clocks jump over their beginning", () => {
    const cut = { ...sunday, from: "02:30", to: "04:00" };
    expect(nextEdge(cut, at("2026-03-28T12:00:00Z"))).toBe(at("2026-03-29T01:00:00Z"));
  });

  it("survive a day that a zone left out", () => {
    const friday = { timeZone: "Pacific/Apia", days: [5], from: "08:00", to: "17:00" };
    expect(nextEdge(friday, at("2011-12-29T20:00:00Z"))).toBe(at("2012-01-05T18:00:00Z"));
  });
});

describe("an edge", () => {
  const clockText = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
  const anyHours = fc.record({
    timeZone: fc.constantFrom("Europe/Riga", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"),
    days: fc.subarray([1, 2, 3, 4, 5, 6, 7]),
    from: clockText,
    to: clockText,
  });
  const anyInstant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });

  it("is where being within changes, and nothing changes before it", () => {
    fc.assert(
      fc.property(anyHours, anyInstant, fc.double({ min: 0, max: 1, noNaN: true }), (hours, from, part) => {
        const edge = nextEdge(hours, from);
        const within = isWithin(hours, from);
        const reach = edge === null ? 20 * DAY : edge - from;
        expect(isWithin(hours, from + Math.floor((reach - 1) * part))).toBe(within);
        if (edge !== null) expect(isWithin(hours, edge)).toBe(!within);
      }),
    );
  });

  it("agrees with what clocks on the wall show, away from changes of the clock", () => {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Riga", hour: "2-digit", minute: "2-digit" });
    const hours = { timeZone: "Europe/Riga", days: [1, 2, 3, 4, 5, 6, 7], from: "08:15", to: "17:45" };
    for (let now = at("2026-06-01T00:00:00Z"); now < at("2026-06-03T00:00:00Z"); now += 5 * MINUTE) {
      const shown = format.format(now);
      expect(isWithin(hours, now)).toBe(shown >= "08:15" && shown < "17:45");
    }
  });
});

it("is said in words", () => {
  expect(weeklyHoursInWords(NIGHTS)).toBe("Monday to Friday, 22:00 to 07:00 (Europe/Riga)");
  expect(weeklyHoursInWords(WEEKEND)).toBe("Saturday and Sunday, 24 hours from 00:00 (UTC)");
  expect(weeklyHoursInWords(ALWAYS)).toBe("every day, 24 hours from 09:30 (UTC)");
});
