import { describe, expect, test } from "vitest";
import {
  clockText,
  dayText,
  fullText,
  knownZone,
  momentText,
  offsetText,
  zonesTitle,
} from "../../../components/base/zoned.ts";
import { DAY, HOUR, MINUTE } from "../../../lib/domain/time.ts";

const AT = Date.UTC(2026, 10, 22, 2, 21, 7);

describe("times in a zone", () => {
  test("clock and day are those of the zone, not of this machine", () => {
    expect(clockText(AT, "Europe/Riga")).toBe("04:21");
    expect(clockText(AT, "America/New_York", true)).toBe("21:21:07");
    expect(dayText(AT, "America/New_York", AT)).toBe("21 Nov");
    expect(fullText(AT, "UTC")).toBe("Sun 22 Nov 2026, 02:21:07");
  });

  test.each([
    [0, "UTC"],
    [2 * HOUR, "UTC+2"],
    [-3 * HOUR, "UTC−3"],
    [5 * HOUR + 45 * MINUTE, "UTC+5:45"],
    [-(3 * HOUR + 30 * MINUTE), "UTC−3:30"],
  ])("an offset of %d ms is %s", (offset, text) => expect(offsetText(offset)).toBe(text));

  test("midnight is 00:00", () => expect(clockText(Date.UTC(2026, 0, 1), "UTC")).toBe("00:00"));

  test("the year shows where it is another", () => expect(dayText(AT - 365 * DAY, "UTC", AT)).toBe("22 Nov 2025"));

  test("a moment of today is its clock time, of another day with the day", () => {
    expect(momentText(AT, "UTC", AT + HOUR)).toBe("02:21");
    expect(momentText(AT, "UTC", AT + DAY)).toBe("22 Nov 02:21");
  });

  test("the hover names the viewer's zone, the job's and UTC, each once", () => {
    expect(zonesTitle(AT, "UTC", "Europe/Riga")).toBe(
      "Sun 22 Nov 2026, 02:21:07 UTC\nSun 22 Nov 2026, 04:21:07 Europe/Riga",
    );
    expect(zonesTitle(AT, "Europe/Riga", null).split("\n")).toHaveLength(2);
  });

  test("a zone that nobody knows counts as UTC", () => {
    expect(knownZone("Middle/Earth")).toBe("UTC");
    expect(clockText(AT, "Middle/Earth")).toBe("02:21");
  });
});
