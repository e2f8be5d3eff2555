import type { CronFields, CronPlan, MonthDayRule } from "../cron-plan.ts";
import { readDayField, readWeekdayField } from "../day-rules.ts";
import type { CronDialect } from "../dialect.ts";
import { quoted } from "../error.ts";
import { anyOf, placeOf, readItems, wrong } from "../field-reader.ts";
import { expandMacro } from "../macros.ts";
import { SIX_FIELDS, splitByLayout } from "../split-fields.ts";
import { usualFields } from "../usual-fields.ts";

const SCHEDULER = "Spring";
const EXAMPLE = "0 0 2 * * MON-FRI";

/** `CronExpression` of Spring Framework 6 and 7, as `@Scheduled(cron = …)` uses it. */
export const spring: CronDialect = {
  title: "Spring (@Scheduled)",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseSpring,
  dayRule: () => "both",
  policy: () => ({ gap: "skip", fold: "both" }),
  jitterMs: 0,
};

const MACROS = new Map([
  ["@yearly", "0 0 0 1 1 *"],
  ["@annually", "0 0 0 1 1 *"],
  ["@monthly", "0 0 0 1 * *"],
  ["@weekly", "0 0 0 * * 0"],
  ["@daily", "0 0 0 * * *"],
  ["@midnight", "0 0 0 * * *"],
  ["@hourly", "0 0 * * * *"],
]);

const USUAL = usualFields({ scheduler: SCHEDULER, reversed: "reject", stepFromValue: true });
// In Spring Sunday is 7 unless a range starts with it; 0 has no name.
const WEEKDAY = { ...USUAL.weekday, names: ["-", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] };

function parseSpring(expression: string): CronPlan {
  const trimmed = expression.trim();
  const text = trimmed.startsWith("@") ? expandMacro(trimmed, MACROS, SCHEDULER) : trimmed;
  checkSeparators(text);
  const fields = splitByLayout(text, { layouts: [SIX_FIELDS], scheduler: SCHEDULER, example: EXAMPLE });
  const { second = "", minute = "", hour = "", day = "", month = "", weekday = "" } = fields;
  const warnings: string[] = [];
  return {
    kind: "times",
    fields: {
      seconds: readItems(second, USUAL.second),
      minutes: readItems(minute, USUAL.minute),
      hours: readItems(hour, USUAL.hour),
      ...readDays(day, warnings),
      months: readItems(month, USUAL.month),
      ...readWeekdays(weekday, warnings),
      years: null,
    },
    warnings,
  };
}

/** Says more of the likely mistakes than that the number of fields is wrong. */
function checkSeparators(text: string): void {
  if (/[^ \t]\t+[^ \t]/.test(text)) throw wrong("Spring takes a tab for a part of the field", "blanks between fields");
  const words = text.split(/[ \t]+/);
  if (words.length === 5)
    throw wrong(`${quoted(text)} has no second, with which Spring starts`, quoted(`0 ${words.join(" ")}`));
  const [first = "", , , , , , seventh = ""] = words;
  if (words.length === 7 && /^\d{4}|^\*$/.test(seventh) && /^[\d*]/.test(first)) {
    throw wrong(`${quoted(text)} ends with a year, which Spring does not know`, quoted(words.slice(0, 6).join(" ")));
  }
}

const LAST_DAY_OF_EVERY_MONTH = 28;

function readDays(text: string, warnings: string[]): Pick<CronFields, "days" | "dayRules"> {
  if (text === "?") return { days: anyOf(USUAL.day.low, USUAL.day.high), dayRules: [] };
  if (/[lw]/.test(text)) {
    throw wrong(`${quoted(text)} in the day field has a small letter, which Spring does not know`, "L or W");
  }
  const impossible = text.split(",").find((item) => /^L-(0+|\d+W)$/.test(item));
  if (impossible !== undefined) {
    throw wrong(`${placeOf(impossible, text, USUAL.day)} is not known to Spring`, "L, L-3 or LW");
  }
  const { field, rules } = readDayField(text, USUAL.day);
  for (const rule of rules) {
    if (rule.kind !== "nearest-weekday" || rule.day < LAST_DAY_OF_EVERY_MONTH) continue;
    warnings.push(`Spring leaves out ${rule.day}W in a month that ends with day ${rule.day} on a Sunday.`);
  }
  return { days: field, dayRules: rules.map(withoutLastSunday) };
}

// It looks for the Monday after, and finds it in another month.
function withoutLastSunday(rule: MonthDayRule): MonthDayRule {
  return rule.kind === "nearest-weekday" ? { ...rule, lastSunday: "never" } : rule;
}

function readWeekdays(text: string, warnings: string[]): Pick<CronFields, "weekdays" | "weekdayRules"> {
  if (text === "?") return { weekdays: anyOf(0, 6), weekdayRules: [] };
  const items = text.split(",");
  const { field, rules } = readWeekdayField(items.map(fromMonday).join(","), WEEKDAY);
  for (const item of items) {
    if (/^(7|SUN)\/\d+$/i.test(item)) warnings.push(`Spring reads ${quoted(item)} as Sunday only.`);
    if (/^(7|SUN)-(7|SUN)$/i.test(item)) warnings.push(`Spring reads ${quoted(item)} as all days of the week.`);
  }
  return { weekdays: { ...field, text, starred: text.startsWith("*") }, weekdayRules: rules };
}

/** In Spring steps through all weekdays start on Monday, and a range that starts with Sunday starts the week. */
function fromMonday(item: string): string {
  return item.replace(/^\*(?=\/0*[1-9]\d*$)/, "1-7").replace(/^(7|SUN)-/i, "0-");
}
