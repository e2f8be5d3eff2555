import { describe, expect, test } from "vitest";
import { firstDrillAt, nextDrillAt } from "../../lib/domain/drill.ts";
import { DAY, HOUR } from "../../lib/domain/time.ts";
import { getZone } from "../../lib/domain/zone.ts";

const iso = (at: number): string => new Date(at).toISOString();

describe("scheduled drills", () => {
  test("begin on a Tuesday at 10:00 by the clocks of who asked", () => {
    const riga = getZone("Europe/Riga");
    expect(iso(firstDrillAt(riga, Date.UTC(2026, 10, 22, 12)))).toBe("2026-11-24T08:00:00.000Z");
    expect(iso(firstDrillAt(riga, Date.UTC(2026, 10, 24, 7, 59)))).toBe("2026-11-24T08:00:00.000Z");
    expect(iso(firstDrillAt(riga, Date.UTC(2026, 10, 24, 8)))).toBe("2026-12-01T08:00:00.000Z");
    expect(iso(firstDrillAt(riga, Date.UTC(2026, 9, 22)))).toBe("2026-10-27T08:00:00.000Z");
  });

  test("stay on their weekday, and are not made up for", () => {
    const due = Date.UTC(2026, 10, 24, 8);
    expect(nextDrillAt("week", due, due)).toBe(due + 7 * DAY);
    expect(nextDrillAt("month", due, due + HOUR)).toBe(due + 28 * DAY);
    expect(nextDrillAt("quarter", due, due)).toBe(due + 91 * DAY);
    expect(nextDrillAt("week", due, due + 30 * DAY)).toBe(due + 35 * DAY);
  });
});
