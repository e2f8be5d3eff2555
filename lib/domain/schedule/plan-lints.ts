import type { Schedule } from "../schedule.ts";
import type { Instant } from "../time.ts";
import type { CronField, CronFields, CronPlan, DayRule } from "./cron-plan.ts";
import { monthName } from "./day-words.ts";
import { longestMonth } from "./month-lengths.ts";
import { inWords } from "./word-list.ts";

/** A plan with what is known of its schedule. */
export type LintedPlan = {
  plan: Extract<CronPlan, { kind: "times" }>;
  dayRule: DayRule;
  schedule: Pick<Schedule, "next" | "prev" | "neverRuns">;
  /** The zone chosen for the job. */
  timeZone: string;
};

/** What follows from the plan whatever the scheduler, and its author may not expect; one sentence each. */
export function lintsOf({ plan, dayRule, schedule, timeZone }: LintedPlan, now: Instant): string[] {
  if (schedule.neverRuns) return [];
  const lints = [
    isOver(schedule, now) ? "This does not run again: its last time is past." : null,
    ...shortMonths(plan.fields, dayRule),
    ...unevenSteps(plan.fields),
    plan.timeZone !== undefined && plan.timeZone !== timeZone
      ? `The time zone in the expression, ${plan.timeZone}, goes before the job's, ${timeZone}.`
      : null,
  ];
  return lints.filter((lint) => lint !== null);
}

function isOver({ next, prev }: LintedPlan["schedule"], now: Instant): boolean {
  return next(now) === null && prev(now) !== null;
}

const LEAP_DAY = 29;

/** For the days that stand in the text by themselves, and the first: in `*` or a range later ones are missed by nobody. */
function shortMonths(fields: CronFields, dayRule: DayRule): string[] {
  const { days, dayRules, months, weekdays } = fields;
  const alone = dayRule === "both" || weekdays.values.length + fields.weekdayRules.length === 0;
  if (dayRules.length > 0 || !alone) return [];
  const written = new Set(days.text.split(","));
  const late = days.values.filter((day, index) => day >= LEAP_DAY && (index === 0 || written.has(String(day))));
  const lints = late.includes(LEAP_DAY) && months.values.includes(2) ? [leapYears(fields)] : [];
  const missing = late
    .map((day) => ({ day, short: months.values.filter((month) => longestMonth(month) < day) }))
    .filter(({ short }) => short.length > 0);
  if (missing.length === 0) return lints;
  const parts = missing.map(
    ({ day, short }) => `${inWords(short, monthName)} ${short.length === 1 ? "has" : "have"} no day ${day}`,
  );
  const isOne = missing.every(({ short }) => short.length === 1);
  return [...lints, `${parts.join(", and ")}: this leaves ${isOne ? "it" : "them"} out.`];
}

function leapYears({ days, months }: CronFields): string {
  const isAll = months.values.length === 1 && days.values.every((day) => day >= LEAP_DAY);
  const rest = isAll ? "this runs in no other year." : "in other years this leaves it out.";
  return `February has a day 29 in leap years only: ${rest}`;
}

/** A field whose steps begin anew with each `period`. */
type Cycle = { field: CronField; name: string; size: number; period: string; counts: boolean };

function unevenSteps({ seconds, minutes, hours, days, weekdays }: CronFields): string[] {
  const everyDay = days.values.length === 31 && weekdays.values.length === 7;
  const cycles: Cycle[] = [
    { field: seconds, name: "second", size: 60, period: "minute", counts: minutes.values.length === 60 },
    { field: minutes, name: "minute", size: 60, period: "hour", counts: hours.values.length === 24 },
    { field: hours, name: "hour", size: 24, period: "day", counts: everyDay },
    { field: days, name: "day", size: 31, period: "month", counts: weekdays.values.length === 7 },
  ];
  return cycles.filter(({ counts }) => counts).flatMap((cycle) => unevenStep(cycle) ?? []);
}

/** A step of 45 minutes may be taken for every 45 minutes throughout. */
function unevenStep({ field, name, size, period }: Cycle): string | null {
  const step = Number(/^(?:\*|\d+)\/(\d+)$/.exec(field.text)?.[1] ?? 1);
  const [first] = field.values;
  const last = field.values.at(-1);
  if (step < 2 || first === undefined || last === undefined) return null;
  const written = `"${field.text}" in the ${name} field`;
  if (first === last) return `${written} is ${name} ${first} only: steps do not go beyond the ${period}.`;
  if (size === 31) return `${written} begins anew at day ${first} of every month, whichever day came last.`;
  const rest = size - last + first;
  if (rest === step) return null;
  return `${written} begins anew every ${period}: from ${name} ${last} to ${name} ${first} it is ${rest} ${name}${rest === 1 ? "" : "s"}.`;
}
