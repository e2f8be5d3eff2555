import { describe, expect, test } from "vitest";
import { type AlertWindow, placeWindows, windowAt, type WindowTimes } from "../../lib/domain/alerting/window.ts";
import { DAY, HOUR, MINUTE } from "../../lib/domain/time.ts";
import { placeWindowsAgain } from "../../lib/store/window-placements.ts";

const NOW = Date.UTC(2026, 10, 23, 21, 55);
const NIGHTS = { timeZone: "Europe/Riga", days: [1, 2, 3, 4, 5], from: "23:59", to: "06:00" };

const windowOf = (times: WindowTimes): AlertWindow => {
  return { id: "w1", name: "Nights", scope: { jobIds: [], tags: [], hosts: [] }, times };
};
const nights = (change: Partial<typeof NIGHTS> = {}, outside = false): AlertWindow =>
  windowOf({ kind: "weekly", hours: { ...NIGHTS, ...change }, outside });

const spansAt = (window: AlertWindow, from: number) => placeWindowsAgain([window], from)[0]?.spans;

describe("a window that was placed a moment ago", () => {
  test("is not placed anew for some minutes, then it is", () => {
    const first = spansAt(nights(), NOW);
    expect(first).toEqual(placeWindows([nights()], NOW)[0]?.spans);
    expect(spansAt(nights(), NOW + 9 * MINUTE)).toBe(first);
    expect(spansAt(nights(), NOW + 11 * MINUTE)).not.toBe(first);
  });

  test("is placed anew at once where it was changed, or where an earlier time is asked", () => {
    const first = spansAt(nights({ to: "05:00" }), NOW + DAY);
    expect(spansAt(nights({ to: "05:30" }), NOW + DAY)).not.toEqual(first);
    expect(spansAt(nights({ to: "05:00" }), NOW)).toEqual(placeWindows([nights({ to: "05:00" })], NOW)[0]?.spans);
  });

  test.each([
    ["weekly", nights({ to: "06:30" })],
    ["outside of hours", nights({ from: "00:01", to: "21:58" }, true)],
    ["once", windowOf({ kind: "once", startsAt: NOW - HOUR, endsAt: NOW + 3 * MINUTE })],
  ])("holds what one placed anew would hold, until the same time: %s", (_name, window) => {
    const job = { id: "j1", tags: [], host: null };
    for (let minute = 0; minute < 10; minute += 1) {
      const at = NOW + minute * MINUTE;
      expect(windowAt(placeWindowsAgain([window], at), job, at)).toEqual(windowAt(placeWindows([window], at), job, at));
    }
  });
});

test("what is never open is left out", () => {
  const over = windowOf({ kind: "once", startsAt: NOW - HOUR, endsAt: NOW - MINUTE });
  expect(placeWindowsAgain([over], NOW)).toEqual([]);
});
