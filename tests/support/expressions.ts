import fc from "fast-check";
import type { NamedDialect } from "../../lib/domain/job.ts";

type Text = fc.Arbitrary<string>;

/** Anything that a field of numbers may hold for every scheduler: `*`, steps, a value, ranges and lists. */
function field(low: number, high: number, likely: Text): Text {
  const value = fc.integer({ min: low, max: high });
  const range = fc.tuple(value, value).map(([one, two]) => `${Math.min(one, two)}-${Math.max(one, two)}`);
  const step = fc.integer({ min: 1, max: high - low });
  const list = fc.uniqueArray(value, { minLength: 2, maxLength: 4 }).map((values) => values.join(","));
  return fc.oneof(
    { weight: 3, arbitrary: likely },
    value.map(String),
    list,
    range,
    step.map((by) => `*/${by}`),
    fc.tuple(range, step).map(([span, by]) => `${span}/${by}`),
  );
}

// Most clock changes come between midnight and four, on few days of the year: expressions that never meet one prove little.
const second = field(0, 59, fc.constantFrom("0", "0", "30", "*/20"));
const minute = field(0, 59, fc.constantFrom("*", "0", "30", "*/15", "*/30", "15,45"));
/** At least five minutes apart, as GitHub wants them. */
const spacedMinute = fc.oneof(
  fc.constantFrom("0", "30", "*/15", "*/30", "15,45", "*/5", "3-58/5"),
  fc.integer({ min: 0, max: 59 }).map(String),
);
const hour = field(0, 23, fc.constantFrom("*", "*", "0", "1", "2", "3", "23", "0-23", "*/2", "1-3"));
const day = field(1, 31, fc.constantFrom("*", "*", "*", "*", "1-7", "25-31", "29"));
const month = field(1, 12, fc.constantFrom("*", "*", "*", "*", "3,10", "MAR-NOV"));
const weekday = field(0, 6, fc.constantFrom("*", "*", "*", "*", "SUN", "MON-FRI"));
const quartzWeekday = field(1, 7, fc.constantFrom("*", "*", "*", "SUN", "MON-FRI"));
const year = fc.constantFrom("*", "*", "2026", "2020-2030", "2010,2034");

const monthDay = fc.constantFrom("L", "LW", "15W", "1W", "31W", "L-3");
const weekdayOfMonth = fc.constantFrom("SUN#1", "SUN#2", "SUNL", "FRI#5");

function words(...fields: readonly Text[]): Text {
  return fc.tuple(...fields).map((texts) => texts.join(" "));
}

/** Now and then a word of `rare` in place of one of `usual`. */
function sometimes(rare: Text, usual: Text): Text {
  return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

const five = words(minute, hour, day, month, weekday);
const six = words(second, minute, hour, day, month, weekday);
const nickname = fc.constantFrom("@hourly", "@daily", "@weekly", "@monthly", "@yearly");
const special = words(second, minute, hour, monthDay, month, fc.constant("*"));
const specialWeekday = words(second, minute, hour, fc.constant("*"), month, weekdayOfMonth);
const quartzDays = fc.oneof(
  words(sometimes(monthDay, day), month, fc.constant("?")),
  words(fc.constant("?"), month, sometimes(weekdayOfMonth, quartzWeekday)),
);

/** `OnCalendar=` writes steps with their start, ranges with two dots, and weekdays first. */
const onCalendar = fc
  .tuple(weekday, year, month, sometimes(fc.constantFrom("~1", "~7/1", "~3"), day), hour, minute, second)
  .map(([on, ...rest]) => {
    const [years, months, days, ...times] = rest.map((text) => text.replaceAll("*/", "0/").replaceAll("-", ".."));
    const date = days?.startsWith("~") === true ? `${years}-${months}${days}` : `${years}-${months}-${days}`;
    const weekdays = /[A-Z]/.test(on) ? `${on.replace("-", "..")} ` : "";
    return `${weekdays}${date} ${times.join(":")}`;
  })
  .map((text) => text.replace("MAR..NOV", "3..11").replaceAll("-0/", "-1/"));

const FIVE_FIELDS = sometimes(nickname, five);

const EXPRESSIONS: Record<NamedDialect, Text> = {
  vixie: FIVE_FIELDS,
  cronie: FIVE_FIELDS,
  "cronie-crontz": FIVE_FIELDS,
  busybox: FIVE_FIELDS,
  kubernetes: FIVE_FIELDS,
  celery: five.map((text) => text.replace("MAR-NOV", "3-11")),
  github: words(spacedMinute, hour, day, month, weekday),
  sidekiq: fc.oneof(five, six, words(minute, hour, day, month, fc.constantFrom("SUN#2", "SUN#-1", "MON%2"))),
  "node-cron": fc.oneof(five, six),
  bullmq: fc.oneof(FIVE_FIELDS, six),
  spring: fc.oneof(six, nickname, special, specialWeekday),
  hangfire: fc.oneof(five, six, special, specialWeekday),
  quartz: words(second, minute, hour, quartzDays),
  eventbridge: words(minute, hour, quartzDays, year).map((text) => `cron(${text})`),
  systemd: sometimes(fc.constantFrom("hourly", "daily", "weekly", "*:0/7"), onCalendar),
};

/** Expressions that a scheduler reads, or most of which it reads. */
export function expressionsOf(dialect: NamedDialect): Text {
  return EXPRESSIONS[dialect];
}
