import { SECOND } from "../../time.ts";
import type { CronField, CronPlan } from "../cron-plan.ts";
import type { CronDialect } from "../dialect.ts";
import { quoted } from "../error.ts";
import { fieldOf, type FieldSyntax, readItems, wrong } from "../field-reader.ts";
import { parseGoDuration } from "../go-duration.ts";
import { FIVE_FIELDS, splitByLayout } from "../split-fields.ts";
import { usualFields } from "../usual-fields.ts";

const SCHEDULER = "Kubernetes";
const EXAMPLE = "0 2 * * MON-FRI";

/** Kubernetes' CronJob, which reads cron with robfig/cron 3. */
export const kubernetes: CronDialect = {
  title: "Kubernetes (CronJob)",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseKubernetes,
  dayRule: ({ days, weekdays }) => (days.starred || weekdays.starred ? "both" : "either"),
  policy: () => ({ gap: "skip", fold: "both" }),
  // Its controller looks every 10 s.
  jitterMs: 10 * SECOND,
};

const DESCRIPTORS = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

const ZONE_REFUSED =
  "Kubernetes refuses a time zone inside the schedule of a new CronJob; give it as timeZone beside the schedule.";

function parseKubernetes(expression: string): CronPlan {
  const text = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  const [, timeZone, rest = ""] = /^(?:CRON_)?TZ=([^ ]*) *(.*)$/.exec(text) ?? [];
  if (timeZone === undefined) return parseTimes(text);
  const plan = parseTimes(rest);
  const warnings = [ZONE_REFUSED, ...plan.warnings];
  return plan.kind === "times" ? { ...plan, timeZone, warnings } : { ...plan, warnings };
}

function parseTimes(text: string): CronPlan {
  if (text.startsWith("@every ")) return parseEvery(text);
  const fields = text.startsWith("@") ? DESCRIPTORS.get(text) : text;
  if (fields !== undefined) return parseFields(fields);
  const known = `one of ${[...DESCRIPTORS.keys()].join(", ")}, or "@every 90m"`;
  throw wrong(`${quoted(text)} is not known to Kubernetes`, known);
}

function parseEvery(text: string): CronPlan {
  const everyMs = parseGoDuration(text.slice("@every ".length));
  if (everyMs === null) throw wrong(`${quoted(text)} does not end with a duration`, '"@every 1h30m" or "@every 90s"');
  const wholeMs = Math.floor(Math.max(everyMs, SECOND) / SECOND) * SECOND;
  const warnings =
    wholeMs === everyMs ? [] : [`Kubernetes goes by whole seconds: this is every ${wholeMs / SECOND} s.`];
  return { kind: "every", everyMs: wholeMs, warnings };
}

const USUAL = usualFields({ scheduler: SCHEDULER, reversed: "reject", question: true, stepFromValue: true });
const DAY = { ...USUAL.day, example: "something like 1, */2 or 1-7" };
const WEEKDAY = { ...USUAL.weekday, high: 6, example: "0 or SUN for Sunday, or something like MON-FRI" };

function parseFields(text: string): CronPlan {
  const texts = splitByLayout(text, { layouts: [FIVE_FIELDS], scheduler: SCHEDULER, example: EXAMPLE });
  const { minute = "", hour = "", day = "", month = "", weekday = "" } = texts;
  const warnings: string[] = [];
  const fields = {
    seconds: fieldOf("0", [0]),
    minutes: readField(minute, USUAL.minute, warnings),
    hours: readField(hour, USUAL.hour, warnings),
    days: readField(day, DAY, warnings),
    months: readField(month, USUAL.month, warnings),
    weekdays: readField(weekday, WEEKDAY, warnings),
    dayRules: [],
    weekdayRules: [],
    years: null,
  };
  return { kind: "times", fields, warnings };
}

/** It overlooks empty items, a plus before a number, and whatever stands between `*-` and a slash. */
function readField(text: string, syntax: FieldSyntax, warnings: string[]): CronField {
  const items = text.split(",").filter((item) => item !== "");
  const read = items.map((item) => item.replace(/^([*?])-[^/]*/, "$1").replaceAll(/(^|[-/])\+(?=\d)/g, "$1")).join(",");
  const written = items.join(",");
  if (read !== written)
    warnings.push(`Kubernetes reads ${quoted(text)} in the ${syntax.name} field as ${quoted(read)}.`);
  const field = readItems(read === "" ? text : read, syntax);
  return { ...field, text, starred: read.split(",").some((item) => /^[*?](?:\/0*1)?$/.test(item)) };
}
