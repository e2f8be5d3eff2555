import type { CronField } from "./cron-plan.ts";
import { int32 } from "./debian-field.ts";
import { fieldOf, MONTH_NAMES, placeOf, WEEKDAY_NAMES } from "./field-reader.ts";
import { inWords } from "./word-list.ts";

/** What one field is to BusyBox: the positions of a table that it fills going round. */
export type BusyboxField = {
  name: string;
  /** Of the table. */
  size: number;
  /** The value at the table's first position. */
  first: number;
  names: readonly string[];
  example: string;
};

/** The table of days has a day 0, which never comes. */
export const BUSYBOX_FIELDS: Record<"minute" | "hour" | "day" | "month" | "weekday", BusyboxField> = {
  minute: { name: "minute", size: 60, first: 0, names: [], example: "something like 0, */5 or 10,40" },
  hour: { name: "hour", size: 24, first: 0, names: [], example: "something like 2, */4 or 9-17" },
  day: { name: "day", size: 32, first: 0, names: [], example: "something like 1, 1-31/2 or 1-7" },
  month: { name: "month", size: 12, first: 1, names: MONTH_NAMES, example: "something like 1, jan or 6-8" },
  weekday: { name: "weekday", size: 7, first: 0, names: WEEKDAY_NAMES, example: "something like 1, mon-fri or 0,6" },
};

/**
 * Reads one field as BusyBox does, which refuses nothing: it logs a mistake and goes on with what it has filled until
 * then. The field is starred where that is all of it.
 */
export function readBusyboxField(text: string, field: BusyboxField, warnings: string[]): CronField {
  const filled = new Set<number>();
  let rest: string | null = `,${text}`;
  while (rest?.startsWith(",") === true) {
    const item = readItem(rest.slice(1), field);
    rest = item !== null && fill(filled, item, field.size) ? item.rest : null;
    if (item !== null) addStepWarning(item, text, field, warnings);
  }
  const values = [...filled]
    .map((position) => position + field.first)
    .filter((value) => field.size !== 32 || value > 0);
  const read = fieldOf(text, values);
  if (rest !== "") warnings.push(mistakeIn(read, filled.size, field));
  // The step after a single value counts for nothing.
  return { ...read, text: text.replace(/^(\w+)\/\d+$/, "$1"), starred: filled.size === field.size };
}

/** Positions of the table, −1 where none is named; `rest` is the text after the item. */
type Item = { from: number; to: number; step: number; single: boolean; rest: string };

function readItem(text: string, field: BusyboxField): Item | null {
  let from = -1;
  let to = -1;
  let rest = text;
  for (;;) {
    const [word = ""] = /^(?:\*|\d+|[a-z]{3})/i.exec(rest) ?? [];
    const position = positionOf(word, field);
    if (position === null) return null;
    if (word === "*") [from, to] = [0, field.size - 1];
    else if (from < 0) from = position;
    else to = position;
    rest = rest.slice(word.length);
    if (!rest.startsWith("-") || to >= 0) break;
    rest = rest.slice(1);
  }
  const [slash = "", digits = "0"] = /^\/([-+]?\d+)?/.exec(rest) ?? [];
  const step = slash === "" ? 1 : int32(digits);
  return { from, to: to < 0 ? from : to, step, single: to < 0 && slash !== "", rest: rest.slice(slash.length) };
}

function positionOf(word: string, { first, names }: BusyboxField): number | null {
  if (word === "*") return 0;
  if (/^\d/.test(word)) return int32(word) - first;
  const named = names.indexOf(word.toLowerCase());
  return named < 0 ? null : named;
}

const FAILSAFE = 1024;

/** Goes round until it meets the end. It never meets a number beyond the table, and then gives up: false. */
function fill(filled: Set<number>, { from, to, step }: Item, size: number): boolean {
  let position = from - 1;
  let wait = 1;
  for (let count = 0; count < FAILSAFE; count++) {
    position = (position + 1) % size;
    wait -= 1;
    if (wait === 0) {
      if (position >= 0) filled.add(position);
      wait = step;
    }
    if (position === to) return true;
  }
  return false;
}

function addStepWarning({ single, from, step, to }: Item, text: string, field: BusyboxField, warnings: string[]): void {
  if (single)
    warnings.push(
      `BusyBox steps through ranges and * only: it reads ${placeOf(text, text, field)} as ${from + field.first}.`,
    );
  if (field.size === 32 && from === 0 && to === 31 && step > 1) {
    warnings.push(`BusyBox counts the days of ${placeOf(text, text, field)} from 0, so the first is day ${step}.`);
  }
}

function mistakeIn({ text, values }: CronField, filled: number, field: BusyboxField): string {
  const where = placeOf(text, text, field);
  if (filled === 0) return `BusyBox logs a parse error for ${where} and then never runs it; write ${field.example}.`;
  const read = filled === field.size ? `runs on every ${field.name}` : `reads ${inWords(values, String)}`;
  return `BusyBox logs a parse error for ${where} and then ${read}.`;
}
