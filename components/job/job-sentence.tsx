"use client";

import type { JobStatus } from "../../lib/domain/job.ts";
import type { Instant, Millis } from "../../lib/domain/time.ts";
import { ageText, countdownText, lengthText } from "../base/ago.ts";
import { useNow } from "../base/clock.tsx";

export type SentenceFacts = {
  status: JobStatus;
  scheduleKind: "cron" | "interval" | "none";
  scheduleWords: string;
  timeZone: string | null;
  nextExpectedAt: Instant | null;
  lastOkAt: Instant | null;
  /** How long the last good run took. */
  lastOkMs: Millis | null;
};

/** A job in one sentence: when it runs, when next, and how it went last. */
export function JobSentence({ facts }: { facts: SentenceFacts }) {
  return <>{jobSentence(facts, useNow())}</>;
}

/** "At 02:00 every day (Europe/Riga) · next in 3 h 12 min · last succeeded 20 h ago in 4 min 10 s." */
export function jobSentence(facts: SentenceFacts, now: Instant): string {
  return `${[scheduleClause(facts), nextClause(facts, now), lastClause(facts, now)].filter((clause) => clause !== null).join(" · ")}.`;
}

function scheduleClause({ scheduleKind, scheduleWords, timeZone }: SentenceFacts): string {
  if (scheduleKind === "none") return "Runs at no fixed time";
  return timeZone === null ? scheduleWords : `${scheduleWords} (${timeZone})`;
}

function nextClause({ status, nextExpectedAt }: SentenceFacts, now: Instant): string | null {
  if (status === "paused") return "paused, so nothing is expected";
  if (status === "new") return "waiting for the first ping";
  if (nextExpectedAt === null) return null;
  return nextExpectedAt > now ? `next in ${countdownText(nextExpectedAt - now)}` : `due ${ageOf(nextExpectedAt, now)}`;
}

function lastClause({ status, lastOkAt, lastOkMs }: SentenceFacts, now: Instant): string | null {
  if (lastOkAt === null) return status === "new" ? null : "has not succeeded yet";
  const length = lastOkMs === null ? "" : ` in ${lengthText(lastOkMs)}`;
  return `last succeeded ${ageOf(lastOkAt, now)}${length}`;
}

function ageOf(at: Instant, now: Instant): string {
  const age = ageText(at, now);
  return age === "now" ? "just now" : `${age} ago`;
}
