import { DAY, type Instant, type Millis, MINUTE, HOUR, SECOND } from "../domain/time.ts";

/** What a TZif file says of all years after its last change, such as `CET-1CEST,M3.5.0,M10.5.0/3`. */
export type PosixRule = {
  standard: Millis;
  /** Null where clocks are never put forward again. */
  daylight: { offset: Millis; start: YearlyTime; end: YearlyTime } | null;
};

/** A wall time that comes once a year: `dayOf` a year is the start of its day, as UTC would have it. */
type YearlyTime = { dayOf: (year: number) => Instant; time: Millis };

export type RuleChange = { at: Instant; offset: Millis };

const NAME = /^(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)/;
const OFFSET = /^([+-]?)(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?/;
const DAY_OF_YEAR = /^,(?:M(\d{1,2})\.(\d)\.(\d)|J(\d{1,3})|(\d{1,3}))/;
// Hours count up to a week in either direction, for rules such as "the day after the last Thursday".
const TIME = /^\/([+-]?)(\d{1,3})(?::(\d{2})(?::(\d{2}))?)?/;
const LONGEST_TIME = 167 * HOUR;
const LARGEST_OFFSET = 25 * HOUR;
const USUAL_TIME: Millis = 2 * HOUR;

/** @throws Error for any text that is not a whole rule. */
export function parsePosixRule(text: string): PosixRule {
  const reader = new Reader(text);
  reader.take(NAME);
  const standard = readOffset(reader) ?? reader.fail();
  if (reader.atEnd()) return { standard, daylight: null };
  reader.take(NAME);
  const offset = readOffset(reader) ?? standard + HOUR;
  const start = readYearlyTime(reader);
  const end = readYearlyTime(reader);
  if (!reader.atEnd()) reader.fail();
  return { standard, daylight: { offset, start, end } };
}

/** The changes of these years, in order; some may keep the offset that is in force. */
export function changesOfRule({ standard, daylight }: PosixRule, firstYear: number, lastYear: number): RuleChange[] {
  const changes: RuleChange[] = [];
  if (daylight === null) return changes;
  const { offset, start, end } = daylight;
  for (let year = firstYear; year <= lastYear; year++) {
    changes.push({ at: end.dayOf(year) + end.time - offset, offset: standard });
    changes.push({ at: start.dayOf(year) + start.time - standard, offset });
  }
  // Daylight saving that ends as the next one starts never ends: the start comes last, and alone counts.
  const sorted = changes.toSorted((a, b) => a.at - b.at || Number(a.offset === offset) - Number(b.offset === offset));
  return sorted.filter(({ at }, index) => sorted[index + 1]?.at !== at);
}

class Reader {
  readonly #text: string;
  #rest: string;

  constructor(text: string) {
    this.#text = text;
    this.#rest = text;
  }

  atEnd(): boolean {
    return this.#rest === "";
  }

  find(pattern: RegExp): RegExpExecArray | null {
    const match = pattern.exec(this.#rest);
    if (match !== null) this.#rest = this.#rest.slice(match[0].length);
    return match;
  }

  take(pattern: RegExp): RegExpExecArray {
    return this.find(pattern) ?? this.fail();
  }

  fail(): never {
    throw new Error(`its rule ${JSON.stringify(this.#text.slice(0, 80))} cannot be read`);
  }
}

/** Local time − UTC; the text counts the other way round. */
function readOffset(reader: Reader): Millis | null {
  const match = reader.find(OFFSET);
  if (match === null) return null;
  const length = lengthOf(match, reader);
  if (length > LARGEST_OFFSET) reader.fail();
  return match[1] === "-" ? length : 0 - length;
}

function readYearlyTime(reader: Reader): YearlyTime {
  const dayOf = readDay(reader);
  const match = reader.find(TIME);
  if (match === null) return { dayOf, time: USUAL_TIME };
  const length = lengthOf(match, reader);
  if (length > LONGEST_TIME) reader.fail();
  return { dayOf, time: match[1] === "-" ? -length : length };
}

function lengthOf([, , hours, minutes = "0", seconds = "0"]: RegExpExecArray, reader: Reader): Millis {
  if (Number(minutes) > 59 || Number(seconds) > 59) reader.fail();
  return Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND;
}

function readDay(reader: Reader): (year: number) => Instant {
  const [, month, week, weekday, julian, count] = reader.take(DAY_OF_YEAR);
  if (julian !== undefined) return readJulianDay(Number(julian), reader);
  if (count !== undefined) {
    if (Number(count) > 365) reader.fail();
    return (year) => Date.UTC(year, 0, 1) + Number(count) * DAY;
  }
  const rule = { month: Number(month), week: Number(week), weekday: Number(weekday) };
  if (rule.month < 1 || rule.month > 12 || rule.week < 1 || rule.week > 5 || rule.weekday > 6) reader.fail();
  return (year) => weekdayOfMonth(year, rule);
}

/** The day of a year that has no 29 February: 60 is 1 March in every year. */
function readJulianDay(day: number, reader: Reader): (year: number) => Instant {
  if (day < 1 || day > 365) reader.fail();
  const ordinary = Date.UTC(2001, 0, day);
  const date = new Date(ordinary);
  return (year) => Date.UTC(year, date.getUTCMonth(), date.getUTCDate());
}

/** The first to fourth such weekday of the month; the fifth is the last. */
function weekdayOfMonth(year: number, rule: { month: number; week: number; weekday: number }): Instant {
  const first = new Date(Date.UTC(year, rule.month - 1, 1));
  const toFirst = (rule.weekday - first.getUTCDay() + 7) % 7;
  const day = first.getTime() + (toFirst + (rule.week - 1) * 7) * DAY;
  return day < Date.UTC(year, rule.month, 1) ? day : day - 7 * DAY;
}
