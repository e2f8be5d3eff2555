import { DAY, HOUR, MINUTE, type Millis } from "../../time.ts";
import type { CronPlan } from "../cron-plan.ts";
import type { CronDialect } from "../dialect.ts";
import { quoted } from "../error.ts";
import { anyOf, fieldOf, type FieldSyntax, readItems, wrong } from "../field-reader.ts";
import { readQuartzDays } from "../quartz-days.ts";
import { FIVE_FIELDS, splitByLayout } from "../split-fields.ts";
import { usualFields } from "../usual-fields.ts";

const SCHEDULER = "EventBridge";
const EXAMPLE = "cron(0 2 ? * MON-FRI *)";

/** Rules and schedules of Amazon EventBridge: `cron(…)`, `rate(…)` and `at(…)`. */
export const eventbridge: CronDialect = {
  title: "AWS EventBridge",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseEventBridge,
  // One of them is always `?`.
  dayRule: () => "both",
  policy: () => ({ gap: "skip", fold: "first" }),
  // It promises the minute, not the second.
  jitterMs: MINUTE,
};

const FORMS = "cron(…), rate(…) or at(…)";

function parseEventBridge(expression: string): CronPlan {
  const text = expression.trim();
  const [, form, inside = ""] = /^([a-z]+) *\((.*)\)$/i.exec(text) ?? [];
  if (form === undefined) return parseCron(bareCron(text));
  if (form === "cron") return parseCron(inside);
  if (form === "rate") return parseRate(inside.trim());
  if (form === "at") return parseAt(inside.trim());
  throw wrong(`${quoted(`${form}(…)`)} is not known to EventBridge`, `${FORMS}, in small letters`);
}

/** People leave out `cron(…)`, but not one of its brackets. */
function bareCron(text: string): string {
  if (!/^@|[()]/.test(text)) return text;
  throw wrong(`${quoted(text)} is not known to EventBridge`, FORMS);
}

const USUAL = usualFields({ scheduler: SCHEDULER, reversed: "wrap", stepFromValue: true });
const SYNTAX = { ...USUAL, weekday: { ...USUAL.weekday, low: 1 } };
const YEAR: FieldSyntax = {
  ...USUAL.minute,
  name: "year",
  low: 1970,
  high: 2199,
  reversed: "reject",
  example: "something like *, 2027 or 2027-2029",
};

function parseCron(text: string): CronPlan {
  const layouts = [[...FIVE_FIELDS, "year"]];
  const texts = splitByLayout(text, { layouts, scheduler: SCHEDULER, example: EXAMPLE });
  const { minute = "", hour = "", day = "", month = "", weekday = "", year = "" } = texts;
  const warnings: string[] = [];
  const fields = {
    seconds: fieldOf("0", [0]),
    minutes: readItems(minute, SYNTAX.minute),
    hours: readItems(hour, SYNTAX.hour),
    months: readItems(month, SYNTAX.month),
    ...readQuartzDays({ day, weekday }, SYNTAX, warnings),
    years: year === "*" ? null : readItems(year, YEAR),
  };
  return { kind: "times", fields, warnings };
}

const UNITS = new Map<string, Millis>([
  ["minute", MINUTE],
  ["hour", HOUR],
  ["day", DAY],
]);

function parseRate(inside: string): CronPlan {
  const [, digits = "", unit = ""] = /^(\d{1,9}) +([a-z]{1,9})$/i.exec(inside) ?? [];
  const count = Number(digits);
  const singular = unit.toLowerCase().replace(/s$/, "");
  const unitMs = UNITS.get(singular);
  if (count < 1 || unitMs === undefined) {
    const needed = "needs a whole number from 1 and minutes, hours or days";
    throw wrong(`${quoted(`rate(${inside})`)} ${needed}`, "something like rate(5 minutes) or rate(1 hour)");
  }
  const right = count === 1 ? singular : `${singular}s`;
  if (unit === right) return { kind: "every", everyMs: count * unitMs, warnings: [] };
  const needed = `needs ${quoted(right)} after ${count === 1 ? "1" : "a number above 1"}`;
  throw wrong(`${quoted(`rate(${inside})`)} ${needed}`, `rate(${digits} ${right})`);
}

function parseAt(inside: string): CronPlan {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(inside)?.slice(1) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  if (parts.length === 0 || time.toISOString().slice(0, 19) !== inside) {
    const needed = parts.length === 0 ? "is not a date with a time" : "is not in the calendar";
    throw wrong(`${quoted(`at(${inside})`)} ${needed}`, "something like at(2027-01-31T02:00:00)");
  }
  const only = (value: number) => fieldOf(String(value), [value]);
  const fields = {
    seconds: only(second),
    minutes: only(minute),
    hours: only(hour),
    days: only(day),
    months: only(month),
    weekdays: anyOf(0, 6),
    dayRules: [],
    weekdayRules: [],
    years: only(year),
  };
  return { kind: "times", fields, warnings: [] };
}
