import type { CronField, CronFields, MonthDayRule, WeekdayRule } from "./cron-plan.ts";
import { readDayField, readWeekdayField } from "./day-rules.ts";
import { quoted } from "./error.ts";
import { anyOf, type FieldSyntax, fieldOf, placeOf, wrong } from "./field-reader.ts";

type DayFields = Pick<CronFields, "days" | "weekdays" | "dayRules" | "weekdayRules">;

type DayTexts = { day: string; weekday: string };

/** The fields of both kinds of days: weekdays count from Sunday as 1. */
type DaySyntaxes = Record<"day" | "weekday", FieldSyntax>;

/**
 * Reads day and weekday where one of them must be `?`, as Quartz and EventBridge have it. Adds to `warnings` what they
 * silently do. Throws a `ScheduleError`.
 */
export function readQuartzDays({ day, weekday }: DayTexts, syntaxes: DaySyntaxes, warnings: string[]): DayFields {
  checkQuestionMarks({ day, weekday }, syntaxes.day.scheduler);
  const days = day === "?" ? ANY_DAY : readDays(day, syntaxes.day, warnings);
  const weekdays = weekday === "?" ? ANY_WEEKDAY : readWeekdays(weekday, syntaxes.weekday, warnings);
  return { ...days, ...weekdays };
}

const ANY_DAY = { days: anyOf(1, 31), dayRules: [] };
const ANY_WEEKDAY = { weekdays: anyOf(0, 6), weekdayRules: [] };

function checkQuestionMarks({ day, weekday }: DayTexts, scheduler: string): void {
  const both = `${quoted(day)} in the day field and ${quoted(weekday)} in the weekday field`;
  if (day === "?" && weekday === "?") throw wrong(`${both} leave the day open`, "* in the day field for every day");
  if (day === "?" || weekday === "?") return;
  const place = day === "*" && weekday !== "*" ? "day" : "weekday";
  throw wrong(`${both} exclude each other in ${scheduler}`, `? in one of them, here the ${place} field`);
}

function readDays(text: string, syntax: FieldSyntax, warnings: string[]): Pick<DayFields, "days" | "dayRules"> {
  const { field, rules } = readDayField(text, syntax);
  const last = rules.some(({ kind }) => kind !== "nearest-weekday");
  if (last && text.includes(",")) {
    throw wrong(`${quoted(text)} in the day field has L in a list, which ${syntax.scheduler} refuses`, "L alone");
  }
  if (rules.length === 0 || last) return { days: field, dayRules: rules };
  return { days: fieldOf(text, []), dayRules: [nearestOfAll(field, rules, syntax, warnings)] };
}

/** A `W` anywhere in a list makes one day of it: the weekday nearest to the lowest of its numbers. */
function nearestOfAll(
  { text, values }: CronField,
  rules: readonly MonthDayRule[],
  { scheduler }: FieldSyntax,
  warnings: string[],
): MonthDayRule {
  const days = rules.flatMap((rule) => (rule.kind === "nearest-weekday" ? [rule.day] : []));
  const day = Math.min(...days, ...values);
  if (text.includes(",")) {
    warnings.push(`${scheduler} reads ${quoted(text)} in the day field as ${day}W and ignores the other days.`);
  }
  return { kind: "nearest-weekday", day };
}

function readWeekdays(
  text: string,
  syntax: FieldSyntax,
  warnings: string[],
): Pick<DayFields, "weekdays" | "weekdayRules"> {
  const { scheduler, high } = syntax;
  if (/^L$/i.test(text)) {
    const right = `write ${high}L for the last Saturday of the month`;
    warnings.push(`${scheduler} reads L in the weekday field as every Saturday; ${right}.`);
    return { weekdays: fieldOf(text, [6]), weekdayRules: [] };
  }
  const { field, rules } = readWeekdayField(text, syntax);
  checkWeekdayRules(text, rules, syntax);
  if (text === "1-5") {
    warnings.push(`${scheduler} counts weekdays from Sunday as 1, so 1-5 is Sunday to Thursday; MON-FRI is 2-6.`);
  }
  const [rule] = rules;
  if (rule === undefined) return { weekdays: field, weekdayRules: [] };
  const lowest = Math.min(rule.weekday, ...field.values);
  if (text.includes(",")) {
    const name = syntax.names[lowest]?.toUpperCase() ?? "";
    const read = rule.kind === "nth" ? `${name}#${rule.nth}` : name;
    warnings.push(`${scheduler} reads ${quoted(text)} in the weekday field as ${read} and ignores the other days.`);
  }
  return { weekdays: fieldOf(text, []), weekdayRules: [{ ...rule, weekday: lowest }] };
}

function checkWeekdayRules(text: string, rules: readonly WeekdayRule[], syntax: FieldSyntax): void {
  const last = rules.some((rule) => rule.kind === "nth" && rule.nth < 0);
  if (last && text.includes(",")) {
    throw wrong(
      `${placeOf(text, text, syntax)} has L in a list, which ${syntax.scheduler} refuses`,
      "one weekday alone",
    );
  }
  if (rules.length > 1) {
    throw wrong(
      `${placeOf(text, text, syntax)} has more than one #`,
      "one of them and make a job of its own for others",
    );
  }
}
