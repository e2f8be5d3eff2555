import { SECOND } from "../../time.ts";
import { findZone, getZone } from "../../zone.ts";
import type { CronFields, CronPlan } from "../cron-plan.ts";
import type { CronDialect } from "../dialect.ts";
import { quoted, ScheduleError } from "../error.ts";
import { wrong } from "../field-reader.ts";
import { FUGIT_FIELDS, readFugitField, readFugitWeekdays } from "../fugit-field.ts";
import { longestMonth } from "../month-lengths.ts";
import { FIVE_FIELDS, SIX_FIELDS, splitByLayout } from "../split-fields.ts";

const SCHEDULER = "Sidekiq";
const EXAMPLE = "0 2 * * mon-fri";

/** sidekiq-cron and GitLab's pipelines, which read cron with fugit. */
export const sidekiq: CronDialect = {
  title: "Sidekiq, GitLab (fugit)",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseSidekiq,
  dayRule: sidekiqDayRule,
  policy: () => ({ gap: "skip", fold: "both" }),
  // It looks for due jobs every 30 s.
  jitterMs: 30 * SECOND,
};

/** `&` after the day or the weekday asks for both. */
function sidekiqDayRule({ days, weekdays }: CronFields): "either" | "both" {
  const joined = days.text.endsWith("&") || weekdays.text.endsWith("&");
  return joined || days.starred || weekdays.starred ? "both" : "either";
}

const NICKNAMES = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@noon", "0 12 * * *"],
  ["@hourly", "0 * * * *"],
]);

function parseSidekiq(expression: string): CronPlan {
  const trimmed = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  const text = trimmed.startsWith("@") ? (NICKNAMES.get(trimmed) ?? "") : trimmed;
  if (text === "" && trimmed !== "") {
    throw wrong(`${quoted(trimmed)} is not known to Sidekiq`, `one of ${[...NICKNAMES.keys()].join(", ")}`);
  }
  if (/^(?:every|each|at|from)\b/i.test(text)) {
    throw wrong(
      `${quoted(text)} is a phrase, which Belfry leaves to Sidekiq`,
      `the cron behind it, such as "${EXAMPLE}"`,
    );
  }
  const { times, timeZone } = splitZone(text);
  const fields = readFields(times);
  return { kind: "times", fields, ...(timeZone === null ? {} : { timeZone }), warnings: warningsOf(fields) };
}

const WEEKDAY_WORD = /^(?:[\d*,/&-]|(?:sun|mon|tue|wed|thu|fri|sat)(?![a-z]))/i;

const ZONE_NAME = /^[A-Z][a-zA-Z0-9+-]+(?:\/[A-Z][\w+-]+){0,2}$/;
const OFFSET = /^([-+])([01]\d|2[0-4]):?(00|15|30|45)$/;

/** A zone may follow the weekday. Of six words the last is one where it looks like it and cannot be a weekday. */
function splitZone(text: string): { times: string; timeZone: string | null } {
  const words = text.split(/[ \t]+/);
  const last = words.at(-1) ?? "";
  const none = { times: text, timeZone: null };
  const times = words.slice(0, -1).join(" ");
  if (words.length < 6) return none;
  if (OFFSET.test(last)) return { times, timeZone: zoneAhead(last) };
  if (words.length === 6 && WEEKDAY_WORD.test(last)) return none;
  if (ZONE_NAME.test(last)) return { times, timeZone: getZone(last).name };
  const meant = findZone(last);
  if (meant === null) return none;
  throw wrong(`Sidekiq does not take ${quoted(last)} for a time zone, because of its small letters`, meant.name);
}

/** Zones such as "+05:00" are named Etc/GMT-5. */
function zoneAhead(written: string): string {
  const [, sign, hours, minutes] = OFFSET.exec(written) ?? [];
  const count = Number(hours);
  if (minutes !== "00" || count > (sign === "+" ? 14 : 12)) {
    throw new ScheduleError(
      "timeZone",
      `${quoted(written)} is no zone of whole hours; write a place, such as Asia/Kolkata.`,
    );
  }
  return count === 0 ? "UTC" : `Etc/GMT${sign === "+" ? "-" : "+"}${count}`;
}

function readFields(text: string): CronFields {
  const layouts = [FIVE_FIELDS, SIX_FIELDS];
  const texts = splitByLayout(text, { layouts, scheduler: SCHEDULER, example: EXAMPLE });
  const { second = "0", minute = "", hour = "", day = "", month = "", weekday = "" } = texts;
  const days = readFugitField(day.replace(/&$/, ""), FUGIT_FIELDS.day);
  const weekdays = readFugitWeekdays(weekday.replace(/&$/, ""));
  const fields: CronFields = {
    seconds: readFugitField(second, FUGIT_FIELDS.second).field,
    minutes: readFugitField(minute, FUGIT_FIELDS.minute).field,
    hours: readFugitField(hour, FUGIT_FIELDS.hour).field,
    days: { ...days.field, text: day },
    months: readFugitField(month, FUGIT_FIELDS.month).field,
    weekdays: { ...weekdays.field, text: weekday },
    dayRules: days.rules,
    weekdayRules: weekdays.rules,
    years: null,
  };
  return { ...fields, months: { ...fields.months, values: possibleMonths(fields) } };
}

/** fugit drops months without any of the days, even where a weekday would do, and refuses what has none left. */
function possibleMonths({ days, months, dayRules }: CronFields): readonly number[] {
  const [first = 0] = days.values;
  if (days.starred || months.starred || dayRules.length > 0) return months.values;
  const possible = months.values.filter((month) => first <= longestMonth(month));
  if (possible.length > 0) return possible;
  throw wrong(`Day ${first} never comes in month ${months.text}, and Sidekiq refuses it`, "a day which that month has");
}

function warningsOf({ weekdays }: CronFields): string[] {
  const lost = weekdays.text.split(",").find((item) => /^\w+-\w+\/\d/.test(item));
  return weekdays.starred && lost !== undefined
    ? [`Sidekiq finds no weekday in ${quoted(lost)}, because steps do not go round, and runs on every day.`]
    : [];
}
