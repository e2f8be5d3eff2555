import { isOver } from "../domain/alerting/holiday.ts";
import { MOST_HOLIDAYS, readIcs } from "../domain/alerting/ics.ts";
import { timeOfDay, type WeeklyHours } from "../domain/alerting/weekly-hours.ts";
import type { WindowKind, WindowTimes } from "../domain/alerting/window.ts";
import { ScheduleError } from "../domain/schedule/error.ts";
import { DAY, type Instant } from "../domain/time.ts";
import { instantsOf } from "../domain/wall-time.ts";
import { getZone } from "../domain/zone.ts";
import { AppError } from "../errors.ts";
import { parseAll, parseName, typedLines, typedText } from "./input.ts";

/** A window as it is typed. */
export type WindowForm = {
  name: string;
  kind: string;
  timeZone: string;
  /** Once: `2026-11-27T22:00` of that zone, or with `Z` or an offset. */
  startsAt: string;
  endsAt: string;
  /** Weekly: 1 Monday … 7. */
  days: readonly number[];
  /** `HH:MM` */
  from: string;
  to: string;
  /** Weekly: at all other hours. */
  outside: boolean;
  /** Holidays: what the file has in it; empty: as before. */
  ics: string;
  /** For every job of the project; the lists are empty then. */
  everywhere: boolean;
  /** Slugs or ids. */
  jobs: readonly string[];
  tags: readonly string[];
  hosts: readonly string[];
};

export type ReadWindow = {
  name: string;
  times: WindowTimes;
  jobs: readonly string[];
  tags: readonly string[];
  hosts: readonly string[];
  /** What of a file was left out, in a sentence; null: nothing. */
  leftOut: string | null;
};

const KINDS: readonly WindowKind[] = ["once", "weekly", "holidays"];
const LONGEST_ONCE = 366 * DAY;
const MOST_WORDS = 50;
const LONGEST_WORD = 200;
const LONGEST_ICS = 512 * 1024;

/**
 * Reads what was typed. @param before what it was: its holidays stay where no other file is given.
 * @throws AppError `invalid`: names every field that is wrong.
 */
export function parseWindow(form: WindowForm, before: WindowTimes | null, now: Instant): ReadWindow {
  const read = parseAll({
    name: () => parseName(form.name, "name"),
    times: () => parseTimes(form, before, now),
    jobs: () => parseWords(form.jobs, "jobs"),
    tags: () => parseWords(form.tags, "tags"),
    hosts: () => parseWords(form.hosts, "hosts"),
  });
  if (!form.everywhere && read.jobs.length + read.tags.length + read.hosts.length === 0) {
    throw new AppError("invalid", "Name at least one job, tag or host, or choose the whole project.", "jobs");
  }
  const { name, jobs, tags, hosts } = read;
  const lists = form.everywhere ? { jobs: [], tags: [], hosts: [] } : { jobs, tags, hosts };
  return { name, ...lists, ...read.times };
}

type TimesRead = Pick<ReadWindow, "times" | "leftOut">;

function parseTimes(form: WindowForm, before: WindowTimes | null, now: Instant): TimesRead {
  const kind = KINDS.find((known) => known === form.kind);
  switch (kind) {
    case "once":
      return { times: parseOnce(form, now), leftOut: null };
    case "weekly":
      return { times: parseWeekly(form), leftOut: null };
    case "holidays":
      return parseHolidays(form, before, now);
    case undefined:
      throw new AppError("invalid", `A window is ${KINDS.join(", ")}, not "${form.kind.slice(0, 40)}".`, "kind");
  }
}

function parseOnce(form: WindowForm, now: Instant): WindowTimes {
  const { startsAt, endsAt } = parseAll({
    startsAt: () => parseMoment(form, "startsAt"),
    endsAt: () => parseMoment(form, "endsAt"),
  });
  if (endsAt <= startsAt) throw new AppError("invalid", "The end has to be after the beginning.", "endsAt");
  if (endsAt <= now) throw new AppError("invalid", "This time is over; choose an end that is still to come.", "endsAt");
  if (endsAt - startsAt > LONGEST_ONCE) {
    throw new AppError(
      "invalid",
      "A window lasts a year at most. Pause jobs that you want to hear nothing of.",
      "endsAt",
    );
  }
  return { kind: "once", startsAt, endsAt };
}

/** Where clocks show a time twice, a window begins with the first and ends with the last. */
function parseMoment(form: WindowForm, field: "startsAt" | "endsAt"): Instant {
  const text = form[field].trim();
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const [, day = "", time = "", offset] = match ?? [];
  const wall = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(wall)) throw new AppError("invalid", "Write a day and a time, such as 2026-11-27 22:00.", field);
  if (offset !== undefined) return Date.parse(`${day}T${time}${offset}`);
  const { first, last } = instantsOf(wall, parseZone(form.timeZone));
  return field === "startsAt" ? first : last;
}

function parseZone(name: string): ReturnType<typeof getZone> {
  try {
    return getZone(name);
  } catch (error) {
    if (error instanceof ScheduleError) throw new AppError("invalid", error.message, "timeZone");
    throw error;
  }
}

function parseWeekly(form: WindowForm): WindowTimes {
  const hours = parseAll<WeeklyHours>({
    timeZone: () => parseZone(form.timeZone).name,
    days: () => parseDays(form.days),
    from: () => parseClock(form.from, "from"),
    to: () => parseClock(form.to, "to"),
  });
  if (!form.outside && hours.days.length === 7 && hours.from === hours.to) {
    throw new AppError("invalid", "These are all hours of the week: nobody would ever be told of anything.", "to");
  }
  return { kind: "weekly", hours, outside: form.outside };
}

function parseDays(given: readonly number[]): number[] {
  const days = [1, 2, 3, 4, 5, 6, 7].filter((day) => given.includes(day));
  if (days.length === 0 || given.some((day) => !days.includes(day))) {
    throw new AppError("invalid", "Choose at least one day of the week.", "days");
  }
  return days;
}

function parseClock(text: string, field: "from" | "to"): string {
  const trimmed = text.trim().replace(/^\d:/, "0$&");
  if (timeOfDay(trimmed) !== null) return trimmed;
  throw new AppError("invalid", "Write a time of day from 00:00 to 23:59.", field);
}

function parseHolidays(form: WindowForm, before: WindowTimes | null, now: Instant): TimesRead {
  const timeZone = parseZone(form.timeZone).name;
  const ics = typedText(form.ics);
  if (ics === "" && before?.kind === "holidays") {
    return { times: { ...before, timeZone }, leftOut: null };
  }
  if (ics === "") {
    throw new AppError("invalid", "Choose a calendar file (.ics) with the days off.", "ics");
  }
  if (ics.length > LONGEST_ICS) {
    throw new AppError("invalid", "This file is too large: at most 512 kB are read.", "ics");
  }
  const file = readIcs(ics);
  if (file === null) {
    throw new AppError("invalid", "This is no calendar file: it has to begin with BEGIN:VCALENDAR.", "ics");
  }
  // What is over will not come again, and files tend to have many years in them.
  const holidays = file.holidays.filter((holiday) => !isOver(holiday, now));
  const leftOut = leftOutInWords(file);
  if (holidays.length === 0) {
    throw new AppError("invalid", `This file has no day off that is still to come. ${leftOut ?? ""}`.trim(), "ics");
  }
  return { times: { kind: "holidays", timeZone, holidays }, leftOut };
}

function leftOutInWords(file: { repeating: number; unreadable: number; beyond: number }): string | null {
  const parts = [
    file.repeating > 0 ? `${file.repeating} that repeat otherwise than every year` : "",
    file.unreadable > 0 ? `${file.unreadable} without a day that can be read` : "",
    file.beyond > 0 ? `${file.beyond} beyond the first ${MOST_HOLIDAYS}` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? null : `Left out of the file: ${parts.join(", ")}.`;
}

function parseWords(given: readonly string[], field: "jobs" | "tags" | "hosts"): string[] {
  const words = typedLines(given);
  if (words.length > MOST_WORDS) throw new AppError("invalid", `At most ${MOST_WORDS} fit.`, field);
  const long = words.find((word) => word.length > LONGEST_WORD);
  if (long === undefined) return words;
  throw new AppError("invalid", `"${long.slice(0, 40)}…" has more than ${LONGEST_WORD} characters.`, field);
}
