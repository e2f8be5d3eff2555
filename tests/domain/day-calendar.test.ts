import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CronFields, DayRule, MonthDayRule, WeekdayRule } from "../../lib/domain/schedule/cron-plan.ts";
import { createDayCalendar } from "../../lib/domain/schedule/day-calendar.ts";
import { anyOf, fieldOf } from "../../lib/domain/schedule/field-reader.ts";
import { DAY } from "../../lib/domain/time.ts";

type Days = Pick<CronFields, "days" | "months" | "weekdays" | "dayRules" | "weekdayRules">;

const NONE = fieldOf("", []);
const NO_DAYS: Days = { days: NONE, months: anyOf(1, 12), weekdays: NONE, dayRules: [], weekdayRules: [] };

/** The days of a month, as the calendar has them. */
function daysOf(days: Partial<Days>, rule: DayRule, { year, month }: Month): number[] {
  const times = { seconds: fieldOf("0", [0]), minutes: fieldOf("0", [0]), hours: fieldOf("0", [0]), years: null };
  const bits = createDayCalendar({ ...times, ...NO_DAYS, ...days }, rule)(year, month);
  return Array.from({ length: 31 }, (_, index) => index + 1).filter((day) => (bits & (1 << (day - 1))) !== 0);
}

type Month = { year: number; month: number };

/** A day of a month with its weekday, and all days of that month. */
type MonthDate = { day: number; weekday: number; at: number; others: readonly Omit<MonthDate, "others">[] };

/** Day by day, without any calculation of weekdays or months' lengths. */
function datesOf({ year, month }: Month): MonthDate[] {
  const others: Omit<MonthDate, "others">[] = [];
  for (let date = new Date(Date.UTC(year, month, 1)); date.getUTCMonth() === month;) {
    others.push({ day: date.getUTCDate(), weekday: date.getUTCDay(), at: date.getTime() });
    date = new Date(date.getTime() + DAY);
  }
  return others.map((date) => ({ ...date, others }));
}

function dayMatches(rule: MonthDayRule, { day, others }: MonthDate): boolean {
  if (rule.kind === "last") return others.filter((other) => other.day > day).length === rule.before;
  const wanted = rule.kind === "last-weekday" ? others.at(-1 - rule.before) : others[rule.day - 1];
  if (wanted === undefined) return false;
  const endsOnSunday = wanted.weekday === 0 && wanted === others.at(-1);
  if (endsOnSunday && rule.kind === "nearest-weekday" && rule.lastSunday === "never") return false;
  const working = others.filter(({ weekday }) => weekday >= 1 && weekday <= 5);
  const nearest = Math.min(...working.map((other) => Math.abs(other.day - wanted.day)));
  return working.some((other) => other.day === day) && Math.abs(day - wanted.day) === nearest;
}

const TUESDAY_2019 = Date.UTC(2019, 0, 1);

function weekdayMatches(rule: WeekdayRule, { day, weekday, at, others }: MonthDate): boolean {
  if (weekday !== rule.weekday) return false;
  if (rule.kind === "weeks") {
    const week = Math.floor((at - TUESDAY_2019) / (7 * DAY)) - rule.remainder;
    return Number.isInteger(week / rule.every);
  }
  const same = others.filter((other) => other.weekday === weekday);
  return same.at(rule.nth > 0 ? rule.nth - 1 : rule.nth)?.day === day;
}

const aMonth = fc.record({ year: fc.integer({ min: 1990, max: 2110 }), month: fc.integer({ min: 0, max: 11 }) });
const aDay = fc.integer({ min: 1, max: 31 });
const aWeekday = fc.integer({ min: 0, max: 6 });

const aDayRule: fc.Arbitrary<MonthDayRule> = fc.oneof(
  fc.record({ kind: fc.constant("last" as const), before: fc.integer({ min: 0, max: 32 }) }),
  fc.record({ kind: fc.constant("last-weekday" as const), before: fc.integer({ min: 0, max: 32 }) }),
  fc.record({ kind: fc.constant("nearest-weekday" as const), day: aDay }),
  fc.record({ kind: fc.constant("nearest-weekday" as const), day: aDay, lastSunday: fc.constant("never" as const) }),
);

const aWeekdayRule: fc.Arbitrary<WeekdayRule> = fc.oneof(
  fc.record({
    kind: fc.constant("nth" as const),
    weekday: aWeekday,
    nth: fc.integer({ min: -5, max: 5 }).filter((nth) => nth !== 0),
  }),
  fc
    .record({ weekday: aWeekday, every: fc.integer({ min: 1, max: 9 }), remainder: fc.integer({ min: 0, max: 8 }) })
    .map((weeks) => ({ ...weeks, kind: "weeks" as const })),
);

describe("the days of a month are those that a look at each day finds", () => {
  it("for days that depend on the month", () => {
    fc.assert(
      fc.property(aMonth, aDayRule, (month, rule) => {
        const expected = datesOf(month).filter((date) => dayMatches(rule, date));
        expect(daysOf({ dayRules: [rule] }, "either", month)).toEqual(expected.map(({ day }) => day));
      }),
      { numRuns: 4_000 },
    );
  });

  it("for weekdays that depend on the date", () => {
    fc.assert(
      fc.property(aMonth, aWeekdayRule, (month, rule) => {
        const expected = datesOf(month).filter((date) => weekdayMatches(rule, date));
        expect(daysOf({ weekdayRules: [rule] }, "either", month)).toEqual(expected.map(({ day }) => day));
      }),
      { numRuns: 4_000 },
    );
  });

  it("for all of them together, in some months, either or both", () => {
    const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 });
    const everything = fc.tuple(some(aDay), some(aDayRule), some(aWeekday), some(aWeekdayRule));
    const months = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 6 });
    fc.assert(
      fc.property(
        aMonth,
        months,
        everything,
        fc.boolean(),
        (month, inMonths, [days, rules, weekdays, byDate], both) => {
          const expected = datesOf(month).filter((date) => {
            const byDay = days.includes(date.day) || rules.some((rule) => dayMatches(rule, date));
            const byWeekday = weekdays.includes(date.weekday) || byDate.some((rule) => weekdayMatches(rule, date));
            return inMonths.includes(month.month + 1) && (both ? byDay && byWeekday : byDay || byWeekday);
          });
          const fields = {
            days: fieldOf("", days),
            months: fieldOf("", inMonths),
            weekdays: fieldOf("", weekdays),
            dayRules: rules,
            weekdayRules: byDate,
          };
          expect(daysOf(fields, both ? "both" : "either", month)).toEqual(expected.map(({ day }) => day));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("the weekday nearest to a day", () => {
  it.each([
    ["Saturday the 15th", 2026, 7, { kind: "nearest-weekday", day: 15 }, [14]],
    ["Sunday the 15th", 2026, 1, { kind: "nearest-weekday", day: 15 }, [16]],
    ["Saturday the 1st", 2026, 7, { kind: "nearest-weekday", day: 1 }, [3]],
    ["Sunday the 31st", 2026, 4, { kind: "nearest-weekday", day: 31 }, [29]],
    ["Sunday the 31st, never", 2026, 4, { kind: "nearest-weekday", day: 31, lastSunday: "never" }, []],
    ["no 31st", 2026, 5, { kind: "nearest-weekday", day: 31 }, []],
    ["the last day, a Sunday", 2026, 4, { kind: "last-weekday", before: 0 }, [29]],
    ["the day before the 1st", 2026, 5, { kind: "last-weekday", before: 30 }, []],
  ] satisfies [string, number, number, MonthDayRule, number[]][])("%s", (_, year, month, rule, expected) => {
    expect(daysOf({ dayRules: [rule] }, "either", { year, month })).toEqual(expected);
  });
});
