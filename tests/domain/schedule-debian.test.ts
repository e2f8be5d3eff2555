import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { compileSchedule, ScheduleError } from "../../lib/domain/schedule.ts";
import { DAY, SECOND, type Instant } from "../../lib/domain/time.ts";
import { findZone, intlZone, setZoneSource, type Zone } from "../../lib/domain/zone.ts";

/** What Debian's own cron did with an expression, measured with the zone data of 2026f. */
type Measured = {
  id: string;
  expr: string;
  tz: string;
  from: string;
  /** Up to five fire times after `from`. */
  expected: string[];
  error?: boolean;
  /** Accepted, but it did not fire before the horizon. */
  never?: boolean;
  exhausted?: boolean;
  /** The measurement stopped there. */
  horizon?: string;
  /** Runs caught up at a clock change come 10 s apart: compare minutes. */
  burst?: boolean;
};

/** The offsets of a zone in 2026f from 2007 to 2037: `offset` until the first change; seconds throughout. */
type ZoneData = { zone: string; offset: number; changes: [at: number, offset: number][] };

const rows = readLines<Measured>("../fixtures/cron-vixie.jsonl");
const zones = new Map(readLines<ZoneData>("../fixtures/zones-2026f.jsonl").map((data) => [data.zone, zoneOf(data)]));

afterEach(() => setZoneSource(intlZone));

describe("Debian's cron, as it was measured", () => {
  it("has all cases to compare with", () => {
    expect(rows).toHaveLength(928);
    expect(new Set(rows.map((row) => row.tz)).size).toBe(zones.size);
  });

  it("fires when the real one fired, given the same zone data", () => {
    setZoneSource((name) => zones.get(name) ?? null);
    expect(rows.filter((row) => !agrees(row)).map(describeRow)).toEqual([]);
  });

  it("differs with this engine's zone data only where that is older", () => {
    const differing = rows.filter((row) => !agrees(row));
    const unexplained = differing.filter((row) => sameOffsets(row));
    expect(unexplained.map(describeRow)).toEqual([]);
    const places = [...new Set(differing.map((row) => row.tz))].toSorted().join(", ");
    console.info(
      `Zone data ${process.versions.tz}: ${differing.length} of ${rows.length} cases need newer (${places}).`,
    );
  });

  it("finds by prev every slot that next found", () => {
    setZoneSource((name) => zones.get(name) ?? null);
    for (const row of rows.filter(({ error }) => error !== true)) {
      const schedule = compile(row);
      for (const slot of schedule.between(Date.parse(row.from), horizonOf(row), 5)) {
        expect([schedule.prev(slot), schedule.next(slot - 1)], describeRow(row)).toEqual([slot, slot]);
      }
    }
  });
});

function readLines<T>(path: string): T[] {
  const text = readFileSync(new URL(path, import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line): T => JSON.parse(line));
}

function compile(row: Measured) {
  return compileSchedule({ kind: "cron", dialect: "vixie", expression: row.expr, timeZone: row.tz });
}

function horizonOf(row: Measured): Instant {
  return row.horizon === undefined ? Infinity : Date.parse(row.horizon);
}

function agrees(row: Measured): boolean {
  try {
    const slots = compile(row).between(Date.parse(row.from), horizonOf(row), 5);
    return row.error !== true && (row.burst === true ? sameMinutes(row, slots) : sameSlots(row, slots));
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return row.error === true;
  }
}

function sameSlots(row: Measured, slots: readonly Instant[]): boolean {
  const bounded = row.horizon !== undefined || row.never === true || row.exhausted === true;
  const wanted = row.expected.map((at) => Date.parse(at));
  if (wanted.some((at, index) => at !== slots[index])) return false;
  return wanted.length === 5 || wanted.length === slots.length || !bounded;
}

function sameMinutes(row: Measured, slots: readonly Instant[]): boolean {
  const wanted = [...new Set(row.expected.map((at) => at.slice(0, 16)))];
  const found = slots.map((slot) => new Date(slot).toISOString().slice(0, 16));
  const count = Math.min(wanted.length, found.length);
  return count > 0 && wanted.slice(0, count).join() === found.slice(0, count).join();
}

function describeRow(row: Measured): string {
  return `${row.id}: ${row.expr} in ${row.tz} from ${row.from}`;
}

/** Whether the engine's zone has the offsets of 2026f around the case. */
function sameOffsets(row: Measured): boolean {
  const theirs = zones.get(row.tz);
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

function zoneOf({ zone: name, offset, changes }: ZoneData): Zone {
  const times = changes.map(([at]) => at * SECOND);
  return {
    name,
    offsetAt: (at) => (changes.findLast(([change]) => change * SECOND <= at)?.[1] ?? offset) * SECOND,
    nextTransition: (after) => times.find((at) => at > after) ?? null,
    prevTransition: (before) => times.findLast((at) => at <= before) ?? null,
  };
}
