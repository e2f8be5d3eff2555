import type { NamedDialect } from "../job.ts";
import { findZone } from "../zone.ts";
import type { CronPlan } from "./cron-plan.ts";
import type { CronDialect } from "./dialect.ts";
import { DIALECT_NAMES } from "./dialect-names.ts";
import { DIALECTS } from "./dialects.ts";
import { ScheduleError } from "./error.ts";
import { isCommand } from "./five-fields.ts";
import { LruMap } from "./lru.ts";
import { meaningOf } from "./meaning.ts";
import { createWallClock } from "./wall-clock.ts";

/** For which scheduler an expression seems to be written. */
export type Guess = {
  dialect: NamedDialect;
  /** That one and all others that run it at the same times of the same days, but where the clock is changed. */
  family: readonly NamedDialect[];
};

type Names = readonly NamedDialect[];

// By the number of fields; where several read a text, the first counts. BusyBox, which reads a mistake as "every", is
// nobody's guess.
const FIVE: Names = ["vixie", "cronie", "kubernetes", "hangfire", "sidekiq", "celery", "github", "node-cron", "bullmq"];
const MORE: Names = ["spring", "hangfire", "sidekiq", "node-cron", "bullmq", "quartz", "eventbridge", "kubernetes"];
/** A `?` is needed by the first two and known to few others. */
const WITH_QUESTION: Names = ["quartz", "eventbridge", ...MORE];
const FEWER: Names = ["systemd"];

const EVENTBRIDGE = /^(?:cron|rate|at) ?\(/i;
const ON_CALENDAR =
  /^@\d|:|\.\.|\*-|-\*|\d{4}-|^(?:minute|hour|dai|week|month|quarter|(?:semi-?|bi-)?annual|year)ly\b/i;
/** Debian's cron stops reading a number there and takes what it has. */
const BEYOND_DEBIAN = /[#~%&]/;
/** As fugit writes zones. */
const ZONE = /^[A-Z][a-z]+\/[A-Z]\S+$/;

const REMEMBERED = 5_000;
const guesses = new LruMap<string, Guess>(REMEMBERED);

/**
 * Recognises an expression by its text alone. Throws a `ScheduleError` where no scheduler reads it: that of the one for
 * which it seems to be meant.
 */
export function guessDialect(expression: string): Guess {
  return guesses.get(expression) ?? remember(expression, readByGuess(expression));
}

/** An expression as one scheduler reads it. */
export type DialectReading = { name: NamedDialect; row: CronDialect; plan: CronPlan };

/** How those of the guess read an expression, the likeliest first. Throws as `guessDialect` does. */
export function readByGuess(expression: string): readonly [DialectReading, ...DialectReading[]] {
  const text = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  const words = text.split(/[ \t]+/);
  const best = bestReading(orderFor(text, words), expression) ?? refuse(expression, nearestFor(text, words));
  const readings = [best, ...othersLike(best, expression)] as const;
  remember(expression, readings);
  return readings;
}

function remember(expression: string, [best, ...others]: readonly [DialectReading, ...DialectReading[]]): Guess {
  const guess = { dialect: best.name, family: [best.name, ...others.map(({ name }) => name)] };
  guesses.set(expression, guess);
  return guess;
}

function orderFor(text: string, words: readonly string[]): Names {
  if (EVENTBRIDGE.test(text)) return ["eventbridge"];
  if (/^@\D/.test(text)) return FIVE;
  if (words.length < 5) return FEWER;
  if (words.length > 5) return text.includes("?") ? WITH_QUESTION : MORE;
  return BEYOND_DEBIAN.test(text) ? [...FIVE.slice(1), "vixie"] : FIVE;
}

/** Whose error says best what is wrong with a text that nobody reads. */
function nearestFor(text: string, words: readonly string[]): NamedDialect {
  if (EVENTBRIDGE.test(text)) return "eventbridge";
  if (words.length < 5) return ON_CALENDAR.test(text) ? "systemd" : "vixie";
  if (words.length !== 6 && words.length !== 7) return "vixie";
  const rest = words.slice(5).join(" ");
  // Debian's reader tells what to do about a command and a year.
  if (ZONE.test(rest) || (findZone(rest) !== null && rest.length > 3)) return "sidekiq";
  if (isCommand(rest) || (words.length === 6 && /^\d{4}/.test(rest))) return "vixie";
  return words.length === 7 || text.includes("?") ? "quartz" : "spring";
}

/** The first of those named that reads it. One that accepts it and never runs it is taken only where nobody runs it. */
function bestReading(names: Names, expression: string): DialectReading | null {
  let first: DialectReading | null = null;
  for (const name of names) {
    const reading = readingIn(name, expression);
    // "22-2" never runs under Debian's cron: somebody means one that goes round midnight.
    if (reading !== null && everRuns(reading)) return reading;
    first ??= reading;
  }
  return first;
}

function readingIn(name: NamedDialect, expression: string): DialectReading | null {
  const row = DIALECTS[name];
  try {
    return { name, row, plan: row.grammar(expression) };
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

function everRuns({ row, plan }: DialectReading): boolean {
  if (plan.kind !== "times") return true;
  return createWallClock(plan.fields, row.dayRule(plan.fields)).next(0) !== null;
}

/**
 * What these do at a change of the clock is no policy that could go together with others: BullMQ's library shifts times,
 * and a systemd timer looks at when it was started.
 */
const ALONE: ReadonlySet<NamedDialect> = new Set(["bullmq", "systemd"]);

function othersLike(best: DialectReading, expression: string): DialectReading[] {
  if (ALONE.has(best.name)) return [];
  const meaning = meaningOf(best.plan, best.row);
  return DIALECT_NAMES.flatMap((name) => {
    const reading = name === best.name || ALONE.has(name) ? null : readingIn(name, expression);
    return reading !== null && meaningOf(reading.plan, reading.row) === meaning ? [reading] : [];
  });
}

/** Lets the named scheduler say what is wrong with an expression that it does not read. */
function refuse(expression: string, name: NamedDialect): never {
  DIALECTS[name].grammar(expression);
  throw new ScheduleError("schedule", `Name the scheduler that runs this; ${DIALECTS[name].scheduler} reads it.`);
}
