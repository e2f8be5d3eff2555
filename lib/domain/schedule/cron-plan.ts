/** One field of a cron expression, read. */
export type CronField = {
  /** The text it was read from. */
  text: string;
  /** The values it stands for, ascending, each once; empty where it never matches. */
  values: readonly number[];
  /** The text starts with `*`, which several schedulers treat as "not restricted" whatever follows. */
  starred: boolean;
};

/** When within a day and on which days, on the wall clock. Months 1–12, weekdays 0–6 from Sunday. */
export type CronFields = {
  seconds: CronField;
  minutes: CronField;
  hours: CronField;
  days: CronField;
  months: CronField;
  weekdays: CronField;
};

/** How day and weekday go together: either suffices, or both are needed. */
export type DayRule = "either" | "both";

/** What a grammar makes of an expression. `event`: it runs when something happens, not at a time. */
export type CronPlan =
  | { kind: "event"; warnings: readonly string[] }
  | { kind: "times"; fields: CronFields; warnings: readonly string[] };

/**
 * What a scheduler does where the clock is put forward or back.
 * gap: wall times that do not exist are left out (`skip`), or run once at the end of the gap (`end`).
 * fold: wall times that exist twice run in both passes (`both`), or only in the first (`first`).
 */
export type ClockChangePolicy = { gap: "skip" | "end"; fold: "both" | "first" };
