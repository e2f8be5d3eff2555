import { type Instant, type Millis, SECOND } from "../../time.ts";
import { segmentAt, type Zone } from "../../zone.ts";
import type { ClockChangePolicy, CronFields, CronPlan } from "../cron-plan.ts";
import { createCronSlots, type Slots } from "../cron-slots.ts";
import type { CronDialect } from "../dialect.ts";
import { quoted } from "../error.ts";
import { type FieldSyntax, placeOf, readItems, wrong } from "../field-reader.ts";
import { readQuartzDays } from "../quartz-days.ts";
import { SIX_FIELDS, splitByLayout } from "../split-fields.ts";
import { usualFields } from "../usual-fields.ts";
import { createWallClock } from "../wall-clock.ts";

const SCHEDULER = "Quartz";
const EXAMPLE = "0 0 2 ? * MON-FRI";

/** `CronExpression` of Quartz 2.3. */
export const quartz: CronDialect = {
  title: "Quartz (Java)",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseQuartz,
  // One of them is always `?`.
  dayRule: () => "both",
  policy,
  jitterMs: 0,
  slots: quartzSlots,
};

/** Of two equal times Quartz knows only the second, so that it jumps over the whole first pass. */
function policy(): ClockChangePolicy {
  return { gap: "skip", fold: "second" };
}

/** Asked in the first pass, Quartz answers as if it were as late in the second. */
function quartzSlots(expression: string, zone: Zone): Slots {
  const clock = createWallClock(parseQuartz(expression).fields, "both");
  const slots = createCronSlots(clock, zone, policy);
  let stretch: Stretch | null = null;

  function inSecondPass(from: Instant): Instant {
    // Quartz counts whole seconds, and looks from the one after.
    const start = Math.floor(from / SECOND) * SECOND + SECOND;
    if (stretch === null || start < stretch.start || start >= stretch.end) stretch = stretchAt(zone, start);
    return start >= stretch.end - stretch.backMs ? start + stretch.backMs - 1 : from;
  }

  return {
    next(from) {
      const slot = slots.next(from);
      if (slot === null) return null;
      const asked = inSecondPass(from);
      return asked === from ? slot : slots.next(asked);
    },
    prev: slots.prev,
  };
}

/** A time without a change of the offset, and how far the clocks go back at its end; negative where they go forward. */
type Stretch = { start: Instant; end: Instant; backMs: Millis };

function stretchAt(zone: Zone, at: Instant): Stretch {
  const { start, end, offset } = segmentAt(zone, at);
  return { start, end, backMs: offset - zone.offsetAt(end) };
}

type TimesPlan = Extract<CronPlan, { kind: "times" }>;

const USUAL = usualFields({ scheduler: SCHEDULER, reversed: "wrap", stepFromValue: true });
const SYNTAX = {
  second: { ...USUAL.second, longestStep: 59 },
  minute: { ...USUAL.minute, longestStep: 59 },
  hour: { ...USUAL.hour, longestStep: 23 },
  day: { ...USUAL.day, longestStep: 31 },
  month: { ...USUAL.month, longestStep: 12 },
  weekday: { ...USUAL.weekday, low: 1, longestStep: 7 },
};
const YEAR: FieldSyntax = {
  ...USUAL.second,
  name: "year",
  low: 1970,
  high: 2099,
  reversed: "reject",
  example: "something like 2027 or 2027-2029",
};

function parseQuartz(expression: string): TimesPlan {
  const texts = splitByLayout(expression, {
    layouts: [SIX_FIELDS, [...SIX_FIELDS, "year"]],
    scheduler: SCHEDULER,
    example: EXAMPLE,
  });
  const warnings: string[] = [];
  const read = (name: keyof typeof SYNTAX) => asQuartzReads(texts[name] ?? "", SYNTAX[name], warnings);
  const fields: CronFields = {
    seconds: readItems(read("second"), SYNTAX.second),
    minutes: readItems(read("minute"), SYNTAX.minute),
    hours: readItems(read("hour"), SYNTAX.hour),
    months: readItems(read("month"), SYNTAX.month),
    ...readQuartzDays({ day: read("day"), weekday: read("weekday") }, SYNTAX, warnings),
    years: texts.year === undefined || texts.year === "*" ? null : readItems(texts.year, YEAR),
  };
  return { kind: "times", fields, warnings };
}

/** The items of a field without what Quartz ignores. */
function asQuartzReads(text: string, syntax: FieldSyntax, warnings: string[]): string {
  const items = text.split(",").filter((item) => item !== "");
  if (items.length === 0) return text;
  return items.map((item) => withoutRest(item.startsWith("/") ? `*${item}` : item, text, syntax, warnings)).join(",");
}

/** Quartz takes a name, or two with a hyphen, and ignores what follows: `MON-FRI/2` is `MON-FRI`. */
function withoutRest(item: string, field: string, syntax: FieldSyntax, warnings: string[]): string {
  if (syntax.names.length === 0) return item;
  if (/^\d+-[A-Z]|^[A-Z]{3}-\d/i.test(item)) {
    throw wrong(`${placeOf(item, field, syntax)} mixes a name and a number`, syntax.example);
  }
  const [, name = "", until = "", rest = ""] = /^([A-Z]{3})(-[A-Z]{3})?(.*)$/i.exec(item) ?? [];
  const known = syntax.names.includes(name.toLowerCase());
  if (!known || rest === "" || rest.startsWith("-") || (until === "" && /^(L$|#)/i.test(rest))) return item;
  if (until === "" && LONG_ENDINGS.test(rest)) return name;
  const place = `the ${syntax.name} field`;
  warnings.push(`Quartz reads ${quoted(item)} in ${place} as ${quoted(name + until)} and ignores the rest.`);
  return name + until;
}

// A name written out means what it says.
const LONG_ENDINGS = /^(uary|ruary|ch|il|e|y|ust|tember|ober|ember|day|sday|nesday|rsday|urday)$/i;
