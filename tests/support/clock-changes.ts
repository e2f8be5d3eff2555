import fc from "fast-check";
import type { ScheduleSpec } from "../../lib/domain/job.ts";
import { DAY, HOUR, type Instant } from "../../lib/domain/time.ts";
import { measuredZones } from "./measured.ts";

const minute = fc.constantFrom("*", "0", "30", "59", "*/15", "0-59/20", "15,45", "1-59/2");
const hour = fc.constantFrom("*", "0", "1", "2", "3", "23", "0-4", "1,2", "*/3", "0-23", "*/2");
const day = fc.constantFrom("*", "*", "*", "1-7", "25-31", "*/2");
const month = fc.constantFrom("*", "*", "3,10");
const weekday = fc.constantFrom("*", "*", "*", "SUN", "1-5", "FRI");
const second = fc.constantFrom("0", "30", "*/20");
const fiveFields = fc.tuple(minute, hour, day, month, weekday).map((fields) => fields.join(" "));
const sixFields = fc.tuple(second, fiveFields).map((fields) => fields.join(" "));
const withQuestion = fc.tuple(second, minute, hour, day, month).map((fields) => `${fields.join(" ")} ?`);

/** Expressions that several schedulers read alike, many of them with times in the hours at which clocks are changed. */
export const expressionArbitrary = fc.oneof(fiveFields, sixFields, withQuestion);

/** The time around a change of the offset, in one of the measured zones. */
export type ClockChange = { zone: string; before: Instant; at: Instant; after: Instant };

const ANY_TIME = fc.integer({ min: Date.UTC(2007, 6, 1), max: Date.UTC(2036, 0, 1) });

/** Changes of the offset with 5 hours and the length of the change around them. */
export const clockChangeArbitrary: fc.Arbitrary<ClockChange> = fc
  .tuple(fc.constantFrom(...measuredZones().values()), ANY_TIME)
  .map(([zone, anyTime]) => {
    const at = zone.nextTransition(anyTime) ?? zone.prevTransition(anyTime) ?? anyTime;
    const around = Math.min(Math.abs(zone.offsetAt(at) - zone.offsetAt(at - 1)), DAY) + 5 * HOUR;
    return { zone: zone.name, before: at - around, at, after: at + around };
  });

/** An expression of which nobody said whose rules it follows. */
export function unsure(expression: string, timeZone = "America/New_York"): ScheduleSpec {
  return { kind: "cron", dialect: "auto", expression, timeZone };
}
