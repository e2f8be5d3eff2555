import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import type { Zone } from "../../lib/domain/zone.ts";
import { unpackZone } from "../../lib/zones/packed-zone.ts";
import { findShippedZone, SHIPPED_VERSION } from "../../lib/zones/shipped-zones.ts";
import { measuredZones, readFixture } from "../support/measured.ts";
import { changesOf } from "../support/zone-differences.ts";

const START = Date.UTC(2007, 0, 1);

function shipped(name: string): Zone {
  const zone = findShippedZone(name);
  if (zone === null) throw new Error(`There is no ${name}.`);
  return zone;
}

describe("a packed line", () => {
  it("is minutes in base 60, with fractions down to the second", () => {
    expect(unpackZone("Test/A|LMT A B|-1u.A 0 -3u|0121|-1.u 1O 10|5e3")).toEqual({
      changes: [-90 * SECOND, 110 * MINUTE - 90 * SECOND, 170 * MINUTE - 90 * SECOND],
      offsets: [90 * MINUTE + 36 * SECOND, 0, 3 * HOUR + 30 * MINUTE, 0],
    });
    expect(unpackZone("Etc/UTC|UTC|0|0||")).toEqual({ changes: [], offsets: [0] });
  });

  it.each(["", "Test/A|A|0", "Test/A|A|0|01|", "Test/A|A|0|2||", "Test/A|A|!|0||", "Test/A|A|0|0|x.!|"])(
    "%j is refused",
    (line) => expect(() => unpackZone(line)).toThrow("cannot be read"),
  );
});

describe("the zones that come with Belfry", () => {
  it("are those of the release that was measured, change by change", ({ skip }) => {
    const measured = readFixture<{ zone: string; tzdata: string; offset: number; changes: [number, number][] }>(
      "zones-2026f.jsonl",
    );
    expect(measured.length).toBe(measuredZones().size);
    skip(measured[0]?.tzdata !== SHIPPED_VERSION, `Belfry brings ${SHIPPED_VERSION}, which was not measured`);
    for (const { zone: name, offset, changes } of measured) {
      const zone = shipped(name);
      expect(zone.offsetAt(START), name).toBe(offset * SECOND);
      const found = changesOf(zone, START, Date.UTC(2037, 0, 1));
      expect(
        found.map((at) => [at / SECOND, zone.offsetAt(at) / SECOND]),
        name,
      ).toEqual(changes);
    }
  });

  it("reach as far as slots are looked for", () => {
    const berlin = shipped("Europe/Berlin");
    expect(berlin.prevTransition(Date.UTC(2499, 0, 1))).toBe(Date.UTC(2498, 9, 26, 1));
    expect(berlin.offsetAt(Date.UTC(2498, 6, 1))).toBe(2 * HOUR);
  });

  it("have old names too", () => {
    const at = Date.UTC(2026, 6, 1);
    expect(shipped("US/Pacific").offsetAt(at)).toBe(shipped("America/Los_Angeles").offsetAt(at));
    expect(shipped("Asia/Calcutta").name).toBe("Asia/Calcutta");
    expect(findShippedZone("Atlantis/City")).toBeNull();
  });
});
