import { afterEach, describe, expect, it } from "vitest";
import type { NamedDialect } from "../../../lib/domain/job.ts";
import { readAloud } from "../../../lib/domain/schedule/reading.ts";
import { DAY, HOUR } from "../../../lib/domain/time.ts";
import { intlZone, setZoneSource } from "../../../lib/domain/zone.ts";

const AUTUMN = Date.UTC(2026, 9, 20, 12);

/** Newer data, by which Nairobi goes an hour ahead at `change`. */
function moveNairobi(change: number): void {
  setZoneSource((name) => {
    if (name !== "Africa/Nairobi") return intlZone(name);
    return {
      name,
      offsetAt: (at) => (at < change ? 3 : 4) * HOUR,
      nextTransition: (after) => (after < change ? change : null),
      prevTransition: (before) => (before >= change ? change : null),
    };
  });
}

function warnings(dialect: NamedDialect, timeZone = "Africa/Nairobi"): readonly string[] {
  return readAloud({ kind: "cron", dialect, expression: "0 2 * * *", timeZone }, AUTUMN, 1).warnings;
}

const START = "BullMQ takes time zones from Node, and the data of Belfry's Node for Africa/Nairobi is not the newest";
const END = "these runs are placed by Node's.";

describe("where the engine's zone is not that of the data in use", () => {
  afterEach(() => setZoneSource(intlZone));

  it.each([
    ["at present", AUTUMN - DAY, [`${START} even now: ${END}`]],
    ["in the coming year", Date.UTC(2027, 2, 1), [`${START} from 1 March 2027 on: ${END}`]],
    ["later", AUTUMN + 400 * DAY, []],
  ])("%s, BullMQ's schedule says so", (_, change, expected) => {
    moveNairobi(change);
    expect(warnings("bullmq")).toEqual(expected);
    expect(warnings("bullmq", "Europe/Berlin")).toEqual([]);
    expect(warnings("vixie")).toEqual([]);
  });

  it("there is nothing to say where both agree", () => expect(warnings("bullmq")).toEqual([]));
});
