import type { Dialect, ScheduleSpec } from "./job.ts";
import { compileCron, type CronSpec } from "./schedule/cron-schedule.ts";
import { describeCron } from "./schedule/cron-words.ts";
import type { Slots } from "./schedule/cron-slots.ts";
import { ScheduleError } from "./schedule/error.ts";
import { guessDialect } from "./schedule/guess.ts";
import {
  checkEvery,
  createIntervalSlots,
  describeInterval,
  formatInterval,
  parseInterval,
  startsAsIsoDuration,
} from "./schedule/interval.ts";
import { LruMap } from "./schedule/lru.ts";
import { requireAll } from "./schedule/union-slots.ts";
import type { WallClock } from "./schedule/wall-clock.ts";
import type { Instant, Millis } from "./time.ts";
import { getZone, type Zone, zoneSourceNumber } from "./zone.ts";

export { ScheduleError };

/** A schedule ready to be asked for its slots. */
export type Schedule = {
  /** How its slots follow each other. `none` also where an expression names an event, such as `@reboot`. */
  kind: ScheduleSpec["kind"];
  /** First slot strictly after `from`; null where there is none. For an interval: `from` + interval. */
  next(from: Instant): Instant | null;
  /** Last slot at or before `from`; null where there is none. For an interval: `from`. */
  prev(from: Instant): Instant | null;
  /** The slots after `from` up to and including `to`, at most `limit`. For an interval counted from `from`. */
  between(from: Instant, to: Instant, limit: number): Instant[];
  /** Whether a slot may as well stay empty, because it is not known which scheduler runs the job. */
  isOptional(slot: Instant): boolean;
  /** The slots that must not stay empty. */
  required: Slots;
  /** How long after each other its slots are, where they are counted from run to run (`kind` is `interval`). */
  everyMs: Millis | null;
  /** Delay after a slot that the scheduler itself adds; inside it a job is not late. */
  jitterMs: Millis;
  /** A cron schedule without any slot: a date that does not exist. */
  neverRuns: boolean;
  /** Sentences about what the scheduler does with this text that its author may not expect; at most five. */
  warnings: readonly string[];
  /** The zone whose clocks it goes by: the expression's own before the job's. Null for intervals, events and none. */
  zone: Zone | null;
  /** The wall times that its slots are, but near changes of the clock; null where they are not just those. */
  clock: WallClock | null;
};

const REMEMBERED = 5_000;
const compiled = new LruMap<string, { schedule: Schedule; zone: Zone }>(REMEMBERED);
const intervals = new LruMap<Millis, Schedule>(REMEMBERED);
/** By the very spec, which a job that is kept in mind brings with every ping: to look up its texts takes a microsecond. */
const seen = new WeakMap<ScheduleSpec, { schedule: Schedule; zoneSource: number }>();

/** Makes a schedule of what its owner wrote. Throws a `ScheduleError`. Cheap for a spec that was seen before. */
export function compileSchedule(spec: ScheduleSpec): Schedule {
  if (spec.kind === "none") return NO_SCHEDULE;
  const before = seen.get(spec);
  const zoneSource = zoneSourceNumber();
  if (before?.zoneSource === zoneSource) return before.schedule;
  const schedule = spec.kind === "interval" ? compileInterval(spec.everyMs) : compileExpression(spec);
  seen.set(spec, { schedule, zoneSource });
  return schedule;
}

function compileExpression(spec: CronSpec): Schedule {
  checkCharacters(spec.expression);
  const zone = getZone(spec.timeZone);
  const key = `${spec.dialect} ${zone.name} ${spec.expression}`;
  const known = compiled.get(key);
  if (known !== undefined && known.zone === zone) return known.schedule;
  const schedule = withBetween(compileCron(spec, zone));
  compiled.set(key, { schedule, zone });
  return schedule;
}

const NO_SCHEDULE = withBetween({
  kind: "none",
  ...requireAll({ next: () => null, prev: () => null }),
  everyMs: null,
  jitterMs: 0,
  neverRuns: false,
  warnings: [],
  zone: null,
  clock: null,
});

function compileInterval(everyMs: Millis): Schedule {
  const known = intervals.get(everyMs);
  if (known !== undefined) return known;
  const slots = requireAll(createIntervalSlots(everyMs));
  const schedule = withBetween({ ...NO_SCHEDULE, ...slots, kind: "interval", everyMs });
  intervals.set(everyMs, schedule);
  return schedule;
}

function withBetween(schedule: Omit<Schedule, "between">): Schedule {
  return {
    ...schedule,
    between(from, to, limit) {
      const slots: Instant[] = [];
      let slot = schedule.next(from);
      while (slot !== null && slot <= to && slots.length < limit) {
        slots.push(slot);
        slot = schedule.next(slot);
      }
      return slots;
    },
  };
}

const LONGEST_EXPRESSION = 1_000;

function checkCharacters(expression: string): void {
  if (expression.length > LONGEST_EXPRESSION) {
    const length = `The schedule is ${expression.length} characters long`;
    throw new ScheduleError("schedule", `${length}; it may have at most ${LONGEST_EXPRESSION}.`);
  }
  const strange = /[^\t -~]/u.exec(expression)?.[0];
  if (strange === undefined) return;
  const code = (strange.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const shown = /[\p{L}\p{N}\p{P}\p{S}]/u.test(strange)
    ? `"${strange}" (U+${code})`
    : `the invisible character U+${code}`;
  throw new ScheduleError(
    "schedule",
    `The schedule contains ${shown}, which cron cannot read; type it with plain characters.`,
  );
}

/**
 * Reads what a person types: an expression for the scheduler `dialect`, an interval ("every 5s", "every 90 min", "PT15M")
 * or nothing, for a job without a schedule. The time zone matters to expressions only. Throws a `ScheduleError`.
 */
export function parseScheduleText(text: string, timeZone: string, dialect: Dialect = "auto"): ScheduleSpec {
  checkCharacters(text.trim());
  const words = text.trim().replaceAll(/[ \t]+/g, " ");
  if (words === "") return { kind: "none" };
  const interval = /^@?every\b(.*)$/i.exec(words)?.[1] ?? (startsAsIsoDuration(words) ? words : null);
  if (interval !== null && !words.startsWith("@")) return { kind: "interval", everyMs: parseInterval(interval) };
  checkEvery(words);
  const zone = getZone(interval === null ? timeZone : "UTC");
  const spec: CronSpec = { kind: "cron", dialect, expression: words, timeZone: zone.name };
  // "@every" belongs to the schedulers, each of which has its own way with it.
  if (interval !== null && dialect === "auto" && !isReadable(spec)) {
    return { kind: "interval", everyMs: parseInterval(interval) };
  }
  const { everyMs } = compileSchedule(spec);
  return everyMs === null ? spec : { kind: "interval", everyMs };
}

function isReadable(spec: CronSpec): boolean {
  try {
    compileSchedule(spec);
    return true;
  } catch (error) {
    if (error instanceof ScheduleError) return false;
    throw error;
  }
}

/** The text that `parseScheduleText` reads as this spec. */
export function formatScheduleText(spec: ScheduleSpec): string {
  if (spec.kind === "none") return "";
  return spec.kind === "interval" ? `every ${formatInterval(spec.everyMs)}` : spec.expression;
}

/** The schedule as a sentence without a full stop, such as "At 02:00 every day"; it does not name the zone. */
export function describeSchedule(spec: ScheduleSpec): string {
  if (spec.kind === "none") return "No schedule";
  if (spec.kind === "interval") return describeInterval(spec.everyMs);
  const { dialect, expression } = spec;
  return describeCron(dialect === "auto" ? guessDialect(expression).dialect : dialect, expression);
}

/** The first `n` slots after `from`. */
export function occurrences(spec: ScheduleSpec, from: Instant, n: number): Instant[] {
  return compileSchedule(spec).between(from, Infinity, n);
}

/** How far the slots before and after `slot` that must not stay empty are away; null where there is none. */
export function intervalAround(schedule: Schedule, slot: Instant): { beforeMs: Millis | null; afterMs: Millis | null } {
  const after = schedule.required.next(slot);
  const afterMs = after === null ? null : after - slot;
  if (schedule.kind === "interval") return { beforeMs: afterMs, afterMs };
  const before = schedule.required.prev(slot - 1);
  return { beforeMs: before === null ? null : slot - before, afterMs };
}
