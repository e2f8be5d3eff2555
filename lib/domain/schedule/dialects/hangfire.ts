import type { ClockChangePolicy, CronFields, CronPlan } from "../cron-plan.ts";
import { readDayField, readWeekdayField } from "../day-rules.ts";
import type { CronDialect } from "../dialect.ts";
import { SECOND } from "../../time.ts";
import { type FieldSyntax, placeOf, readItems, wrong } from "../field-reader.ts";
import { expandMacro } from "../macros.ts";
import { FIVE_FIELDS, SIX_FIELDS, splitByLayout } from "../split-fields.ts";
import { usualFields } from "../usual-fields.ts";

const SCHEDULER = "Hangfire";
const EXAMPLE = "0 2 * * MON-FRI";

/** Hangfire, which reads cron with Cronos 0.13. */
export const hangfire: CronDialect = {
  title: "Hangfire (.NET)",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseHangfire,
  dayRule: () => "both",
  policy: hangfirePolicy,
  // It looks for due jobs every 15 s.
  jitterMs: 15 * SECOND,
};

const MACROS = new Map([
  ["@every_second", "* * * * * *"],
  ["@every_minute", "* * * * *"],
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
]);

const USUAL = usualFields({ scheduler: SCHEDULER, reversed: "wrap", question: true, stepFromValue: true });
const SYNTAX = {
  second: { ...USUAL.second, longestStep: 59 },
  minute: { ...USUAL.minute, longestStep: 59 },
  hour: { ...USUAL.hour, longestStep: 23 },
  day: { ...USUAL.day, longestStep: 31 },
  month: { ...USUAL.month, longestStep: 12 },
  weekday: { ...USUAL.weekday, longestStep: 7 },
};

function parseHangfire(expression: string): CronPlan {
  const trimmed = expression.trim();
  const text = trimmed.startsWith("@") ? expandMacro(trimmed, MACROS, SCHEDULER) : trimmed;
  const texts = splitByLayout(text, { layouts: [FIVE_FIELDS, SIX_FIELDS], scheduler: SCHEDULER, example: EXAMPLE });
  const { second = "0", minute = "", hour = "", day = "", month = "", weekday = "" } = texts;
  for (const syntax of Object.values(SYNTAX)) checkItems(texts[syntax.name] ?? "", syntax);
  const days = readDayField(day, SYNTAX.day);
  const weekdays = readWeekdayField(weekday, SYNTAX.weekday);
  checkAlone(day, days.rules, SYNTAX.day);
  checkAlone(weekday, weekdays.rules, SYNTAX.weekday);
  const fields: CronFields = {
    seconds: readItems(second, SYNTAX.second),
    minutes: readItems(minute, SYNTAX.minute),
    hours: readItems(hour, SYNTAX.hour),
    days: days.field,
    months: readItems(month, SYNTAX.month),
    weekdays: weekdays.field,
    dayRules: days.rules,
    weekdayRules: weekdays.rules,
    years: null,
  };
  return { kind: "times", fields, warnings: [] };
}

function checkItems(text: string, syntax: FieldSyntax): void {
  const items = text.split(",");
  const hashed = items.find((item) => /^H/i.test(item));
  if (hashed !== undefined) {
    const start = `${placeOf(hashed, text, syntax)} stands for a value that Hangfire draws for each job`;
    throw wrong(start, "the value that its dashboard shows");
  }
  if (items.length > 1 && /[*?]/.test(text)) {
    throw wrong(`${placeOf(text, text, syntax)} has * or ? in a list, which Hangfire refuses`, "* alone");
  }
}

function checkAlone(text: string, rules: readonly unknown[], syntax: FieldSyntax): void {
  if (rules.length === 0 || !text.includes(",")) return;
  throw wrong(`${placeOf(text, text, syntax)} has L, W or # in a list, which Hangfire refuses`, "one of them alone");
}

/** Jobs at fixed times run once, jobs that repeat through the day run in both of two equal hours. */
function hangfirePolicy({ seconds, minutes, hours }: CronFields): ClockChangePolicy {
  const repeats = [seconds, minutes, hours].some(({ text }) => /[*?/-]/.test(text));
  return { gap: "end", fold: repeats ? "both" : "first" };
}
