import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { changesOfRule, parsePosixRule } from "../../lib/zones/posix-rule.ts";

/** As `instant offset-in-hours`, in UTC. */
function changesIn(rule: string, year: number, until = year): string[] {
  const iso = (at: number) => new Date(at).toISOString().slice(0, 16);
  return changesOfRule(parsePosixRule(rule), year, until).map(({ at, offset }) => `${iso(at)} ${offset / HOUR}`);
}

describe("a rule without daylight saving", () => {
  it.each([
    ["UTC0", 0],
    ["<+03>-3", 3 * HOUR],
    ["<-0330>3:30", -3 * HOUR - 30 * MINUTE],
    ["<+0545>-5:45", 5 * HOUR + 45 * MINUTE],
    ["LMT0:00:36", -36 * SECOND],
    ["<+14>-14", 14 * HOUR],
    ["AAA+01", -HOUR],
  ])("%s", (text, standard) => expect(parsePosixRule(text)).toEqual({ standard, daylight: null }));
});

describe("a rule with daylight saving tells the changes of a year", () => {
  it.each([
    ["in the north", "CET-1CEST,M3.5.0,M10.5.0/3", ["2026-03-29T01:00 2", "2026-10-25T01:00 1"]],
    ["in the south", "AEST-10AEDT,M10.1.0,M4.1.0/3", ["2026-04-04T16:00 10", "2026-10-03T16:00 11"]],
    [
      "with an offset of its own",
      "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
      ["2026-04-04T15:00 10.5", "2026-10-03T15:30 11"],
    ],
    ["that is behind", "IST-1GMT0,M10.5.0,M3.5.0/1", ["2026-03-29T01:00 1", "2026-10-25T01:00 0"]],
    ["at an hour below zero", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", ["2026-03-29T01:00 -1", "2026-10-25T01:00 -2"]],
    ["at an hour beyond the day", "IST-2IDT,M3.4.4/26,M10.5.0", ["2026-03-27T00:00 3", "2026-10-24T23:00 2"]],
    ["at a minute", "NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01:30", ["2026-03-08T03:31 -2.5", "2026-11-01T02:31 -3.5"]],
    ["on numbered days without 29 February", "AAA0BBB,J59/0,J60/0", ["2026-02-28T00:00 1", "2026-02-28T23:00 0"]],
    ["on numbered days from zero", "AAA0BBB,58/0,59/0", ["2026-02-28T00:00 1", "2026-02-28T23:00 0"]],
  ])("%s: %s", (_, rule, changes) => expect(changesIn(rule, 2026)).toEqual(changes));

  it("in a leap year, where J60 is still 1 March and 59 is 29 February", () => {
    expect(changesIn("AAA0BBB,J60/0,J300/0", 2028)[0]).toBe("2028-03-01T00:00 1");
    expect(changesIn("AAA0BBB,59/0,300/0", 2028)[0]).toBe("2028-02-29T00:00 1");
    expect(changesIn("AAA0BBB,M2.5.0/0,M10.1.0/0", 2032)[0]).toBe("2032-02-29T00:00 1");
  });

  it("never ends where each end is the next start", () => {
    expect(changesIn("XXX3EDT4,0/0,J365/23", 2026, 2028)).toEqual([
      "2026-01-01T03:00 -4",
      "2027-01-01T03:00 -4",
      "2028-01-01T03:00 -4",
      "2029-01-01T03:00 -3",
    ]);
  });
});

describe("what is no rule", () => {
  it.each([
    "",
    "AB3",
    "CET",
    "CET-1 ",
    "<+3>-3",
    "<+03-3",
    "CET-26",
    "CET-1:60",
    "CET-1CEST",
    "CET-1CEST,M3.5.0",
    "CET-1CEST,M3.5.0,M10.5.0/3,",
    "CET-1CEST,M13.5.0,M10.5.0",
    "CET-1CEST,M3.0.0,M10.5.0",
    "CET-1CEST,M3.6.0,M10.5.0",
    "CET-1CEST,M3.5.7,M10.5.0",
    "CET-1CEST,J0,J365",
    "CET-1CEST,J1,J366",
    "CET-1CEST,0,366",
    "CET-1CEST,M3.5.0/168,M10.5.0",
    "💥",
  ])("%j is refused", (text) => expect(() => parsePosixRule(text)).toThrow("cannot be read"));

  it("is never more than refused", () => {
    const pieces = fc.constantFrom(
      "CET",
      "<+03>",
      "-1",
      "3:30",
      ",",
      "M3.5.0",
      "J60",
      "59",
      "/",
      "/26",
      "-",
      "\0",
      "9",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((list) => list.join("")),
        ),
        (text) => {
          try {
            for (const { at, offset } of changesOfRule(parsePosixRule(text), 1900, 2500)) {
              expect(Number.isSafeInteger(at) && Number.isSafeInteger(offset)).toBe(true);
            }
          } catch (error) {
            expect(error).toMatchObject({ message: expect.stringMatching(/^its rule ".* cannot be read$/) });
          }
        },
      ),
    );
  });
});
