import { afterEach, describe, expect, it } from "vitest";
import { ScheduleError } from "../../lib/domain/schedule.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { findZone, getZone, intlZone, listZoneNames, segmentAt, setZoneSource } from "../../lib/domain/zone.ts";

afterEach(() => setZoneSource(intlZone));

describe("a zone's name", () => {
  it.each([
    ["Europe/Riga", "Europe/Riga"],
    ["europe/riga", "Europe/Riga"],
    ["Asia/Calcutta", "Asia/Kolkata"],
    ["Asia/Kolkata", "Asia/Kolkata"],
    ["Europe/Kiev", "Europe/Kyiv"],
    ["US/Eastern", "America/New_York"],
    ["GB", "Europe/London"],
    ["utc", "UTC"],
    ["Etc/UTC", "UTC"],
    ["Etc/GMT+5", "Etc/GMT+5"],
  ])("%s is %s", (name, expected) => expect(findZone(name)?.name).toBe(expected));

  it.each([
    "",
    "  ",
    "Nowhere",
    "IST",
    "PST",
    "+05:30",
    "UTC+5",
    "../../etc/passwd",
    "Europe/Riga\0",
    "💥",
    "x".repeat(1e6),
  ])("%j is none", (name) => expect(findZone(name)).toBeNull());

  it.each([
    ["Europe/Rigga", 'There is no time zone "Europe/Rigga"; did you mean Europe/Riga?'],
    ["Riga", 'There is no time zone "Riga"; did you mean Europe/Riga?'],
    ["new york", 'There is no time zone "new york"; did you mean America/New_York?'],
    ["Asia/Calcuta", 'There is no time zone "Asia/Calcuta"; did you mean Asia/Kolkata?'],
    ["+05:30", 'There is no time zone "+05:30"; write a place, such as Europe/Riga, or UTC.'],
    ["", "Choose a time zone, such as Europe/Riga or UTC."],
  ])("%j is refused with what would be right", (name, message) => {
    expect(() => getZone(name)).toThrow(new ScheduleError("timeZone", message));
  });

  it("is listed by its present spelling, and every listed one is known by it", () => {
    const names = listZoneNames();
    expect(names.length).toBeGreaterThan(400);
    expect(names).toContain("Asia/Kathmandu");
    expect(names.filter((name) => findZone(name)?.name !== name)).toEqual([]);
  });
});

describe("a zone's offset", () => {
  it.each([
    ["UTC", Date.UTC(2026, 5, 1), 0],
    ["Asia/Kathmandu", Date.UTC(2026, 5, 1), 5 * HOUR + 45 * MINUTE],
    ["America/New_York", Date.UTC(2026, 5, 1), -4 * HOUR],
    ["Australia/Lord_Howe", Date.UTC(2026, 5, 1), 10 * HOUR + 30 * MINUTE],
    ["America/St_Johns", Date.UTC(2026, 0, 1), -3 * HOUR - 30 * MINUTE],
    ["Africa/Monrovia", Date.UTC(1971, 0, 1), -44 * MINUTE - 30 * SECOND],
  ])("of %s at %d", (name, at, expected) => expect(getZone(name).offsetAt(at)).toBe(expected));
});

describe("changes of the offset", () => {
  const berlin = getZone("Europe/Berlin");
  const spring = Date.UTC(2026, 2, 29, 1);
  const autumn = Date.UTC(2026, 9, 25, 1);

  it("are found forwards and backwards, to the second", () => {
    expect(berlin.nextTransition(spring - 1)).toBe(spring);
    expect(berlin.nextTransition(spring)).toBe(autumn);
    expect(berlin.prevTransition(autumn)).toBe(autumn);
    expect(berlin.prevTransition(autumn - 1)).toBe(spring);
  });

  it("are known of the past and of the ten years to come", () => {
    expect(berlin.nextTransition(Date.UTC(1980, 2, 1))).toBe(Date.UTC(1980, 3, 6, 1));
    expect(berlin.prevTransition(Date.UTC(2036, 11, 1))).toBe(Date.UTC(2036, 9, 26, 1));
    expect(getZone("Pacific/Apia").nextTransition(Date.UTC(2011, 11, 1))).toBe(Date.UTC(2011, 11, 30, 10));
    expect(getZone("Europe/Moscow").prevTransition(Date.UTC(2020, 0, 1))).toBe(Date.UTC(2014, 9, 25, 22));
  });

  it("are none where clocks stay", () => {
    const kathmandu = getZone("Asia/Kathmandu");
    const now = Date.UTC(2026, 5, 1);
    expect([kathmandu.nextTransition(now), kathmandu.prevTransition(now)]).toEqual([null, null]);
    const { start, end, offset, offsetBefore } = segmentAt(kathmandu, now);
    expect([start < now, end > now + 3_600 * DAY, offset === offsetBefore]).toEqual([true, true, true]);
  });

  it("bound the segments in which the offset stays", () => {
    expect(segmentAt(berlin, spring)).toEqual({ start: spring, end: autumn, offset: 2 * HOUR, offsetBefore: HOUR });
    expect(segmentAt(berlin, spring - 1)).toMatchObject({ end: spring, offset: HOUR, offsetBefore: 2 * HOUR });
  });
});

describe("another source of zones", () => {
  const noon = { offsetAt: () => HOUR, nextTransition: () => null, prevTransition: () => null };

  it("goes first, also for names that the engine does not know", () => {
    setZoneSource((name) => (name === "Europe/Riga" || name === "Atlantis/City" ? { name, ...noon } : null));
    expect(getZone("Europe/Riga").offsetAt(Date.UTC(2026, 5, 1))).toBe(HOUR);
    expect(getZone("Atlantis/City").name).toBe("Atlantis/City");
    expect(getZone("Europe/Tallinn").offsetAt(Date.UTC(2026, 5, 1))).toBe(3 * HOUR);
  });

  it("may bring names: new ones, how they are spelt, and what became of old ones", () => {
    const known = ["Atlantis/City", "Atlantis/Town", "Europe/Riga"];
    const renamed = new Map([
      ["Atlantis/Town", "Atlantis/City"],
      ["Europe/Riga", "Atlantis/City"],
    ]);
    setZoneSource((name) => (name.startsWith("Atlantis/") ? { name, ...noon } : null), {
      known,
      renamed,
      listed: ["Atlantis/City", "Europe/Oslo"],
    });
    const found = ["atlantis/CITY", "Atlantis/Town", "Europe/Riga", "Asia/Calcutta"].map(
      (name) => findZone(name)?.name,
    );
    expect(found).toEqual(["Atlantis/City", "Atlantis/City", "Atlantis/City", "Asia/Kolkata"]);
    expect(listZoneNames().filter((name) => name === "Atlantis/City" || name === "Europe/Oslo")).toEqual([
      "Atlantis/City",
      "Europe/Oslo",
    ]);
    expect(() => getZone("Atlantas/City")).toThrow("did you mean Atlantis/City?");
    setZoneSource(intlZone);
    expect([findZone("atlantis/city"), findZone("europe/riga")?.name]).toEqual([null, "Europe/Riga"]);
  });
});
