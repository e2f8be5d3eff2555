import fc from "fast-check";
import { onTestFinished } from "vitest";
import type { ScheduleSpec } from "../../lib/domain/job.ts";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";
import { intlZone, setZoneSource, type Zone } from "../../lib/domain/zone.ts";
import { unsure } from "./clock-changes.ts";
import { instant } from "./scenario.ts";

const NAME = "Test/Restless";
const FORWARD = instant("00:00") + 90 * MINUTE;
const BACK = instant("00:00") + 4 * HOUR;

/** Within one life its clocks are put forward by an hour, from 01:30 to 02:30, and back, from 05:00 to 04:00. */
const restlessZone: Zone = {
  name: NAME,
  offsetAt: (at) => (at >= FORWARD && at < BACK ? HOUR : 0),
  nextTransition: (after) => [FORWARD, BACK].find((change) => change > after) ?? null,
  prevTransition: (before) => [FORWARD, BACK].findLast((change) => change <= before) ?? null,
};

/** Puts that zone in force until the test is over. */
export function useRestlessZone(): void {
  setZoneSource((name) => (name === NAME ? restlessZone : null));
  onTestFinished(() => setZoneSource(intlZone));
}

/** Schedules of which nobody said whose rules they follow, in that zone: some of their slots are optional. */
export const unsureScheduleArbitrary: fc.Arbitrary<ScheduleSpec> = fc
  .constantFrom("0 * * * *", "0 0-23 * * *", "*/10 * * * *", "*/30 1-5 * * *", "45 1,4 * * *", "0 7,37 * * * ?")
  .map((expression) => unsure(expression, NAME));
