import { quoted } from "./error.ts";
import { WEEKDAY_NAMES, wrong } from "./field-reader.ts";

const NAME = /^(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)/i;

/** Whether the word begins as weekdays do, so that it can be nothing else. */
export function startsWithWeekday(word: string): boolean {
  return NAME.test(word);
}

const ITEM = new RegExp(`${NAME.source}(?:(?:\\.\\.|-)(.+))?$`, "i");

/**
 * Reads `Mon..Fri,Sun` into weekdays counted from Sunday. Names may be written out; the last comma may have nothing
 * after it; a hyphen is systemd's old sign for a range.
 */
export function readWeekdays(text: string): number[] {
  const items = text.replace(/,$/, "").split(",");
  return items.flatMap((item) => {
    const match = ITEM.exec(item);
    if (match === null) throw notWeekdays(item, text);
    const last = match[1];
    const from = weekdayOf(item);
    if (last === undefined) return [from % 7];
    if (NAME.exec(last)?.[0] !== last) throw notWeekdays(item, text);
    const to = weekdayOf(last);
    if (to < from) throw backwards(item, from, to);
    return Array.from({ length: to - from + 1 }, (_, index) => (from + index) % 7);
  });
}

/** Monday is 1, Sunday 7: systemd's week begins on Monday and its ranges do not go round. */
function weekdayOf(name: string): number {
  return WEEKDAY_NAMES.indexOf(name.slice(0, 3).toLowerCase()) || 7;
}

function notWeekdays(item: string, text: string) {
  const place = item === text ? quoted(text) : `${quoted(item)} in ${quoted(text)}`;
  return wrong(`${place} is not a weekday or a range of weekdays`, "something like Mon, Mon..Fri or Sat,Sun");
}

function backwards(item: string, from: number, to: number) {
  const name = (weekday: number) => {
    const word = WEEKDAY_NAMES[weekday % 7] ?? "";
    return word.slice(0, 1).toUpperCase() + word.slice(1);
  };
  const start = from === 7 ? "Sun" : `${name(from)}..Sun`;
  const end = to === 1 ? "Mon" : `Mon..${name(to)}`;
  return wrong(`${quoted(item)} in the weekdays runs backwards, which systemd refuses`, `${start},${end}`);
}
