import { describe, expect, it } from "vitest";
import { DAY, type Instant } from "../../lib/domain/time.ts";
import { findZone, type Zone } from "../../lib/domain/zone.ts";
import {
  agrees,
  describeRow,
  itFiresAsMeasured,
  type Measured,
  measuredCases,
  measuredZones,
} from "../support/measured.ts";

itFiresAsMeasured("vixie", { count: 928, least: 1 });

describe("zone data of the engine", () => {
  it("makes a difference only where it is older than that of the measurements", () => {
    const rows = measuredCases("vixie");
    const differing = rows.filter((row) => !agrees("vixie", row));
    const unexplained = differing.filter((row) => sameOffsets(row));
    expect(unexplained.map(describeRow)).toEqual([]);
    const places = [...new Set(differing.map((row) => row.tz))].toSorted().join(", ");
    console.info(
      `Zone data ${process.versions.tz}: ${differing.length} of ${rows.length} cases need newer (${places}).`,
    );
  });

  it("is compared for every zone that occurs", () => {
    expect(new Set(measuredCases("vixie").map((row) => row.tz)).size).toBe(measuredZones().size);
  });
});

/** Whether the engine's zone has the offsets of 2026f around the case. */
function sameOffsets(row: Measured): boolean {
  const theirs = measuredZones().get(row.tz);
  const ours = findZone(row.tz);
  if (theirs === undefined || ours === null) return false;
  const from = Date.parse(row.from) - DAY;
  const to = Math.max(from, ...row.expected.map((at) => Date.parse(at))) + DAY;
  return JSON.stringify(changesBetween(ours, from, to)) === JSON.stringify(changesBetween(theirs, from, to));
}

function changesBetween(zone: Zone, from: Instant, to: Instant): unknown[] {
  const changes: unknown[] = [zone.offsetAt(from)];
  for (let at = zone.nextTransition(from); at !== null && at <= to; at = zone.nextTransition(at)) {
    changes.push([at, zone.offsetAt(at)]);
  }
  return changes;
}
