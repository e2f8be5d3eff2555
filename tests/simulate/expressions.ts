import type { Field, WallTimes } from "./wall-times.ts";

/** Writes a schedule in a scheduler's own language. */
export type Writer = (times: WallTimes) => string;

/** `0 2 * * 1-5` */
export const writeFiveFields: Writer = ({ minutes, hours, days, months, weekdays }) =>
  [minutes, hours, days, months, weekdays].map(writeField).join(" ");

/** `@daily` where its owner prefers words. */
export const writeCrontab: Writer = (times) => times.nickname ?? writeFiveFields(times);

/** `0 0 2 * * 1-5` */
export const writeSixFields: Writer = (times) => `${times.second} ${writeFiveFields(times)}`;

/** `0 0 2 ? * 2-6`: weekdays count from 1, and one of the day fields is `?`. */
export const writeQuartz: Writer = (times) => `${times.second} ${writeWithQuestion(times)}`;

/** `cron(0 2 ? * 2-6 *)` */
export const writeEventBridge: Writer = (times) => `cron(${writeWithQuestion(times)} *)`;

/** `Mon..Fri *-*-* 02:00:00` */
export const writeOnCalendar: Writer = ({ second, minutes, hours, days, months, weekdays }) => {
  const names = weekdays.text === "any" ? "" : `${rangeOr(weekdays, "..", weekdayName)} `;
  const date = `*-${onCalendarField(months)}-${onCalendarField(days)}`;
  const time = `${onCalendarField(hours)}:${onCalendarField(minutes)}:${twoDigits(second)}`;
  return `${names}${date} ${time}`;
};

function writeWithQuestion({ minutes, hours, days, months, weekdays }: WallTimes): string {
  const ofWeek = weekdays.text !== "any";
  const fromOne = { ...weekdays, values: weekdays.values.map((weekday) => weekday + 1) };
  return [minutes, hours, ofWeek ? "?" : days, months, ofWeek ? fromOne : "?"]
    .map((field) => (typeof field === "string" ? field : writeField(field)))
    .join(" ");
}

function writeField(field: Field): string {
  if (field.text === "any") return "*";
  return field.text === "step" ? `*/${field.values[1] ?? 1}` : rangeOr(field, "-", String);
}

function onCalendarField(field: Field): string {
  if (field.text === "any") return "*";
  return field.text === "step" ? `0/${field.values[1] ?? 1}` : rangeOr(field, "..", twoDigits);
}

function rangeOr({ text, values }: Field, dash: string, write: (value: number) => string): string {
  const ends = [values[0] ?? 0, values.at(-1) ?? 0];
  return text === "range" ? ends.map(write).join(dash) : values.map(write).join(",");
}

function weekdayName(weekday: number): string {
  return ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][weekday] ?? "";
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
