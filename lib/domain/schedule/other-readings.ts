import type { NamedDialect } from "../job.ts";
import { describeCron } from "./cron-words.ts";
import { DIALECTS } from "./dialects.ts";
import { ScheduleError } from "./error.ts";
import type { Guess } from "./guess.ts";

// The likeliest first. Not BusyBox, which reads every mistake as something else, nor those with a syntax of their own.
const LIKELY: readonly NamedDialect[] = [
  ...(["vixie", "cronie", "kubernetes", "spring", "quartz"] as const),
  ...(["celery", "hangfire", "sidekiq", "bullmq", "node-cron", "github"] as const),
];

const MOST_READINGS = 2;

/** What an expression whose scheduler was guessed comes to where it is run by another that reads it otherwise. */
export function otherReadings({ dialect, family }: Guess, expression: string): string[] {
  const guessed = describeCron(dialect, expression);
  const readers = new Map<string, string[]>();
  for (const name of LIKELY) {
    const words = family.includes(name) ? null : wordsIn(name, expression);
    if (words === null || words === guessed) continue;
    readers.set(words, [...(readers.get(words) ?? []), DIALECTS[name].scheduler]);
  }
  return [...readers].slice(0, MOST_READINGS).map(([words, schedulers]) => sentenceOf(words, anyOf(schedulers)));
}

function sentenceOf(words: string, schedulers: string): string {
  if (words === "Never") return `${schedulers} would never run it.`;
  return `If ${schedulers} runs it: ${words.charAt(0).toLowerCase()}${words.slice(1)}.`;
}

function wordsIn(name: NamedDialect, expression: string): string | null {
  try {
    return describeCron(name, expression);
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

const MOST_NAMES = 3;

function anyOf(schedulers: readonly string[]): string {
  const distinct = [...new Set(schedulers)];
  const shown = distinct.length > MOST_NAMES ? [...distinct.slice(0, MOST_NAMES - 1), "another"] : distinct;
  if (shown.length < 2) return shown.join("");
  return `${shown.slice(0, -1).join(", ")} or ${shown.at(-1) ?? ""}`;
}
