import type { Millis } from "../time.ts";

/** One field of a cron expression, read. */
export type CronField = {
  /** The text it was read from. */
  text: string;
  /** The values it stands for, ascending, each once; empty where it never matches. */
  values: readonly number[];
  /** The text starts with `*`, which several schedulers treat as "not restricted" whatever follows. */
  starred: boolean;
};

/**
 * Days that depend on the month.
 * last: that many days before its last (`L` is 0). nearest-weekday: Monday to Friday nearest to a day, in the same month
 * (`15W`), or never where that day is the month's last and a Sunday. last-weekday: the nearest of Monday to Friday in the
 * month to that many days before its last (`LW` is 0).
 */
export type MonthDayRule =
  | { kind: "last"; before: number }
  | { kind: "nearest-weekday"; day: number; lastSunday?: "never" }
  | { kind: "last-weekday"; before: number };

/**
 * Weekdays that depend on the date. nth: the first to fifth of a month, or from its end where negative (`1#2`, `5L` is
 * −1). weeks: every so many weeks, where the number of the week counted from the week of 1 January 2019 (Tuesday, as
 * fugit counts) leaves `remainder`.
 */
export type WeekdayRule =
  | { kind: "nth"; weekday: number; nth: number }
  | { kind: "weeks"; weekday: number; every: number; remainder: number };

/** When within a day and on which days, on the wall clock. Months 1–12, weekdays 0–6 from Sunday. */
export type CronFields = {
  seconds: CronField;
  minutes: CronField;
  hours: CronField;
  days: CronField;
  months: CronField;
  weekdays: CronField;
  /** Days besides those in `days`. */
  dayRules: readonly MonthDayRule[];
  /** Days besides those in `weekdays`. */
  weekdayRules: readonly WeekdayRule[];
  /** Null: every year. */
  years: CronField | null;
};

/** How day and weekday go together: either suffices, or both are needed. */
export type DayRule = "either" | "both";

/**
 * What a grammar makes of an expression. event: it runs when something happens, not at a time. every: so long after the
 * run before. times: at times on the wall clock.
 */
export type CronPlan =
  | { kind: "event"; warnings: readonly string[] }
  | { kind: "every"; everyMs: Millis; warnings: readonly string[] }
  | {
      kind: "times";
      fields: CronFields;
      /** The expression names its zone itself. */
      timeZone?: string;
      /** A delay after each time that the expression itself leaves to chance, such as cronie's `0~30`. */
      jitterMs?: Millis;
      warnings: readonly string[];
    };

/**
 * What a scheduler does where the clock is put forward or back.
 * gap: wall times that do not exist are left out (`skip`), or run once at the end of the gap (`end`).
 * fold: wall times that exist twice run in both passes (`both`), or only in the first or the second.
 */
export type ClockChangePolicy = { gap: "skip" | "end"; fold: "both" | "first" | "second" };
