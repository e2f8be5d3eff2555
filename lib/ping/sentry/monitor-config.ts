import { createHash } from "node:crypto";
import { spellDuration } from "../../domain/duration.ts";
import { formatScheduleText } from "../../domain/schedule.ts";
import { DAY, HOUR, MINUTE, type Millis, SECOND } from "../../domain/time.ts";
import { findZone } from "../../domain/zone.ts";
import { type CreationRequest, PLAIN_CREATION } from "../event.ts";
import { readLine } from "../parameters.ts";
import { type JsonObject, numberOf, objectOf, textOf } from "./json-values.ts";

const LONGEST_TEXT = 200;
const LONGEST: Millis = 366 * DAY;
const MOST_IN_A_ROW = 100;

/** Months and years as long as the longest, so that no interval ends too soon. */
const UNITS: ReadonlyMap<string, Millis> = new Map([
  ["second", SECOND],
  ["minute", MINUTE],
  ["hour", HOUR],
  ["day", DAY],
  ["week", 7 * DAY],
  ["month", 31 * DAY],
  ["year", LONGEST],
]);

type Asked = Omit<CreationRequest, "name" | "upstreams" | "tags" | "code">;

/**
 * What the code of a job asks for in its `monitor_config`. What is missing there, null or senseless is not asked for. The
 * digest tells one from another; null where nothing is asked.
 */
export function readMonitorConfig(value: unknown): Omit<CreationRequest, "name"> {
  const asked = readAsked(objectOf(value) ?? {});
  const isEmpty = Object.values(asked).every((part) => part === null);
  return { ...asked, upstreams: null, tags: null, code: { digest: isEmpty ? null : digestOf(asked) } };
}

function readAsked(config: JsonObject): Asked {
  const { name: _, upstreams: __, tags: ___, code: ____, ...nothing } = PLAIN_CREATION;
  return {
    ...nothing,
    ...readSchedule(objectOf(config.schedule) ?? {}, readLine(textOf(config.timezone), LONGEST_TEXT)),
    grace: minutesOf(config.checkin_margin),
    maxRuntime: minutesOf(config.max_runtime),
    failuresToOpen: thresholdOf(config.failure_issue_threshold),
    successesToClose: thresholdOf(config.recovery_threshold),
  };
}

function digestOf(asked: Asked): string {
  return createHash("sha256").update(JSON.stringify(asked)).digest("base64url").slice(0, 22);
}

type AskedSchedule = Pick<CreationRequest, "schedule" | "dialect" | "timeZone">;

function readSchedule(schedule: JsonObject, timeZone: string | null): AskedSchedule {
  const type = textOf(schedule.type)?.toLowerCase();
  const value = readLine(textOf(schedule.value), LONGEST_TEXT);
  const everyMs = intervalOf(schedule);
  if (type === "interval" || (type !== "crontab" && everyMs !== null)) {
    const text = everyMs === null ? null : formatScheduleText({ kind: "interval", everyMs });
    return { schedule: text, dialect: null, timeZone: null };
  }
  if (value === null) return { schedule: null, dialect: null, timeZone: null };
  return readCrontab(value, timeZone);
}

/** sidekiq-cron takes the last of six fields for the time zone: there it is put back. */
function readCrontab(value: string, timeZone: string | null): AskedSchedule {
  const isField = timeZone !== null && WEEKDAYS.test(timeZone) && findZone(timeZone) === null;
  if (!isField || value.split(/\s+/).length !== 5) return { schedule: value, dialect: null, timeZone };
  return { schedule: `${value} ${timeZone}`, dialect: "sidekiq", timeZone: null };
}

const WEEKDAYS = /^(?:[\d*]|(?:sun|mon|tue|wed|thu|fri|sat))[\w*,/#-]*$/i;

function intervalOf({ value, unit }: JsonObject): Millis | null {
  const unitMs = UNITS.get(textOf(unit)?.toLowerCase().replace(/s$/, "") ?? "");
  const count = numberOf(value);
  if (unitMs === undefined || count === null || count <= 0) return null;
  // Twelve months are a year.
  const everyMs = unitMs === 31 * DAY && count === 12 ? LONGEST : Math.round(count * unitMs);
  return Number.isSafeInteger(everyMs) && everyMs >= SECOND ? everyMs : null;
}

function minutesOf(value: unknown): string | null {
  const ms = Math.round((numberOf(value) ?? 0) * MINUTE);
  return ms > 0 ? spellDuration(Math.min(Math.max(ms, SECOND), LONGEST)) : null;
}

function thresholdOf(value: unknown): number | null {
  const count = Math.round(numberOf(value) ?? 0);
  return count > 0 ? Math.min(count, MOST_IN_A_ROW) : null;
}
