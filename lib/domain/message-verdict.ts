import { formatDuration } from "./duration.ts";
import type { AlertFacts, Cause, Severity } from "./incident.ts";
import type { IncidentInput, Tone } from "./message.ts";
import { clip } from "./message-text.ts";
import type { Instant } from "./time.ts";

/** Phones and mail programs show about this much of a first line. */
export const VERDICT_LENGTH = 60;

const SHORT_HOST = 16;

/** A cause in a message's first line. */
export const WORDS: Readonly<Record<Cause, string>> = {
  missed: "MISSED",
  failed: "FAILED",
  overlong: "OVERLONG",
  overlap: "OVERLAP",
  abandoned: "ABANDONED",
  slow: "SLOW",
  fast: "FAST",
  "too-often": "TOO OFTEN",
  "never-pinged": "NEVER PINGED",
};

export function toneOf(input: IncidentInput): Tone {
  if (input.event === "resolved" || input.event === "stable") return "good";
  return input.facts.severity === "warning" ? "warning" : "bad";
}

/** `✗ FAILED (exit 3)`, `⚠ OVERLAP (2 runs)`, `✓ RECOVERED after 2 h`: what happened, without whom. */
export function headOf({ event, facts, at }: Pick<IncidentInput, "event" | "facts" | "at">): string {
  if (event === "resolved") return `✓ ${endingOf(facts, at)}`;
  if (event === "stable") return `✓ ${stableAgain(facts, at)}`;
  if (event === "unstable") return `⚠ UNSTABLE${openingsIn(facts, at)}`;
  const sign = signOf(facts.severity);
  if (event === "reminder") return `${sign} STILL ${WORDS[facts.cause]} for ${formatDuration(at - facts.openedAt)}`;
  const detail = detailOf(facts);
  return `${sign} ${WORDS[facts.cause]}${detail === null ? "" : ` (${detail})`}`;
}

/** How bad it is, in one sign. */
export function signOf(severity: Severity): string {
  return severity === "warning" ? "⚠" : "✗";
}

function openingsIn({ unstable }: AlertFacts, at: Instant): string {
  return unstable === undefined ? "" : ` (${unstable.openings} times in ${formatDuration(at - unstable.since)})`;
}

function stableAgain(facts: AlertFacts, at: Instant): string {
  const { unstable } = facts;
  if (isGone(facts)) return `${CLOSED}${DELETED}`;
  return `STABLE AGAIN${unstable === undefined ? "" : ` after ${formatDuration(at - unstable.since)}`}`;
}

/**
 * Head and subject in one line of at most 60 characters; the host gives way before the job's name does. `note` ends it whole:
 * with one the host is known from before.
 */
export function verdictLine(head: string, jobName: string, host: string | null, note: string | null = null): string {
  const end = note === null ? "" : ` · ${note}`;
  const line = (name: string, at: string | null) => `${head} · ${name}${at === null ? "" : ` @ ${at}`}${end}`;
  if (line(jobName, host).length <= VERDICT_LENGTH) return line(jobName, host);
  const shortHost = host === null || note !== null ? null : clip(host, SHORT_HOST);
  const room = VERDICT_LENGTH - line("", shortHost).length;
  return clip(line(clip(jobName, Math.max(room, 8)), shortHost), VERDICT_LENGTH);
}

const CLOSED = "CLOSED: ";
const DELETED = "job deleted";

/** Whether a head says that a person ended the trouble, rather than the job by coming right. */
export function saysClosed(head: string): boolean {
  return head.startsWith(`✓ ${CLOSED}`);
}

/** Whether the job was deleted: nothing of it has a page any more. */
export function isGone({ resolveReason }: Pick<AlertFacts, "resolveReason">): boolean {
  return resolveReason === "deleted";
}

function endingOf(facts: AlertFacts, at: Instant): string {
  switch (facts.resolveReason) {
    case "withdrawn":
      return "WITHDRAWN: it was in order";
    case "no-overlap":
      return "OVERLAP OVER";
    case "usual":
      return usualAgain(facts.cause);
    case "paused":
      return `${CLOSED}job paused`;
    case "edited":
      return `${CLOSED}job edited`;
    case "deleted":
      return `${CLOSED}${DELETED}`;
    default:
      return `${facts.cause === "never-pinged" ? "FIRST PING" : "RECOVERED"} after ${formatDuration(at - facts.openedAt)}`;
  }
}

function usualAgain(cause: Cause): string {
  if (cause === "slow") return "SLOW RUN OVER";
  return cause === "too-often" ? "AS OFTEN AS PLANNED" : "AS LONG AS USUAL";
}

/** What tells this trouble from others of its cause, e.g. `exit 3`; null where there is nothing. */
export function detailOf(facts: AlertFacts): string | null {
  if (tooQuick(facts)) return "too quick";
  const { cause, exitCode, maxRuntimeMs, durationMs, openRuns, missedCount } = facts;
  if (cause === "failed" && exitCode !== null) return `exit ${exitCode}`;
  if (cause === "overlong" && maxRuntimeMs !== null) return `over ${formatDuration(maxRuntimeMs)}`;
  if (cause === "slow") return overOf(facts);
  if (cause === "fast" && durationMs !== null) return formatDuration(durationMs);
  if (cause === "overlap") return `${openRuns} runs`;
  return cause === "missed" && missedCount > 1 ? `${missedCount} runs` : null;
}

/** After how long the run was slow. */
function overOf({ startedAt, deadlineAt }: AlertFacts): string | null {
  return startedAt === null || deadlineAt === null ? null : `over ${formatDuration(deadlineAt - startedAt)}`;
}

/** Whether the run succeeded, but sooner than it can have done its work. */
export function tooQuick({ cause, minRuntimeMs }: Pick<AlertFacts, "cause" | "minRuntimeMs">): boolean {
  return cause === "failed" && (minRuntimeMs ?? null) !== null;
}
