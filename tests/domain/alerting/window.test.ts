import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AlertWindow,
  isInScope,
  nextSpan,
  placeWindows,
  windowAt,
  type WindowTimes,
} from "../../../lib/domain/alerting/window.ts";
import { readIcs } from "../../../lib/domain/alerting/ics.ts";
import { DAY, HOUR } from "../../../lib/domain/time.ts";

const EVERYWHERE = { jobIds: [], tags: [], hosts: [] };
const JOB = { id: "job-1", tags: ["db"], host: "DB-03" };
const NOW = Date.parse("2026-11-27T18:00:00Z");

const OFFICE: WindowTimes = {
  kind: "weekly",
  hours: { timeZone: "UTC", days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" },
  outside: true,
};

function once(from: number, to: number): WindowTimes {
  return { kind: "once", startsAt: from, endsAt: to };
}

function windowOf(times: WindowTimes, change: Partial<AlertWindow> = {}): AlertWindow {
  return { id: "w", name: "Maintenance", scope: EVERYWHERE, times, ...change };
}

function untilOf(windows: readonly AlertWindow[], at = NOW): string | null {
  const found = windowAt(placeWindows(windows, at - 1), JOB, at);
  return found === null ? null : `${found.window.name} until ${new Date(found.until).toISOString().slice(0, 16)}`;
}

describe("a window", () => {
  it.each([
    [EVERYWHERE, true],
    [{ ...EVERYWHERE, jobIds: ["job-1"] }, true],
    [{ ...EVERYWHERE, jobIds: ["job-2"] }, false],
    [{ ...EVERYWHERE, tags: ["db", "web"] }, true],
    [{ ...EVERYWHERE, hosts: ["db-03"] }, true],
    [{ ...EVERYWHERE, hosts: ["db-0"] }, false],
    [{ jobIds: ["job-2"], tags: ["web"], hosts: ["db-03"] }, true],
  ])("for %j holds the job: %s", (scope, expected) => expect(isInScope(scope, JOB)).toBe(expected));

  it("for hosts holds no job of which nobody knows where it runs", () => {
    expect(isInScope({ ...EVERYWHERE, hosts: ["db-03"] }, { ...JOB, host: null })).toBe(false);
  });

  it("begins with its first moment and ends before its last", () => {
    const window = windowOf(once(NOW, NOW + HOUR));
    expect(untilOf([window], NOW - 1)).toBeNull();
    expect(untilOf([window], NOW)).toBe("Maintenance until 2026-11-27T19:00");
    expect(untilOf([window], NOW + HOUR)).toBeNull();
  });

  it("outside business hours lasts over the weekend", () => {
    expect(untilOf([windowOf(OFFICE)])).toBe("Maintenance until 2026-11-30T09:00");
    expect(untilOf([windowOf(OFFICE)], Date.parse("2026-11-30T09:00:00Z"))).toBeNull();
  });

  it("outside hours that are never is looked at again one day", () => {
    const never = { ...OFFICE, hours: { ...OFFICE.hours, days: [] } };
    const found = windowAt(placeWindows([windowOf(never)], NOW), JOB, NOW);
    expect(found?.until).toBe(NOW + 40 * DAY);
  });
});

describe("windows that follow each other without a gap", () => {
  it("are one, called after the first that is open", () => {
    const morning = windowOf(once(Date.parse("2026-11-30T09:00:00Z"), Date.parse("2026-11-30T12:00:00Z")), {
      name: "Move",
    });
    const file = readIcs("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261201\nEND:VEVENT\nEND:VCALENDAR");
    const holidays = windowOf(
      { kind: "holidays", timeZone: "UTC", holidays: file?.holidays ?? [] },
      { name: "Day off" },
    );
    expect(untilOf([morning, windowOf(OFFICE)])).toBe("Maintenance until 2026-11-30T12:00");
    expect(untilOf([windowOf(OFFICE), holidays], Date.parse("2026-11-30T18:00:00Z"))).toBe(
      "Maintenance until 2026-12-02T09:00",
    );
  });

  it("are followed only where they are for the job", () => {
    const first = windowOf(once(NOW, NOW + HOUR));
    const others = windowOf(once(NOW, NOW + 2 * HOUR), { scope: { ...EVERYWHERE, tags: ["web"] } });
    expect(untilOf([first, others])).toBe("Maintenance until 2026-11-27T19:00");
  });
});

describe("the next time that a window is open", () => {
  it.each<[WindowTimes, string | null]>([
    [once(NOW + HOUR, NOW + 2 * HOUR), "2026-11-27T19:00"],
    [once(NOW - HOUR, NOW + HOUR), "2026-11-27T17:00"],
    [once(NOW - HOUR, NOW), null],
    [{ ...OFFICE, outside: false }, "2026-11-30T09:00"],
  ])("%j: %s", (times, expected) => {
    const span = nextSpan(times, NOW);
    expect(span === null ? null : new Date(span.start).toISOString().slice(0, 16)).toBe(expected);
  });
});

describe("any windows", () => {
  const clockText = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
  const anyTimes = fc.oneof(
    fc
      .tuple(fc.integer({ min: -48, max: 400 }), fc.integer({ min: 1, max: 90 }))
      .map(([from, length]) => once(NOW + from * HOUR, NOW + (from + length) * HOUR)),
    fc.record({
      kind: fc.constant("weekly" as const),
      outside: fc.boolean(),
      hours: fc.record({
        timeZone: fc.constantFrom("Europe/Riga", "America/New_York", "Australia/Lord_Howe"),
        days: fc.subarray([1, 2, 3, 4, 5, 6, 7]),
        from: clockText,
        to: clockText,
      }),
    }),
  );

  it("hold without a gap until the end that they say, and not at it", () => {
    fc.assert(
      fc.property(fc.array(anyTimes, { maxLength: 4 }), fc.double({ min: 0, max: 1, noNaN: true }), (times, part) => {
        const placed = placeWindows(
          times.map((one) => windowOf(one)),
          NOW,
        );
        const found = windowAt(placed, JOB, NOW);
        if (found === null) return;
        expect(found.until).toBeGreaterThan(NOW);
        expect(windowAt(placed, JOB, NOW + Math.floor((found.until - NOW - 1) * part))?.until).toBe(found.until);
        expect(windowAt(placed, JOB, found.until)).toBeNull();
      }),
    );
  });
});
