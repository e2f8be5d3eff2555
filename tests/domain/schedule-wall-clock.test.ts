import { CronExpressionParser } from "cron-parser";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSchedule } from "../../lib/domain/schedule.ts";
import { DAY, type Instant } from "../../lib/domain/time.ts";

const instant = fc
  .integer({ min: Date.UTC(1990, 0, 1) / 1000, max: Date.UTC(2090, 0, 1) / 1000 })
  .map((seconds) => seconds * 1000);

function field(low: number, high: number): fc.Arbitrary<number[] | null> {
  return fc.option(fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 5 }), { freq: 3 });
}

/** Five fields of plain lists, which all schedulers read alike, and the same with lists instead of `*`. */
const fields = fc
  .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6))
  .map((lists) => lists.map((list) => (list === null ? "*" : list.toSorted((a, b) => a - b).join(","))).join(" "));

function compile(expression: string) {
  return compileSchedule({ kind: "cron", dialect: "vixie", expression, timeZone: "UTC" });
}

describe("wall times", () => {
  it("are those that cron-parser finds in UTC", () => {
    fc.assert(
      fc.property(fields, instant, (expression, from) => {
        expect(compile(expression).between(from, Infinity, 4)).toEqual(theirs(expression, from));
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    ["0 0 29 2 *", "2096-03-01", "2104-02-29T00:00"],
    ["0 0 29 2 */7", "2032-03-01", "2060-02-29T00:00"],
    ["59 23 31 12 *", "2026-12-31T23:59", "2027-12-31T23:59"],
    ["0 0 31 * *", "2026-01-31", "2026-03-31T00:00"],
  ])("%s after %s", (expression, from, expected) => {
    const next = compile(expression).next(Date.parse(`${from}Z`));
    expect(new Date(next ?? 0).toISOString().slice(0, 16)).toBe(expected);
  });

  it("count milliseconds as part of their second", () => {
    const schedule = compile("0 12 * * *");
    const noon = Date.UTC(2026, 5, 1, 12);
    expect([schedule.next(noon - 1), schedule.next(noon), schedule.prev(noon + 1), schedule.prev(noon - 1)]).toEqual([
      noon,
      noon + DAY,
      noon,
      noon - DAY,
    ]);
  });

  it("has none outside of the years that zones are known for", () => {
    const schedule = compile("* * * * *");
    const [first, last] = [Date.UTC(1901, 0, 1), Date.UTC(2499, 0, 1)];
    for (const at of [-Infinity, -8.64e15]) expect([schedule.next(at), schedule.prev(at)]).toEqual([first, null]);
    for (const at of [Infinity, 8.64e15, Date.UTC(2600, 0, 1)]) {
      expect([schedule.next(at), schedule.prev(at)]).toEqual([null, last]);
    }
    expect([schedule.next(Number.NaN), schedule.prev(Number.NaN)]).toEqual([null, null]);
  });
});

function theirs(expression: string, from: Instant): Instant[] {
  try {
    const iterator = CronExpressionParser.parse(expression, { tz: "UTC", currentDate: new Date(from) });
    return Array.from({ length: 4 }, () => iterator.next().getTime());
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("Invalid explicit day of month")) return [];
    throw error;
  }
}
