import type { NamedDialect, ScheduleSpec } from "../job.ts";
import { compileSchedule, describeSchedule, type Schedule } from "../schedule.ts";
import { DAY, type Instant, type Millis } from "../time.ts";
import { getZone, type Zone } from "../zone.ts";
import { type ClockNote, clockNotes } from "./clock-notes.ts";
import type { CronFields } from "./cron-plan.ts";
import type { CronSpec } from "./cron-schedule.ts";
import { type CronWords, wordsOfCron } from "./cron-words.ts";
import type { CronDialect } from "./dialect.ts";
import { DIALECTS } from "./dialects.ts";
import { type Guess, guessDialect } from "./guess.ts";
import { otherReadings } from "./other-readings.ts";
import { lintsOf } from "./plan-lints.ts";
import { createWallClock } from "./wall-clock.ts";

/** One slot as a schedule's reader sees it. */
export type Occurrence = {
  at: Instant;
  /** Local time − UTC by our own zone data, which is newer than many a browser's; null where no zone is in force. */
  offset: Millis | null;
  /** It may as well stay empty. */
  optional: boolean;
  /** What is special about it, as a sentence. */
  note: string | null;
};

/** A schedule read aloud. */
export type Reading = {
  /** "At 02:00 every day", without a full stop. */
  sentence: string;
  warnings: readonly string[];
  occurrences: readonly Occurrence[];
  /** What happens at the next changes of the clock, those of the occurrences among them; at most two sentences. */
  changes: readonly string[];
  /** Whose rules it was read by; null without an expression. */
  dialect: NamedDialect | null;
  /** That one as the subject of a sentence: "Debian's cron". */
  scheduler: string | null;
  /** The dialect was not named: it is what the expression looks like. */
  guessed: boolean;
  /** The zone whose clocks it goes by: the expression's own before the job's. Null for intervals and events. */
  timeZone: string | null;
  neverRuns: boolean;
  /** Delay that the scheduler adds by itself. */
  jitterMs: Millis;
};

/** What a schedule means, with its next `n` slots after `from`. Throws a `ScheduleError`. */
export function readAloud(spec: ScheduleSpec, from: Instant, n: number): Reading {
  const schedule = compileSchedule(spec);
  const reading: Reading = {
    sentence: describeSchedule(spec),
    warnings: schedule.warnings,
    occurrences: schedule.between(from, Infinity, n).map((at) => ({ at, offset: null, optional: false, note: null })),
    changes: [],
    dialect: null,
    scheduler: null,
    guessed: false,
    timeZone: null,
    neverRuns: schedule.neverRuns,
    jitterMs: schedule.jitterMs,
  };
  return spec.kind === "cron" ? { ...reading, ...readExpression(spec, schedule, reading.occurrences, from) } : reading;
}

/** The words of `describeSchedule` with the zone in force beside them; null without an expression. */
export function scheduleWords(spec: ScheduleSpec): CronWords {
  if (spec.kind !== "cron") return { words: describeSchedule(spec), timeZone: null };
  const { words, timeZone } = wordsOfCron(guessOf(spec).dialect, spec.expression);
  return { words, timeZone: timeZone ?? spec.timeZone };
}

const MOST_WARNINGS = 5;
const MOST_CHANGES = 2;
const COMING_YEAR: Millis = 370 * DAY;

/** What only an expression has. */
function readExpression(
  spec: CronSpec,
  schedule: Schedule,
  occurrences: readonly Occurrence[],
  from: Instant,
): Partial<Reading> {
  const guess = guessOf(spec);
  const { dialect, family } = guess;
  const row = DIALECTS[dialect];
  const plan = row.grammar(spec.expression);
  const read = { dialect, scheduler: row.scheduler, guessed: spec.dialect === "auto" };
  if (plan.kind !== "times") return read;
  const zone = getZone(plan.timeZone ?? spec.timeZone);
  const lints = lintsOf({ plan, dayRule: row.dayRule(plan.fields), schedule, timeZone: spec.timeZone }, from);
  const others = read.guessed ? otherReadings(guess, spec.expression) : [];
  const zoneLint = schedule.neverRuns ? null : (row.zoneLint?.(zone, from, from + COMING_YEAR) ?? null);
  const isCertain = family.length === 1;
  const notes = notesOf({ schedule, fields: plan.fields, row, zone, isCertain }, from);
  const doubt = isCertain ? `Optional: ${row.scheduler} may pass this over.` : "Optional: schedulers differ here.";
  return {
    ...read,
    warnings: [...new Set([...schedule.warnings, ...(zoneLint === null ? [] : [zoneLint]), ...others, ...lints])].slice(
      0,
      MOST_WARNINGS,
    ),
    occurrences: occurrences.map(({ at }) => {
      const optional = schedule.isOptional(at);
      const change = notes.find(({ slot }) => slot === at)?.sentence;
      return { at, offset: zone.offsetAt(at), optional, note: change ?? (optional ? doubt : null) };
    }),
    changes: notes.slice(0, MOST_CHANGES).map(({ sentence }) => sentence),
    timeZone: zone.name,
  };
}

function guessOf({ dialect, expression }: CronSpec): Guess {
  return dialect === "auto" ? guessDialect(expression) : { dialect, family: [dialect] };
}

type Read = { schedule: Schedule; fields: CronFields; row: CronDialect; zone: Zone; isCertain: boolean };

function notesOf({ schedule, fields, row, zone, isCertain }: Read, from: Instant): ClockNote[] {
  if (schedule.neverRuns) return [];
  const clock = createWallClock(fields, row.dayRule(fields));
  const catchesUp = (...change: [jump: Millis, offset: Millis]) =>
    isCertain && row.policy(fields, ...change).gap === "end";
  const scheduler = isCertain ? row.scheduler : null;
  return clockNotes({ schedule, clock, zone, scheduler, catchesUp }, from, from + COMING_YEAR);
}
