import type { CronField } from "./cron-plan.ts";
import { type FieldRule, type Findings, int32 } from "./debian-field.ts";
import { quoted, type ScheduleError } from "./error.ts";
import { fieldOf, placeOf, wrong } from "./field-reader.ts";

/** Reads one field as cronie does: like Debian's cron, but to the end of every item, and with `~`. */
export function readCronieField(text: string, rule: FieldRule, found: Findings): CronField {
  const values: number[] = [];
  let drawnFrom = 1;
  for (const item of text.split(",")) {
    const range = readItem({ item, field: text, rule });
    if (range.warning !== undefined) found.warnings.push(range.warning);
    for (let value = range.from; value <= range.to; value += range.step) {
      checkBounds(value, { item, field: text, rule });
      values.push(value);
    }
    drawnFrom = Math.max(drawnFrom, range.drawnFrom ?? 1);
  }
  found.jitterMs += (drawnFrom - 1) * rule.unitMs;
  return fieldOf(text, values);
}

type ItemPlace = { item: string; field: string; rule: FieldRule };

/** `drawnFrom`: of how many values in a row one is drawn by lot; the range is the first of them. */
type Range = { from: number; to: number; step: number; drawnFrom?: number; warning?: string };

function readItem(place: ItemPlace): Range {
  const { item, field, rule } = place;
  const [, starStep] = /^\*(?:\/(.*))?$/.exec(item) ?? [];
  if (item.startsWith("*") && (item === "*" || starStep !== undefined)) {
    return { from: rule.low, to: rule.high, step: readStep(starStep, place) };
  }
  const [range = "", step, more] = item.split("/");
  const [first = "", last, third] = range.split("-");
  if (range.includes("~")) return readDrawn(place);
  if (more !== undefined || third !== undefined || first === "") throw unreadable(place);
  const from = readValue(first, place);
  if (last === undefined) {
    if (step === undefined) return { from, to: from, step: 1 };
    const right = `${first}-${rule.high}/${step}`;
    throw wrong(`The ${rule.name} field ${quoted(field)} needs a range before the slash`, right);
  }
  return readRange(from, readValue(last, place), step, place);
}

const SUNDAY_AGAIN = 7;

// Cronie lets "sat-0" end on Sunday, and does not look at which field it reads.
function readRange(from: number, last: number, stepText: string | undefined, place: ItemPlace): Range {
  const { item, rule } = place;
  const step = readStep(stepText, place);
  const where = `${quoted(item)} in the ${rule.name} field`;
  const to = last === 0 && from > 0 && stepText === undefined ? SUNDAY_AGAIN : last;
  if (from > to) return { from, to, step, warning: `${where} never matches: cronie does not wrap ranges around.` };
  if (to === last || rule.high === SUNDAY_AGAIN) return { from, to, step };
  return { from, to, step, warning: `${where} is ${from} to ${to}: cronie takes a 0 at the end of a range for 7.` };
}

function readDrawn(place: ItemPlace): Range {
  const { item, rule } = place;
  const [, first, last] = /^(\w*)~(\w*)$/.exec(item) ?? [];
  if (first === undefined || last === undefined) throw unreadable(place);
  const from = first === "" ? rule.low : readValue(first, place);
  const to = last === "" ? rule.high : readValue(last, place);
  checkBounds(from, place);
  checkBounds(to, place);
  if (from > to) throw wrong(`${placeOf(item, place.field, rule)} runs backwards`, `${to}~${from}`);
  const warning = `Cronie draws ${quoted(item)} in the ${rule.name} field by lot when it loads the crontab: ${from} to ${to} is all on time.`;
  return { from, to: from, step: 1, drawnFrom: to - from + 1, warning };
}

function readStep(text: string | undefined, { field, rule }: ItemPlace): number {
  if (text === undefined) return 1;
  const step = /^\d+$/.test(text) ? int32(text) : 0;
  if (step >= 1) return step;
  throw wrong(`The ${rule.name} field ${quoted(field)} needs a whole number from 1 after the slash`, "*/5");
}

function readValue(word: string, place: ItemPlace): number {
  const { field, rule } = place;
  if (/^\d+$/.test(word)) return int32(word);
  const named = rule.names.indexOf(word.toLowerCase());
  if (named >= 0) return named + rule.low;
  if (word === "") throw unreadable(place);
  const short = word.slice(0, 3).toLowerCase();
  throw wrong(
    `${placeOf(word, field, rule)} is not known to cronie`,
    rule.names.includes(short) ? short : rule.example,
  );
}

function checkBounds(value: number, { item, field, rule }: ItemPlace): void {
  if (value >= rule.low && value <= rule.high) return;
  throw wrong(`${placeOf(item, field, rule)} is not between ${rule.low} and ${rule.high}`, rule.example);
}

function unreadable({ item, field, rule }: ItemPlace): ScheduleError {
  if (item === "") return wrong(`The ${rule.name} field ${quoted(field)} has an empty item`, rule.example);
  return wrong(`${placeOf(item, field, rule)} is not known to cronie`, rule.example);
}
