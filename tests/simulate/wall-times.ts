import { DAY, type Instant } from "../../lib/domain/time.ts";

/** A field of a schedule: which values, and how its owner writes them. */
export type Field = { text: "any" | "step" | "range" | "list"; values: readonly number[] };

/** When a job runs on the wall clock of its zone. Weekdays 0–6 from Sunday. */
export type WallTimes = {
  second: number;
  minutes: Field;
  hours: Field;
  days: Field;
  months: Field;
  weekdays: Field;
  /** Written as a word, such as `@daily`, which means the same. */
  nickname: string | null;
};

/** Whether a day must fit both day fields, or one of them where both say something. */
export type DayRule = "either" | "both";

export const MINUTES_A_DAY = 1440;

export function list(...values: readonly number[]): Field {
  return { text: "list", values };
}

export function range(from: number, to: number): Field {
  return { text: "range", values: Array.from({ length: to - from + 1 }, (_, index) => from + index) };
}

/** Every `step`th value below `end`, from 0 on. */
export function step(by: number, end: number): Field {
  return { text: "step", values: Array.from({ length: Math.ceil(end / by) }, (_, index) => index * by) };
}

export function any(from: number, to: number): Field {
  return { ...range(from, to), text: "any" };
}

/** Marks every local minute, from midnight of `firstDay` on, at which a job runs; the field is cleared before. */
export function markMinutes(marked: Uint8Array, times: WallTimes, firstDay: Instant, rule: DayRule): void {
  marked.fill(0);
  const minutesOfDay = times.hours.values.flatMap((hour) => times.minutes.values.map((minute) => hour * 60 + minute));
  for (let day = 0; day * MINUTES_A_DAY < marked.length; day++) {
    if (!isDay(times, new Date(firstDay + day * DAY), rule)) continue;
    for (const minute of minutesOfDay) marked[day * MINUTES_A_DAY + minute] = 1;
  }
}

function isDay({ days, months, weekdays }: WallTimes, date: Date, rule: DayRule): boolean {
  if (!months.values.includes(date.getUTCMonth() + 1)) return false;
  const day = days.values.includes(date.getUTCDate());
  const weekday = weekdays.values.includes(date.getUTCDay());
  return rule === "both" || days.text === "any" || weekdays.text === "any" ? day && weekday : day || weekday;
}
