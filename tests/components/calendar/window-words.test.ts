import { describe, expect, test } from "vitest";
import { timesInWords, valuesOf, wallText } from "../../../components/calendar/window-words.ts";
import type { TimesView, WindowView } from "../../../components/calendar/window-view.ts";
import { windowView } from "../../../app/calendar-views.ts";
import { DAY } from "../../../lib/domain/time.ts";

const HOURS = { timeZone: "Europe/Riga", days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" };
const NOW = Date.UTC(2026, 10, 22, 12);

const WINDOW: Omit<WindowView, "times"> = {
  ...{ id: "w", name: "Move", enabled: true, source: "person", createdBy: null, next: null },
  ...{ everywhere: false, tags: ["db"], hosts: [] },
  jobs: [
    { id: "1", slug: "backup", name: "Backup" },
    { id: "2", slug: "backup", name: "Backup (staging)" },
  ],
};

describe("a window in words", () => {
  test.each<[TimesView, string]>([
    [{ kind: "once", startsAt: NOW, endsAt: NOW + DAY }, ""],
    [{ kind: "weekly", hours: HOURS, outside: false }, "Monday to Friday, 09:00 to 17:00 (Europe/Riga)"],
    [{ kind: "weekly", hours: HOURS, outside: true }, "Outside Monday to Friday, 09:00 to 17:00 (Europe/Riga)"],
    [{ kind: "holidays", timeZone: "UTC", count: 1, next: [] }, "1 entry of a calendar file (UTC)"],
    [{ kind: "holidays", timeZone: "UTC", count: 7, next: [] }, "7 entries of a calendar file (UTC)"],
  ])("%j", (times, words) => expect(timesInWords(times)).toBe(words));
});

describe("a window in its form", () => {
  test("has its times in the viewer's zone, and each slug once", () => {
    const values = valuesOf({ ...WINDOW, times: { kind: "once", startsAt: NOW, endsAt: NOW + DAY } }, "Asia/Tokyo");
    expect(values).toMatchObject({ timeZone: "Asia/Tokyo", startsAt: "2026-11-22T21:00", endsAt: "2026-11-23T21:00" });
    expect(values.jobs).toEqual(["backup"]);
  });

  test("of every week keeps its own zone", () => {
    const values = valuesOf({ ...WINDOW, times: { kind: "weekly", hours: HOURS, outside: true } }, "Asia/Tokyo");
    expect(values).toMatchObject({ ...HOURS, kind: "weekly", outside: true, ics: "" });
  });

  test("writes times as fields have them", () => {
    expect(wallText(Date.UTC(2026, 0, 2, 3, 4), "UTC")).toBe("2026-01-02T03:04");
  });
});

test("of holidays only the next three are named, and all are counted", () => {
  const holidays = [5, 1, 4, 2, 3].map((days) => ({
    ...{ name: `day ${days}`, start: Date.UTC(2026, 10, 22 + days), length: DAY, timeZone: null },
    ...{ yearly: null, except: [] },
  }));
  const times = { kind: "holidays", timeZone: "UTC", holidays } as const;
  const view = windowView({ ...WINDOW, times, createdAt: NOW }, NOW);
  expect(view.times).toMatchObject({ count: 5, next: [{ name: "day 1" }, { name: "day 2" }, { name: "day 3" }] });
});
