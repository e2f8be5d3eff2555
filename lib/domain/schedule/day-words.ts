import type { CronFields, DayRule, MonthDayRule, WeekdayRule } from "./cron-plan.ts";
import { type Brevity, inWords, joined, ordinal, progressionOf } from "./word-list.ts";

/** On which days, months and years, such as "on the last day of the month in March"; empty for every day. */
export function datesInWords(fields: CronFields, rule: DayRule, most: Brevity): string {
  const days = daysInWords(fields, rule, most);
  const years = yearsInWords(fields, most);
  if (days === null) return [monthsInWords(fields, most), years].filter((words) => words !== "").join(" ");
  const months = days.namesMonth ? "" : monthsInWords(fields, most);
  return ["on", days.words, months, years].filter((words) => words !== "").join(" ");
}

/** `namesMonth`: the words say which month, as "1 January" does. */
type DayWords = { words: string; namesMonth: boolean };

/** On which days of a matching month; null for all of them. */
function daysInWords(fields: CronFields, rule: DayRule, most: Brevity): DayWords | null {
  const dates = fields.days.values.length === 31 ? null : monthDaysInWords(fields, most);
  const names = fields.weekdays.values.length === 7 ? null : weekdaysInWords(fields, most);
  if (rule === "either") {
    if (dates === null || names === null) return null;
    if (names.words === "") return dates;
    if (dates.words === "") return names;
    const every = fields.weekdays.values.length > 0 ? "every " : "";
    return { words: `${dates.words}, and on ${every}${names.words}`, namesMonth: dates.namesMonth && names.namesMonth };
  }
  if (dates === null || names === null) return dates ?? names;
  return { words: `${names.words} when it falls on ${dates.words}`, namesMonth: dates.namesMonth };
}

/** "the month", or its name where there is only one. */
function monthOf({ months }: CronFields): { name: string; namesMonth: boolean } {
  const [month] = months.values;
  const only = months.values.length === 1 && month !== undefined;
  return { name: only ? monthName(month) : "the month", namesMonth: only };
}

const MOST_DATES = 3;

function monthDaysInWords(fields: CronFields, most: Brevity): DayWords {
  const { days, dayRules } = fields;
  const { name, namesMonth } = monthOf(fields);
  if (days.values.length + dayRules.length === 0) return { words: "", namesMonth };
  if (dayRules.length === 0) {
    if (namesMonth && days.values.length <= MOST_DATES) {
      return { words: `${inWords(days.values, String)} ${name}`, namesMonth };
    }
    const progression = days.values.length >= 4 ? progressionOf(days.values) : null;
    if (progression !== null) {
      const { step, first, last } = progression;
      return { words: `every ${ordinal(step)} day of ${name} from day ${first} to day ${last}`, namesMonth };
    }
  }
  const numbered = `${days.values.length === 1 ? "day" : "days"} ${inWords(days.values, String, most)}`;
  const items = [...(days.values.length === 0 ? [] : [numbered]), ...new Set(dayRulesInWords(dayRules))];
  return { words: `${joined(items, most)} of ${name}`, namesMonth };
}

function dayRulesInWords(rules: readonly MonthDayRule[]): string[] {
  const before = new Set(rules.flatMap((rule) => (rule.kind === "last" ? [rule.before] : [])));
  let tail = 0;
  while (before.has(tail)) tail += 1;
  const words = rules
    .filter((rule) => rule.kind !== "last" || rule.before >= tail)
    .map((rule) => (rule.kind === "nearest-weekday" ? `the weekday nearest to day ${rule.day}` : lastInWords(rule)));
  return [...words, ...(tail === 0 ? [] : [tail === 1 ? "the last day" : `the last ${tail} days`])];
}

function lastInWords({ kind, before }: Exclude<MonthDayRule, { kind: "nearest-weekday" }>): string {
  if (kind === "last-weekday" && before === 0) return "the last weekday";
  const day = before === 1 ? "the day before the last day" : `the ${ordinal(before)} day before the last day`;
  return kind === "last" ? day : `the weekday nearest to ${day}`;
}

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function weekdayName(weekday: number): string {
  return WEEKDAYS[weekday % 7] ?? String(weekday);
}

function weekdaysInWords(fields: CronFields, most: Brevity): DayWords {
  const { weekdays, weekdayRules } = fields;
  const fromMonday = weekdays.values.map((weekday) => (weekday === 0 ? 7 : weekday)).toSorted((a, b) => a - b);
  const plain = fromMonday.length === 0 ? [] : [inWords(fromMonday, weekdayName)];
  const weeks = new Set(weekdayRules.flatMap((rule) => (rule.kind === "weeks" ? [weeksInWords(rule)] : [])));
  const nth = new Set(weekdayRules.flatMap((rule) => (rule.kind === "nth" ? [nthInWords(rule)] : [])));
  const month = monthOf(fields);
  const namesMonth = month.namesMonth && plain.length + weeks.size === 0;
  const ofMonth = nth.size === 0 ? [] : [`${joined([...nth], most)} of ${namesMonth ? month.name : "the month"}`];
  return { words: joined([...plain, ...weeks, ...ofMonth], most), namesMonth };
}

const NTH = ["first", "second", "third", "fourth", "fifth"];

function nthInWords({ weekday, nth }: Extract<WeekdayRule, { kind: "nth" }>): string {
  const place = NTH[Math.abs(nth) - 1] ?? ordinal(Math.abs(nth));
  if (nth > 0) return `the ${place} ${weekdayName(weekday)}`;
  return nth === -1 ? `the last ${weekdayName(weekday)}` : `the ${place} to last ${weekdayName(weekday)}`;
}

function weeksInWords({ weekday, every, remainder }: Extract<WeekdayRule, { kind: "weeks" }>): string {
  if (every === 1) return `every ${weekdayName(weekday)}`;
  const week = ((remainder % every) + every) % every;
  const first = new Date(Date.UTC(2019, 0, 1 + ((weekday + 5) % 7) + 7 * week));
  const date = `${first.getUTCDate()} ${monthName(first.getUTCMonth() + 1)} ${first.getUTCFullYear()}`;
  return `every ${NTH[every - 1] ?? ordinal(every)} ${weekdayName(weekday)} (counted from ${date})`;
}

const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July"],
  ...["August", "September", "October", "November", "December"],
];

/** "January" for 1. */
export function monthName(month: number): string {
  return MONTHS[month - 1] ?? String(month);
}

function monthsInWords({ months }: CronFields, most: Brevity): string {
  return months.values.length === 12 ? "" : `in ${inWords(months.values, monthName, most)}`;
}

const MOST_YEARS = 4;

function yearsInWords({ years }: CronFields, most: Brevity): string {
  if (years === null) return "";
  const progression = years.values.length > MOST_YEARS ? progressionOf(years.values) : null;
  if (progression === null) return `in ${inWords(years.values, String, most)}`;
  return `in every ${ordinal(progression.step)} year from ${progression.first} to ${progression.last}`;
}
