import type { CronField, MonthDayRule, WeekdayRule } from "./cron-plan.ts";
import { fieldOf, type FieldSyntax, namedValue, placeOf, readItems, wrong } from "./field-reader.ts";

/** Reads a field of days whose items may be `L`, `L-3`, `LW`, `L-3W` or `15W`. Throws a `ScheduleError`. */
export function readDayField(text: string, syntax: FieldSyntax): { field: CronField; rules: MonthDayRule[] } {
  const rules: MonthDayRule[] = [];
  const field = readItems(text, {
    ...syntax,
    special(item) {
      const rule = readMonthDayRule(item, text, syntax);
      if (rule !== null) rules.push(rule);
      return rule !== null;
    },
  });
  return { field, rules };
}

/** Reads a field of weekdays whose items may be `5L`, `FRIL` or `MON#2`. Throws a `ScheduleError`. */
export function readWeekdayField(text: string, syntax: FieldSyntax): { field: CronField; rules: WeekdayRule[] } {
  const rules: WeekdayRule[] = [];
  const { values } = readItems(text, {
    ...syntax,
    special(item) {
      const rule = readWeekdayRule(item, text, syntax);
      if (rule !== null) rules.push(rule);
      return rule !== null;
    },
  });
  const fromSunday = values.map((weekday) => (weekday - syntax.low) % 7);
  return { field: fieldOf(text, fromSunday), rules };
}

const FURTHEST_BACK = 30;

function readMonthDayRule(item: string, field: string, syntax: FieldSyntax): MonthDayRule | null {
  const last = /^L(?:-(\d{1,9}))?(W?)$/i.exec(item);
  if (last !== null) {
    const before = Number(last[1] ?? 0);
    if (before > FURTHEST_BACK) {
      throw wrong(`${placeOf(item, field, syntax)} counts back beyond the month`, `L-${FURTHEST_BACK} at most`);
    }
    return { kind: last[2] === "" ? "last" : "last-weekday", before };
  }
  const [, digits] = /^(\d{1,9})W$/i.exec(item) ?? [];
  if (digits === undefined) return null;
  const day = Number(digits);
  if (day >= syntax.low && day <= syntax.high) return { kind: "nearest-weekday", day };
  throw wrong(`${placeOf(item, field, syntax)} is not between ${syntax.low}W and ${syntax.high}W`, "15W");
}

const MOST_WEEKS = 5;

function readWeekdayRule(item: string, field: string, syntax: FieldSyntax): WeekdayRule | null {
  const [, word, ending = ""] = /^(\d{1,9}|[A-Z]{3})(L|#.*)$/i.exec(item) ?? [];
  if (word === undefined) return null;
  const weekday = /^\d/.test(word) ? Number(word) : namedValue(word, syntax);
  if (weekday === null || weekday < syntax.low || weekday > syntax.high) {
    throw wrong(
      `${placeOf(item, field, syntax)} does not start with a weekday`,
      ending.startsWith("#") ? "MON#2" : "MONL",
    );
  }
  return { kind: "nth", weekday: (weekday - syntax.low) % 7, nth: readNth(ending, { item, word, field, syntax }) };
}

type RulePlace = { item: string; word: string; field: string; syntax: FieldSyntax };

function readNth(ending: string, { item, word, field, syntax }: RulePlace): number {
  if (!ending.startsWith("#")) return -1;
  const nth = /^#\d$/.test(ending) ? Number(ending.slice(1)) : 0;
  if (nth >= 1 && nth <= MOST_WEEKS) return nth;
  const right = `${word}#1 to ${word}#${MOST_WEEKS}`;
  throw wrong(`${placeOf(item, field, syntax)} needs a number from 1 to ${MOST_WEEKS} after the #`, right);
}
