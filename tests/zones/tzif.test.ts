import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, SECOND, type Instant } from "../../lib/domain/time.ts";
import { segmentAt, type Zone } from "../../lib/domain/zone.ts";
import { readTzif } from "../../lib/zones/tzif.ts";
import { createTableZone } from "../../lib/zones/zone-table.ts";
import { makeTzif, type TzifContent } from "../support/tzif.ts";

const seconds = (year: number, month: number, day = 1, hour = 0) => Date.UTC(year, month, day, hour) / SECOND;

function zoneOf(content: TzifContent): Zone {
  return createTableZone("Test/Zone", readTzif(makeTzif(content)));
}

const BERLIN: TzifContent = {
  offsets: [3208, 3600, 7200],
  changes: [
    [seconds(1893, 2, 31), 1],
    [seconds(1995, 2, 26, 1), 2],
    [seconds(1995, 8, 24, 1), 1],
    [seconds(1996, 2, 31, 1), 2],
    [seconds(1996, 9, 27, 1), 1],
  ],
  rule: "CET-1CEST,M3.5.0,M10.5.0/3",
};

describe("a compiled zone", () => {
  it.each([
    ["version 2, slim", { ...BERLIN }],
    ["version 2, fat", { ...BERLIN, fat: true }],
    ["version 3", { ...BERLIN, version: 3 as const }],
    ["version 4", { ...BERLIN, version: 4 as const }],
  ])("of %s is known before, in and long after its table", (_, content) => {
    const zone = zoneOf(content);
    expect(zone.offsetAt(Date.UTC(1800, 0))).toBe(3208 * SECOND);
    expect(zone.offsetAt(Date.UTC(1996, 6))).toBe(2 * HOUR);
    expect(zone.offsetAt(Date.UTC(2026, 6))).toBe(2 * HOUR);
    expect(zone.nextTransition(Date.UTC(2026, 6))).toBe(Date.UTC(2026, 9, 25, 1));
    expect(zone.prevTransition(Date.UTC(1997, 1))).toBe(Date.UTC(1996, 9, 27, 1));
    expect(zone.nextTransition(Date.UTC(1996, 10))).toBe(Date.UTC(1997, 2, 30, 1));
    expect(zone.offsetAt(Date.UTC(2498, 6))).toBe(2 * HOUR);
    expect(segmentAt(zone, Date.UTC(2400, 0))).toMatchObject({ offset: HOUR, offsetBefore: 2 * HOUR });
  });

  it("of version 1 ends with its table", () => {
    const zone = zoneOf({ ...BERLIN, version: 1, changes: BERLIN.changes?.slice(1), offsets: [3600, 3600, 7200] });
    expect(zone.offsetAt(Date.UTC(1996, 6))).toBe(2 * HOUR);
    expect(zone.offsetAt(Date.UTC(2026, 6))).toBe(HOUR);
  });

  it("without a change has its rule or its only offset", () => {
    expect(zoneOf({ offsets: [10_800], rule: "<+03>-3" }).offsetAt(0)).toBe(3 * HOUR);
    expect(zoneOf({ offsets: [10_800] }).offsetAt(0)).toBe(3 * HOUR);
    expect(zoneOf({ offsets: [-18_000], rule: "EST5EDT,M3.2.0,M11.1.0" }).offsetAt(Date.UTC(1950, 6))).toBe(-4 * HOUR);
  });

  it("changes only where the offset does", () => {
    const renamed = zoneOf({
      offsets: [0, 3600, 3600],
      changes: [
        [1_000, 1],
        [2_000, 2],
        [3_000, 0],
      ],
    });
    expect([renamed.nextTransition(1_000_000), renamed.prevTransition(2_999_999)]).toEqual([3_000_000, 1_000_000]);
    const allYear = zoneOf({ offsets: [-10_800, -14_400], changes: [[0, 1]], rule: "XXX3EDT4,0/0,J365/23" });
    expect([allYear.offsetAt(Date.UTC(2030, 0, 1, 3)), allYear.nextTransition(DAY)]).toEqual([-4 * HOUR, null]);
  });

  it("says nothing of changes more than ten years away", () => {
    const zone = zoneOf({ offsets: [0, 3600], changes: [[seconds(2000, 0), 1]] });
    expect(zone.prevTransition(Date.UTC(2009, 11))).toBe(Date.UTC(2000, 0));
    expect(zone.prevTransition(Date.UTC(2010, 0))).toBeNull();
    expect(zone.nextTransition(Date.UTC(1989, 0))).toBeNull();
  });
});

describe("bytes that are no compiled zone", () => {
  const good = makeTzif({ ...BERLIN, fat: true });

  it.each([
    ["nothing", Buffer.alloc(0), "no compiled zone"],
    ["a text", Buffer.from("# version 2026f\n".repeat(10)), "no compiled zone"],
    ["no offset", makeTzif({ offsets: [] }), "names no offset"],
    ["an offset that is not there", makeTzif({ offsets: [0], changes: [[0, 1]] }), "does not have"],
    [
      "changes out of order",
      makeTzif({
        offsets: [0, 1],
        changes: [
          [5, 1],
          [5, 0],
        ],
      }),
      "not in order",
    ],
    ["an offset of two days", makeTzif({ offsets: [172_800] }), "more than a day"],
    ["leap seconds", makeTzif({ offsets: [0], leaps: 27 }), "leap seconds"],
    ["a wrong rule", makeTzif({ offsets: [0], rule: "CET" }), "cannot be read"],
    ["counts in the billions", Buffer.concat([good.subarray(0, 20), Buffer.alloc(24, 0xff)]), "too early"],
  ])("%s", (_, bytes, reason) => expect(() => readTzif(bytes)).toThrow(reason));

  it("at any cut", () => {
    for (let end = 0; end < good.length; end++) expect(() => readTzif(good.subarray(0, end))).toThrow();
  });

  it("are refused in no time, whatever they are", () => {
    const spoilt = fc
      .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .map((changes) => changes.reduce((bytes, [at, value]) => bytes.fill(value, at, at + 1), Buffer.from(good)));
    const noise = fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.concat([good.subarray(0, 20), bytes]));
    fc.assert(
      fc.property(fc.oneof(spoilt, noise), (bytes) => {
        const begun = performance.now();
        try {
          const { changes, offsets } = readTzif(bytes);
          expect(offsets).toHaveLength(changes.length + 1);
        } catch (error) {
          expect(error).toMatchObject({ message: expect.stringMatching(/^it/) });
        }
        expect(performance.now() - begun).toBeLessThan(500);
      }),
    );
  });
});

describe("any table", () => {
  const contentArbitrary = fc
    .record({
      offsets: fc.array(fc.integer({ min: -50_000, max: 50_000 }), { minLength: 1, maxLength: 6 }),
      steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 40_000_000 }), fc.nat(5)), { maxLength: 40 }),
    })
    .map(({ offsets, steps }): TzifContent => {
      let at = -500_000_000;
      return { offsets, changes: steps.map(([step, type]) => [(at += step), type % offsets.length]) };
    });

  it("is looked up as a walk from its beginning would", () => {
    fc.assert(
      fc.property(contentArbitrary, fc.integer({ min: -600_000_000, max: 1_200_000_000 }), (content, second) => {
        const { offsets, changes = [] } = content;
        const zone = zoneOf(content);
        const at: Instant = second * SECOND;
        const type = changes.findLast(([change]) => change <= second)?.[1] ?? 0;
        expect(zone.offsetAt(at)).toBe((offsets[type] ?? 0) * SECOND);
        const next = zone.nextTransition(at);
        if (next === null) return;
        expect(next).toBeGreaterThan(at);
        expect(zone.offsetAt(next - 1)).toBe(zone.offsetAt(at));
        expect(zone.offsetAt(next)).not.toBe(zone.offsetAt(at));
        expect(zone.prevTransition(next)).toBe(next);
      }),
    );
  });
});
