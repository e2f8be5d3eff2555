import type { NamedDialect } from "../job.ts";
import type { CronPlan } from "./cron-plan.ts";
import type { CronDialect } from "./dialect.ts";
import { DIALECT_NAMES } from "./dialect-names.ts";
import { DIALECTS } from "./dialects.ts";
import { ScheduleError } from "./error.ts";
import { LruMap } from "./lru.ts";
import { meaningOf } from "./meaning.ts";
import { createWallClock } from "./wall-clock.ts";

/** For which scheduler an expression seems to be written. */
export type Guess = {
  dialect: NamedDialect;
  /** That one and all others that run it at the same times of the same days, but where the clock is changed. */
  family: readonly NamedDialect[];
};

// Where several read a text, the first counts. BusyBox, which reads a mistake as "every", is nobody's guess.
const FIVE_FIELDS = "vixie cronie kubernetes hangfire sidekiq celery github node-cron bullmq".split(" ");
const MORE_FIELDS = "spring hangfire sidekiq node-cron bullmq quartz eventbridge cronie kubernetes".split(" ");
/** A `?` is needed by these two and known to few others. */
const MORE_FIELDS_WITH_QUESTION = ["quartz", "eventbridge", ...MORE_FIELDS];
const FEWER_FIELDS = ["systemd"];

const EVENTBRIDGE = /^(?:cron|rate|at) ?\(/i;
const ON_CALENDAR = /:|\.\.|\*-|-\*|\d{4}-|^(?:minute|hour|dai|week|month|quarter|(?:semi-?|bi-)?annual|year)ly\b/i;
/** Debian's cron stops reading a number there and takes what it has. */
const BEYOND_DEBIAN = /[#~%&]/;
/** What follows five fields in a line of a crontab. */
const COMMAND = /^(?!sun|mon|tue|wed|thu|fri|sat).*[a-z/]{4}/i;

const REMEMBERED = 5_000;
const guesses = new LruMap<string, Guess>(REMEMBERED);

/**
 * Recognises an expression by its text alone. Throws a `ScheduleError` where no scheduler reads it: that of the one for
 * which it seems to be meant.
 */
export function guessDialect(expression: string): Guess {
  const known = guesses.get(expression);
  if (known !== undefined) return known;
  const text = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  const words = text.split(/[ \t]+/);
  const readings = orderFor(text, words)
    .flatMap((name) => rowsNamed(name))
    .flatMap((name) => readingIn(name, expression));
  // "22-2" is accepted by Debian's cron and never runs: then another is meant that goes round midnight.
  const best = readings.find(everRuns) ?? readings[0];
  if (best === undefined) return refuse(expression, nearestFor(text, words));
  const guess = { dialect: best.name, family: familyOf(best, expression) };
  guesses.set(expression, guess);
  return guess;
}

type Reading = { name: NamedDialect; row: CronDialect; plan: CronPlan };

function orderFor(text: string, words: readonly string[]): readonly string[] {
  if (EVENTBRIDGE.test(text)) return ["eventbridge"];
  if (text.startsWith("@")) return FIVE_FIELDS;
  if (words.length < 5) return FEWER_FIELDS;
  if (words.length > 5) return text.includes("?") ? MORE_FIELDS_WITH_QUESTION : MORE_FIELDS;
  return BEYOND_DEBIAN.test(text) ? [...FIVE_FIELDS.slice(1), "vixie"] : FIVE_FIELDS;
}

/** Whose error says best what is wrong with a text that nobody reads. */
function nearestFor(text: string, words: readonly string[]): string {
  if (EVENTBRIDGE.test(text)) return "eventbridge";
  if (words.length < 5) return ON_CALENDAR.test(text) ? "systemd" : "vixie";
  if (words.length !== 6 && words.length !== 7) return "vixie";
  const rest = words.slice(5).join(" ");
  // Debian's reader tells what to do about a command and a year.
  if (COMMAND.test(rest) || (words.length === 6 && /^\d{4}/.test(rest))) return "vixie";
  return words.length === 7 || text.includes("?") ? "quartz" : "spring";
}

function rowsNamed(name: string): NamedDialect[] {
  return DIALECT_NAMES.filter((known) => known === name);
}

function readingIn(name: NamedDialect, expression: string): Reading[] {
  const row = DIALECTS[name];
  try {
    return [{ name, row, plan: row.grammar(expression) }];
  } catch (error) {
    if (error instanceof ScheduleError) return [];
    throw error;
  }
}

function everRuns({ row, plan }: Reading): boolean {
  if (plan.kind !== "times") return true;
  return createWallClock(plan.fields, row.dayRule(plan.fields)).next(0) !== null;
}

/**
 * What these do at a change of the clock is no policy that could go together with others: BullMQ's library shifts times,
 * and a systemd timer looks at when it was started.
 */
const ALONE: ReadonlySet<string> = new Set(["bullmq", "systemd"]);

function familyOf(guess: Reading, expression: string): NamedDialect[] {
  if (ALONE.has(guess.name)) return [guess.name];
  const meaning = meaningOf(guess.plan, guess.row);
  const isLike = (name: NamedDialect) =>
    !ALONE.has(name) && readingIn(name, expression).some(({ plan, row }) => meaningOf(plan, row) === meaning);
  return DIALECT_NAMES.filter((name) => name === guess.name || isLike(name));
}

/** Lets the named scheduler say what is wrong with an expression that it does not read. */
function refuse(expression: string, name: string): never {
  for (const known of rowsNamed(name)) DIALECTS[known].grammar(expression);
  DIALECTS.vixie.grammar(expression);
  throw new ScheduleError("schedule", 'No scheduler reads this; write five fields, such as "0 2 * * *".');
}
