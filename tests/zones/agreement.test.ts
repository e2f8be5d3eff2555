import { expect, it } from "vitest";
import { readZoneFolder } from "../../lib/config.ts";
import { DAY, HOUR } from "../../lib/domain/time.ts";
import { intlZone, type Zone } from "../../lib/domain/zone.ts";
import { findShippedZone, SHIPPED_VERSION } from "../../lib/zones/shipped-zones.ts";
import { openSystemZones } from "../../lib/zones/system-zones.ts";
import { createTableZone } from "../../lib/zones/zone-table.ts";
import { LONG } from "../support/size.ts";
import { CHANGED_LATELY, isKnownRelease, sampledInstants } from "../support/zone-differences.ts";

const system = openSystemZones(readZoneFolder(), null);
const instants = sampledInstants((LONG ? 1 : 9) * DAY + 7 * HOUR + 1_234_567);

/** Zones beside the engine's, by where they are from. */
const SOURCES: [name: string, version: string, find: (name: string) => Zone | null][] = [
  ["shipped", SHIPPED_VERSION, findShippedZone],
  [
    "of this machine",
    system?.version ?? "unknown",
    (name) => {
      const table = system?.find(name) ?? null;
      return table === null ? null : createTableZone(name, table);
    },
  ],
];

it("every zone has the engine's offsets at thousands of instants, but for those that changed since", ({ skip }) => {
  const engine = process.versions["tz"] ?? "unknown";
  skip(!isKnownRelease(engine), `the engine's ${engine} is no release that this test knows`);
  const sources = SOURCES.filter(([, version]) => isKnownRelease(version));
  const names = Intl.supportedValuesOf("timeZone");
  expect(instants.length).toBeGreaterThan(2_500);
  const different = new Set<string>();
  for (const name of names) {
    const engineZone = intlZone(name);
    const offsets = instants.map((at) => engineZone?.offsetAt(at));
    for (const [source, , find] of sources) {
      const zone = find(name);
      if (instants.some((at, index) => zone?.offsetAt(at) !== offsets[index])) different.add(`${name} ${source}`);
    }
  }
  expect([...different].filter((which) => !CHANGED_LATELY.has(which.split(" ")[0] ?? ""))).toEqual([]);
  expect(names.length * sources.length - different.size).toBeGreaterThan(400);
});
