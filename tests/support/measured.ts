import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { NamedDialect } from "../../lib/domain/job.ts";
import { compileSchedule, type Schedule, ScheduleError } from "../../lib/domain/schedule.ts";
import { SECOND, type Instant } from "../../lib/domain/time.ts";
import { intlZone, setZoneSource, type Zone } from "../../lib/domain/zone.ts";

/** What a real scheduler did with an expression, measured with the zone data of 2026f. */
export type Measured = {
  id: string;
  expr: string;
  tz: string;
  from: string;
  /** Up to five fire times after `from`. */
  expected: string[];
  /** The scheduler refuses the expression. */
  error?: boolean;
  /** Accepted, but it did not fire before the horizon. */
  never?: boolean;
  exhausted?: boolean;
  /** The measurement stopped there. */
  horizon?: string;
  /** Runs caught up at a clock change come some seconds apart: compare minutes. */
  burst?: boolean;
  /** The scheduler draws the time by lot. */
  random?: boolean;
  /** The daemon that was measured had not noticed a change of the zone. */
  quirk?: string;
};

/** The offsets of a zone in 2026f from 2007 to 2037: `offset` until the first change; seconds throughout. */
type ZoneData = { zone: string; offset: number; changes: [at: number, offset: number][] };

const zones = new Map(readFixture<ZoneData>("zones-2026f.jsonl").map((data) => [data.zone, zoneOf(data)]));

/** The zones of 2026f, by name. */
export function measuredZones(): ReadonlyMap<string, Zone> {
  return zones;
}

/** Makes zones come from the data of 2026f until the test is over. */
export function useMeasuredZones(): void {
  setZoneSource((name) => zones.get(name) ?? null);
  onTestFinished(() => setZoneSource(intlZone));
}

/** The lines of a fixture. */
export function readFixture<T>(name: string): T[] {
  const text = readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line): T => JSON.parse(line));
}

/** The measured cases of a dialect that a prediction can be held against. */
export function measuredCases(dialect: NamedDialect): Measured[] {
  return readFixture<Measured>(`cron-${dialect}.jsonl`).filter((row) => row.random !== true && row.quirk === undefined);
}

/**
 * Holds a dialect against the real scheduler. `differing` names each case that we predict otherwise, with the reason;
 * `count` is how many cases there must be, `least` the share of them that must agree.
 */
export function itFiresAsMeasured(
  dialect: NamedDialect,
  { count, least, differing = {} }: { count: number; least: number; differing?: Readonly<Record<string, string>> },
): void {
  const rows = measuredCases(dialect);

  describe(`${dialect}, as it was measured`, () => {
    it("has all cases to compare with", () => {
      expect(rows).toHaveLength(count);
    });

    it("fires when the real one fired, given the same zone data", () => {
      useMeasuredZones();
      const found = rows.filter((row) => !agrees(dialect, row));
      expect(found.filter((row) => differing[row.id] === undefined).map(describeRow)).toEqual([]);
      expect(found.map((row) => row.id).toSorted()).toEqual(Object.keys(differing).toSorted());
      expect(1 - found.length / rows.length).toBeGreaterThanOrEqual(least);
    });

    it("finds by prev every slot that next found", () => {
      useMeasuredZones();
      for (const row of rows.filter(({ error }) => error !== true)) {
        const schedule = compileRow(dialect, row);
        if (schedule === null || schedule.kind !== "cron") continue;
        for (const slot of schedule.between(Date.parse(row.from), horizonOf(row), 5)) {
          expect([schedule.prev(slot), schedule.next(slot - 1)], describeRow(row)).toEqual([slot, slot]);
        }
      }
    });
  });
}

/** Whether we predict what was measured. */
export function agrees(dialect: NamedDialect, row: Measured): boolean {
  const schedule = compileRow(dialect, row);
  // To refuse what never fires is right as well.
  if (schedule === null) return row.error === true || row.never === true;
  const slots = schedule.between(Date.parse(row.from), horizonOf(row), 5);
  return row.error !== true && (row.burst === true ? sameMinutes(row, slots) : sameSlots(row, slots));
}

export function describeRow(row: Measured): string {
  return `${row.id}: ${row.expr} in ${row.tz} from ${row.from}`;
}

function compileRow(dialect: NamedDialect, row: Measured): Schedule | null {
  try {
    return compileSchedule({ kind: "cron", dialect, expression: row.expr, timeZone: row.tz });
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return null;
  }
}

function horizonOf(row: Measured): Instant {
  return row.horizon === undefined ? Infinity : Date.parse(row.horizon);
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

function zoneOf({ zone: name, offset, changes }: ZoneData): Zone {
  const times = changes.map(([at]) => at * SECOND);
  return {
    name,
    offsetAt: (at) => (changes.findLast(([change]) => change * SECOND <= at)?.[1] ?? offset) * SECOND,
    nextTransition: (after) => times.find((at) => at > after) ?? null,
    prevTransition: (before) => times.findLast((at) => at <= before) ?? null,
  };
}
