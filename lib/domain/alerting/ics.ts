import { DAY, type Millis } from "../time.ts";
import { dayOf } from "../wall-time.ts";
import type { Holiday } from "./holiday.ts";
import { type IcsLine, icsLines, icsText } from "./ics-lines.ts";
import { type IcsTime, readLength, readTime, readYearly } from "./ics-values.ts";

/** What a file has, and how much of it could not be taken. */
export type IcsFile = {
  holidays: Holiday[];
  /** Events that repeat otherwise than every year. */
  repeating: number;
  /** Events without a beginning that can be read, or longer than a year. */
  unreadable: number;
  /** Events beyond the limit. */
  beyond: number;
};

/** Events that are taken from one file. */
export const MOST_HOLIDAYS = 1_000;
const LONGEST: Millis = 366 * DAY;
const LONGEST_NAME = 100;
const MOST_EXCEPTIONS = 100;

/** Reads the events of an iCalendar file (RFC 5545); null where it is none. Cancelled ones do not count. */
export function readIcs(text: string): IcsFile | null {
  const lines = icsLines(text);
  if (!lines.some(({ name, value }) => name === "BEGIN" && value.trim().toUpperCase() === "VCALENDAR")) return null;
  const file: IcsFile = { holidays: [], repeating: 0, unreadable: 0, beyond: 0 };
  for (const event of eventsOf(lines)) {
    if (file.holidays.length >= MOST_HOLIDAYS) file.beyond += 1;
    else take(file, event);
  }
  return { ...file, holidays: file.holidays.slice(0, MOST_HOLIDAYS) };
}

/** The lines of each event, without those of what is inside it, such as its alarms. */
function eventsOf(lines: readonly IcsLine[]): IcsLine[][] {
  const events: IcsLine[][] = [];
  const inside: string[] = [];
  for (const line of lines) {
    const value = line.value.trim().toUpperCase();
    if (line.name === "BEGIN") {
      inside.push(value);
      if (value === "VEVENT") events.push([]);
    } else if (line.name === "END") inside.pop();
    else if (inside.at(-1) === "VEVENT") events.at(-1)?.push(line);
  }
  return events;
}

function take(file: IcsFile, event: readonly IcsLine[]): void {
  const find = (name: string) => event.find((line) => line.name === name);
  if (find("STATUS")?.value.trim().toUpperCase() === "CANCELLED") return;
  const startLine = find("DTSTART");
  const start = startLine === undefined ? null : readTime(startLine.value, startLine);
  const length = start === null ? null : lengthOf(start, find("DTEND"), find("DURATION"));
  if (start === null || length === null || length > LONGEST) {
    file.unreadable += 1;
    return;
  }
  const rule = find("RRULE");
  const yearly = rule === undefined ? null : readYearly(rule.value, start.at);
  if (rule !== undefined && yearly === null) {
    file.repeating += 1;
    return;
  }
  const name =
    icsText(find("SUMMARY")?.value ?? "")
      .trim()
      .slice(0, LONGEST_NAME) || "Holiday";
  const except = timesOf(event, "EXDATE").map(({ at }) => dayOf(at));
  const holiday = { name, length, timeZone: start.timeZone, except: except.slice(0, MOST_EXCEPTIONS) };
  file.holidays.push({ ...holiday, start: start.at, yearly });
  for (const { at } of timesOf(event, "RDATE")) file.holidays.push({ ...holiday, start: at, yearly: null });
}

function timesOf(event: readonly IcsLine[], name: string): IcsTime[] {
  return event
    .filter((line) => line.name === name)
    .flatMap((line) => line.value.split(",").flatMap((value) => readTime(value, line) ?? []));
}

/** Null: its end is no time, or not after its beginning. Without an end a date is its whole day. */
function lengthOf(start: IcsTime, end: IcsLine | undefined, duration: IcsLine | undefined): Millis | null {
  if (duration !== undefined) return readLength(duration.value);
  const last = end === undefined ? null : readTime(end.value, end);
  if (end !== undefined && last === null) return null;
  if (last === null) return start.isDate ? DAY : null;
  // Some programs write the same date twice for one day.
  if (start.isDate && last.at === start.at) return DAY;
  return last.at > start.at ? last.at - start.at : null;
}
