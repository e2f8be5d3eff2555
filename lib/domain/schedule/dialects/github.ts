import { MINUTE } from "../../time.ts";
import type { CronFields, CronPlan } from "../cron-plan.ts";
import type { CronDialect } from "../dialect.ts";
import { quoted } from "../error.ts";
import { fieldOf, readItems, wrong } from "../field-reader.ts";
import { FIVE_FIELDS, splitByLayout } from "../split-fields.ts";
import { usualFields } from "../usual-fields.ts";

const SCHEDULER = "GitHub";
const EXAMPLE = "20 2 * * MON-FRI";

/**
 * The `schedule` trigger of GitHub Actions, by its documentation. Its runs are minutes late as a rule and hours at busy
 * times, and some never come: half an hour is taken for usual.
 */
export const github: CronDialect = {
  title: "GitHub Actions",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseGithub,
  dayRule: ({ days, weekdays }) => (days.text === "*" || weekdays.text === "*" ? "both" : "either"),
  policy: () => ({ gap: "end", fold: "first" }),
  jitterMs: 30 * MINUTE,
};

const USUAL = usualFields({ scheduler: SCHEDULER, reversed: "reject", stepFromValue: true });
const DAY = { ...USUAL.day, example: "something like 1, */2 or 1-7" };
const WEEKDAY = { ...USUAL.weekday, high: 6, example: "0 or SUN for Sunday, or something like MON-FRI" };

function parseGithub(expression: string): CronPlan {
  const text = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  if (text.startsWith("@")) {
    throw wrong(
      `${quoted(text)} is not known to GitHub, which has no words with @`,
      `five fields, such as "${EXAMPLE}"`,
    );
  }
  const texts = splitByLayout(text, { layouts: [FIVE_FIELDS], scheduler: SCHEDULER, example: EXAMPLE });
  const { minute = "", hour = "", day = "", month = "", weekday = "" } = texts;
  const fields: CronFields = {
    seconds: fieldOf("0", [0]),
    minutes: readItems(minute, USUAL.minute),
    hours: readItems(hour, USUAL.hour),
    days: readItems(day, DAY),
    months: readItems(month, USUAL.month),
    weekdays: readItems(weekday, WEEKDAY),
    dayRules: [],
    weekdayRules: [],
    years: null,
  };
  if (isTooOften(fields)) throw wrong(TOO_OFTEN, "*/5 or something like 0,30 in the minute field");
  return { kind: "times", fields, warnings: [] };
}

const SHORTEST_MINUTES = 5;
const TOO_OFTEN = `GitHub runs no schedule more often than every ${SHORTEST_MINUTES} minutes`;

function isTooOften({ minutes, hours }: CronFields): boolean {
  const [first = 0] = minutes.values;
  const close = minutes.values.some((minute, index) => minute - (minutes.values[index - 1] ?? -60) < SHORTEST_MINUTES);
  const acrossHours = first + 60 - (minutes.values.at(-1) ?? 0) < SHORTEST_MINUTES;
  return close || (acrossHours && hours.values.some((hour) => hours.values.includes((hour + 1) % 24)));
}
