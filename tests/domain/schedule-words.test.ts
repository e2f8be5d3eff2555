import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CronFields, CronPlan, DayRule, MonthDayRule, WeekdayRule } from "../../lib/domain/schedule/cron-plan.ts";
import { describePlan } from "../../lib/domain/schedule/cron-words.ts";
import { DIALECTS } from "../../lib/domain/schedule/dialects.ts";
import { anyOf, fieldOf, type FieldSyntax, readItems } from "../../lib/domain/schedule/field-reader.ts";

const ANY: CronFields = {
  seconds: fieldOf("0", [0]),
  minutes: anyOf(0, 59),
  hours: anyOf(0, 23),
  days: anyOf(1, 31),
  months: anyOf(1, 12),
  weekdays: anyOf(0, 6),
  dayRules: [],
  weekdayRules: [],
  years: null,
};

type Parts = Partial<Omit<CronFields, "dayRules" | "weekdayRules" | "years">> & {
  dayRules?: MonthDayRule[];
  weekdayRules?: WeekdayRule[];
  years?: number[];
};

function plan({ years, ...parts }: Parts): Extract<CronPlan, { kind: "times" }> {
  return {
    kind: "times",
    fields: { ...ANY, ...parts, years: years === undefined ? null : fieldOf("y", years) },
    warnings: [],
  };
}

const RANGES = { seconds: [0, 59], minutes: [0, 59], hours: [0, 23] } as const;

/** The words of "second minute hour" on every day. */
function timeWords(text: string): string {
  const [seconds = "", minutes = "", hours = ""] = text.split(" ");
  const read = (value: string, name: keyof typeof RANGES) => {
    const [low, high] = RANGES[name];
    const syntax: FieldSyntax = { name, low, high, names: [], example: "0", scheduler: "a test", reversed: "reject" };
    return readItems(value, syntax);
  };
  const fields = { seconds: read(seconds, "seconds"), minutes: read(minutes, "minutes"), hours: read(hours, "hours") };
  return describePlan(plan(fields), { dayRule: () => "both" });
}

describe("times of a day", () => {
  it.each([
    ["* * *", "Every second"],
    ["*/10 * *", "Every 10 seconds"],
    ["*/30 * *", "Every 30 seconds"],
    ["*/7 * *", "At seconds 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every minute"],
    ["0,30 0 12", "At 12:00 and 12:00:30 every day"],
    ["30 0 12", "At 12:00:30 every day"],
    ["30 * *", "Every minute at second 30"],
    ["30 */5 *", "Every 5 minutes at second 30"],
    ["0 */30 *", "Every 30 minutes"],
    ["0 0,30 9-17", "Every 30 minutes from 09:00 to 17:30"],
    ["15 0 *", "At 15 seconds past every hour"],
    ["1 1 *", "At 1 minute and 1 second past every hour"],
    ["30 0 9-17", "Every hour from 09:00:30 to 17:00:30"],
    ["30 0 */6", "Every 6 hours from 00:00:30"],
    ["*/10 * 2", "Every 10 seconds from 02:00 to 02:59"],
    ["*/10 5 *", "Every 10 seconds of minute 5 of every hour"],
    ["* 0-4 9-17", "Every second of the minutes 0 to 4 of the hours 09 to 17"],
    ["5,40 * 1,9", "At seconds 5 and 40 of every minute of the hours 01 and 09"],
    ["20 3,9,11 1,5,9", "At minutes 3, 9 and 11 of the hours 01, 05 and 09 at second 20 every day"],
  ])("%s: %s", (text, words) => expect(timeWords(text)).toBe(words));
});

const NOON = { minutes: fieldOf("0", [0]), hours: fieldOf("12", [12]) };
const NO_DAYS = fieldOf("?", []);
const MARCH = fieldOf("3", [3]);

describe("days that depend on the month", () => {
  it.each<[MonthDayRule[], string]>([
    [[{ kind: "last", before: 0 }], "on the last day of the month"],
    [[{ kind: "last", before: 1 }], "on the day before the last day of the month"],
    [[{ kind: "last", before: 3 }], "on the 3rd day before the last day of the month"],
    [[0, 1, 2].map((before) => ({ kind: "last", before })), "on the last 3 days of the month"],
    [[{ kind: "nearest-weekday", day: 15 }], "on the weekday nearest to day 15 of the month"],
    [[{ kind: "last-weekday", before: 0 }], "on the last weekday of the month"],
    [[{ kind: "last-weekday", before: 2 }], "on the weekday nearest to the 2nd day before the last day of the month"],
  ])("%j: %s", (dayRules, words) => {
    expect(describePlan(plan({ ...NOON, days: NO_DAYS, dayRules }), { dayRule: () => "both" })).toBe(
      `At 12:00 ${words}`,
    );
  });

  it.each<[string, Parts, string]>([
    ["both", { dayRules: [{ kind: "last", before: 0 }], months: MARCH }, "on the last day of March"],
    [
      "both",
      { dayRules: [{ kind: "last", before: 0 }], days: fieldOf("1", [1]) },
      "on day 1 and the last day of the month",
    ],
    ["both", { weekdayRules: [{ kind: "nth", weekday: 1, nth: 2 }] }, "on the second Monday of the month"],
    ["both", { weekdayRules: [{ kind: "nth", weekday: 5, nth: -1 }], months: MARCH }, "on the last Friday of March"],
    ["both", { weekdayRules: [{ kind: "nth", weekday: 5, nth: -2 }] }, "on the second to last Friday of the month"],
    [
      "both",
      { weekdayRules: [{ kind: "weeks", weekday: 1, every: 2, remainder: 1 }] },
      "on every second Monday (counted from 14 January 2019)",
    ],
    [
      "both",
      { weekdayRules: [{ kind: "weeks", weekday: 1, every: 2, remainder: 0 }] },
      "on every second Monday (counted from 7 January 2019)",
    ],
    [
      "both",
      { weekdayRules: [{ kind: "weeks", weekday: 1, every: 6, remainder: 1 }] },
      "on every 6th Monday (counted from 14 January 2019)",
    ],
    [
      "both",
      { weekdays: fieldOf("1", [1]), weekdayRules: [{ kind: "nth", weekday: 6, nth: 1 }], months: MARCH },
      "on Monday and the first Saturday of the month in March",
    ],
    [
      "both",
      { days: fieldOf("13", [13]), weekdays: fieldOf("5", [5]) },
      "on Friday when it falls on day 13 of the month",
    ],
    [
      "either",
      { days: fieldOf("1", [1]), weekdays: fieldOf("1", [1]), months: MARCH },
      "on 1 March, and on every Monday in March",
    ],
    [
      "either",
      { days: NO_DAYS, dayRules: [{ kind: "last", before: 0 }], weekdays: fieldOf("1", [1]) },
      "on the last day of the month, and on every Monday",
    ],
    ["both", { days: fieldOf("1-9", [1, 2, 3, 4, 9]), months: MARCH }, "on days 1 to 4 and 9 of March"],
    ["both", { years: [2027] }, "every day in 2027"],
    ["both", { years: [2027], days: fieldOf("1", [1]), months: MARCH }, "on 1 March in 2027"],
    ["both", { years: [2026, 2028, 2030, 2032, 2034] }, "every day in every 2nd year from 2026 to 2034"],
  ])("%s %j", (rule, parts, words) => {
    const fields = { ...NOON, ...parts };
    if (parts.weekdayRules !== undefined && parts.weekdays === undefined) fields.weekdays = NO_DAYS;
    if (parts.dayRules !== undefined && parts.days === undefined) fields.days = NO_DAYS;
    expect(describePlan(plan(fields), { dayRule: () => rule as DayRule })).toBe(`At 12:00 ${words}`);
  });
});

describe("other plans", () => {
  it.each<[CronPlan, string]>([
    [{ kind: "event", warnings: [] }, "When the machine starts"],
    [{ kind: "every", everyMs: 90_000, warnings: [] }, "Every 90 seconds"],
    [plan({ ...NOON, months: fieldOf("x", []) }), "Never"],
  ])("%j: %s", (cron, words) => expect(describePlan(cron, { dayRule: () => "both" })).toBe(words));
});

describe("whatever is read", () => {
  const values = (low: number, high: number) =>
    fc.oneof(
      fc.constant(anyOf(low, high)),
      fc.uniqueArray(fc.integer({ min: low, max: high })).map((some) => fieldOf("some", some)),
      fc.constant(
        fieldOf(
          "odd",
          anyOf(low, high).values.filter((value) => value % 3 !== 1),
        ),
      ),
    );
  const monthDay = fc.oneof(
    fc.record({ kind: fc.constantFrom("last" as const, "last-weekday" as const), before: fc.nat(30) }),
    fc.record({ kind: fc.constant("nearest-weekday" as const), day: fc.integer({ min: 1, max: 31 }) }),
  );
  const nth = fc.constantFrom(1, 2, 3, 4, 5, -1, -2, -5);
  const weekday = fc.oneof(
    fc.record({ kind: fc.constant("nth" as const), weekday: fc.nat(6), nth }),
    fc.record({
      kind: fc.constant("weeks" as const),
      weekday: fc.nat(6),
      every: fc.integer({ min: 1, max: 60 }),
      remainder: fc.nat(5),
    }),
  );
  const years = fc
    .uniqueArray(fc.integer({ min: 1970, max: 2199 }), { maxLength: 60 })
    .map((some) => fieldOf("y", some));
  const fields = fc.record({
    seconds: values(0, 59),
    minutes: values(0, 59),
    hours: values(0, 23),
    days: values(1, 31),
    months: values(1, 12),
    weekdays: values(0, 6),
    dayRules: fc.array(monthDay, { maxLength: 40 }),
    weekdayRules: fc.array(weekday, { maxLength: 40 }),
    years: fc.option(years),
  });

  it("is one line of at most 250 characters without a hole", () => {
    fc.assert(
      fc.property(fields, fc.constantFrom("either" as const, "both" as const), (some, rule) => {
        const words = describePlan({ kind: "times", fields: some, warnings: [] }, { dayRule: () => rule });
        expect(words).toMatch(/^(?:Never|(?:At|Every) .+)$/);
        expect(words.length).toBeLessThanOrEqual(250);
        expect(words).not.toMatch(/undefined|NaN|null|Infinity|  | ,|\bon(?: in|$)|\band(?: of|$)/);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(Object.entries(DIALECTS))("the example of %s has words", (_, row) => {
    expect(describePlan(row.grammar(row.example), row)).toMatch(/^(?:At|Every) .{3,100}$/);
  });
});

it.each([
  ["0~30 2 * * *", "At 02:00 every day, or up to 30 minutes later by lot"],
  ["0 2 * ~ *", "At 02:00 every day in January, or up to 341 days later by lot"],
])("%s names the lot: %s", (expression, words) => {
  expect(describePlan(DIALECTS.cronie.grammar(expression), DIALECTS.cronie)).toBe(words);
});
