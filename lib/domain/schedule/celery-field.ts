import type { CronField } from "./cron-plan.ts";
import { quoted } from "./error.ts";
import { fieldOf, placeOf, valuesFrom, WEEKDAY_NAMES, wrong } from "./field-reader.ts";

/** What one field of Celery's crontab may hold. */
export type CeleryField = { name: string; low: number; high: number; example: string };

/**
 * Reads one field as Celery does: it looks for a range, a step or a star at the start of each item and overlooks the
 * rest, and takes the names of weekdays for numbers in every field. Throws a `ScheduleError`.
 */
export function readCeleryField(text: string, field: CeleryField, warnings: string[]): CronField {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    if (item === "") throw wrong(`The ${field.name} field ${quoted(text)} has an empty item`, field.example);
    for (const value of readItem({ item, text, field }, warnings)) values.add(value);
  }
  return fieldOf(text, values);
}

type ItemPlace = { item: string; text: string; field: CeleryField };

function readItem(place: ItemPlace, warnings: string[]): number[] {
  const { item, text, field } = place;
  const [range = "", first, last, rangeStep] = /^(\w+?)-(\w+)(\/\w*)?/.exec(item) ?? [];
  if (first !== undefined && last !== undefined) {
    if (range !== item) warnings.push(overlooked(item, range, field));
    return everyNth(
      readRange(readValue(first, place, warnings), readValue(last, place, warnings), field),
      rangeStep,
      place,
    );
  }
  const [star = "", starStep] = /^\*(\/\w*)/.exec(item) ?? [];
  if (item === "*" || starStep !== undefined) {
    if (item !== "*" && star !== item) warnings.push(overlooked(item, star, field));
    return everyNth(valuesFrom(field.low, field.high, 1), starStep, place);
  }
  if (/^\d+\/\d*$/.test(item)) {
    throw wrong(`${placeOf(item, text, field)} needs a range before the slash`, item.replace("/", `-${field.high}/`));
  }
  return [readValue(item, place, warnings)];
}

function overlooked(item: string, read: string, field: CeleryField): string {
  return `Celery ignores ${quoted(item.slice(read.length))} in the ${field.name} field and reads ${quoted(read)}.`;
}

function readRange(from: number, to: number, { low, high }: CeleryField): number[] {
  return from <= to ? valuesFrom(from, to, 1) : [...valuesFrom(from, high, 1), ...valuesFrom(low, to, 1)];
}

function everyNth(values: readonly number[], slash: string | undefined, { item, text, field }: ItemPlace): number[] {
  if (slash === undefined) return [...values];
  const step = /^\/\d{1,9}$/.test(slash) ? Number(slash.slice(1)) : 0;
  if (step < 1) throw wrong(`${placeOf(item, text, field)} needs a whole number from 1 after the slash`, "*/5");
  return values.filter((_, index) => index % step === 0);
}

function readValue(word: string, { item, text, field }: ItemPlace, warnings: string[]): number {
  const value = /^\+?\d{1,9}$/.test(word) ? Number(word) : readName(word, field, warnings);
  if (value === null) throw wrong(`${placeOf(word, text, field)} is not known to Celery`, field.example);
  if (value >= field.low && value <= field.high) return value;
  throw wrong(`${placeOf(item, text, field)} is not between ${field.low} and ${field.high}`, field.example);
}

/** Celery looks at the first three letters only: "mon#2" is Monday. */
function readName(word: string, field: CeleryField, warnings: string[]): number | null {
  const index = WEEKDAY_NAMES.indexOf(word.slice(0, 3).toLowerCase());
  if (index < 0) return null;
  const where = `${quoted(word)} in the ${field.name} field`;
  if (field.name !== "weekday") warnings.push(`Celery takes ${where} for the weekday of that name, number ${index}.`);
  else if (!/^[a-z]+$/i.test(word)) warnings.push(overlooked(word, word.slice(0, 3), field));
  return index;
}
