import { formatDuration } from "./duration.ts";
import { exitCodeMeaning } from "./exit-code.ts";
import type { AlertFacts } from "./incident.ts";
import type { IncidentInput } from "./message.ts";
import { agoPhrase, clockIn, dayIn, fullTime, spanPhrase, zoneName } from "./message-time.ts";
import { changeReasons, reminderReasons, stableReasons, unstableReasons } from "./message-again.ts";
import { tooQuick } from "./message-verdict.ts";
import { SECOND, type Instant } from "./time.ts";

/** Why people are told: which slot, how late, which limit, what it `said` itself. The most telling sentence comes first. */
export function reasonsOf(input: IncidentInput, said: string | null): string[] {
  const reasons = [...causeReasons(input), ...(said === null ? [] : [`It said: “${said}”.`]), ...slotReasons(input)];
  switch (input.event) {
    case "resolved":
      return endReasons(input);
    case "stable":
      return stableReasons(input);
    case "unstable":
      return [...unstableReasons(input), ...reasons];
    case "changed":
      return [...changeReasons(input), ...reasons];
    case "reminder":
      return [...reminderReasons(input), ...reasons];
    default:
      return reasons;
  }
}

function causeReasons({ facts, job }: IncidentInput): string[] {
  switch (facts.cause) {
    case "missed":
      return missedReasons(facts, job.timeZone);
    case "failed":
      return failedReasons(facts, job.timeZone);
    case "overlong":
      return overlongReasons(facts, job.timeZone);
    case "overlap":
      return [
        `${facts.openRuns} runs are open at once${beginning(facts.startedAt, job.timeZone)}, before an earlier one had ended.`,
      ];
    case "abandoned":
      return [
        `A run${startPhrase(facts.startedAt, job.timeZone)} has not said how it ended, and no end is expected any more.`,
      ];
    case "slow":
      return [`A run${startPhrase(facts.startedAt, job.timeZone)} is still going; that is far longer than usual.`];
    case "fast":
      return [`${finishedPhrase(facts, job.timeZone)}; that is far less than usual.`];
    case "too-often":
      return ["Runs come far more often than the schedule says."];
    case "never-pinged":
      return ["The job was set up, and nothing was heard of it since."];
  }
}

function missedReasons(facts: AlertFacts, timeZone: string): string[] {
  const earlier = facts.missedCount > 1 ? [`It is the last of ${facts.missedCount} missed runs in a row.`] : [];
  if (facts.slotAt === null) return ["A run was expected, and nothing came.", ...earlier];
  const expected = `Expected at ${clockIn(facts.slotAt, timeZone)} (${zoneName(timeZone)})`;
  if (facts.deadlineAt === null) return [`${expected}, and nothing came.`, ...earlier];
  const grace = facts.graceMs === null ? "" : ` (grace ${formatDuration(facts.graceMs)})`;
  return [`${expected}, nothing by ${clockIn(facts.deadlineAt, timeZone)}${grace}.`, ...earlier];
}

function failedReasons(facts: AlertFacts, timeZone: string): string[] {
  const earlier = earlierBad(facts);
  if (tooQuick(facts)) {
    const least = formatDuration(facts.minRuntimeMs ?? 0);
    return [`${finishedPhrase(facts, timeZone)}; at least ${least} is expected.`, ...earlier];
  }
  const when = facts.finishedAt === null ? "" : ` at ${clockIn(facts.finishedAt, timeZone)} (${zoneName(timeZone)})`;
  const meaning = facts.exitCode === null ? null : exitCodeMeaning(facts.exitCode);
  const exit =
    facts.exitCode === null ? "" : ` with exit code ${facts.exitCode}${meaning === null ? "" : `: ${meaning}`}`;
  return [`The run failed${when}${exit}.`, ...earlier];
}

function earlierBad({ badCount, failureWindow }: AlertFacts): string[] {
  if (badCount <= 1) return [];
  if (failureWindow === undefined) return [`It is the last of ${badCount} bad runs in a row.`];
  return [
    badCount > failureWindow ? `${badCount} runs were bad.` : `${badCount} of the last ${failureWindow} runs were bad.`,
  ];
}

function overlongReasons(facts: AlertFacts, timeZone: string): string[] {
  const limit = facts.maxRuntimeMs === null ? "" : ` (limit ${formatDuration(facts.maxRuntimeMs)})`;
  const started =
    facts.startedAt === null ? "The run" : `Started at ${clockIn(facts.startedAt, timeZone)} (${zoneName(timeZone)})`;
  if (facts.finishedAt !== null)
    return [`${started}, finished only at ${clockIn(facts.finishedAt, timeZone)}${limit}.`];
  const by = facts.deadlineAt === null ? "" : ` by ${clockIn(facts.deadlineAt, timeZone)}`;
  return [`${started}, not finished${by}${limit}.`];
}

/** The slot in full: the day, the job's zone and UTC; how late the start was. */
function slotReasons({ facts, job, at, sentAt = at }: IncidentInput): string[] {
  if (facts.slotAt === null) return [];
  return [`Slot: ${fullTime(facts.slotAt, job.timeZone)}${latenessOf(facts, facts.slotAt, sentAt)}.`];
}

function latenessOf(facts: AlertFacts, slotAt: Instant, at: Instant): string {
  if (facts.cause === "missed") return agoPhrase(slotAt, at);
  // Cron itself takes a second or two.
  if (facts.startedAt === null || facts.startedAt - slotAt < 5 * SECOND) return "";
  return `, started ${formatDuration(facts.startedAt - slotAt)} late`;
}

function endReasons({ facts, job, at }: IncidentInput): string[] {
  const from = clockIn(facts.openedAt, job.timeZone);
  const zone = zoneName(job.timeZone);
  const sameDay = dayIn(facts.openedAt, job.timeZone) === dayIn(at, job.timeZone);
  const fromDay = sameDay ? "" : `${dayIn(facts.openedAt, job.timeZone)}, `;
  const lasted = spanPhrase(facts.openedAt, at, job.timeZone);
  switch (facts.resolveReason) {
    case "withdrawn":
      return [
        `The alarm of ${fromDay}${from} (${zone}) was wrong: a ping delivered late, with its own time, shows that the run was in order.`,
      ];
    case "no-overlap":
      return [`Runs overlapped ${lasted}.`];
    case "usual":
      return usualReasons(facts, job.timeZone);
    case "paused":
      return [`Somebody paused the job. It was in trouble ${lasted}.`];
    case "edited":
      return [`Somebody changed the job's schedule or limits. It was in trouble ${lasted}.`];
    case "deleted":
      return [`Somebody deleted the job. It was in trouble ${lasted}.`];
    default:
      if (facts.cause === "never-pinged") return ["The job was heard of for the first time."];
      return [`Down ${lasted}.`, countsOf(facts)];
  }
}

function usualReasons(facts: AlertFacts, timeZone: string): string[] {
  if (facts.cause === "too-often") return ["Runs come as often as the schedule says again."];
  if (facts.cause !== "slow") return ["A good run took as long as usual again."];
  if (facts.finishedAt === null) return ["The slow run has not said how it ended, and no end is expected any more."];
  return [`The slow run ended at ${clockIn(facts.finishedAt, timeZone)} (${zoneName(timeZone)}).`];
}

/** "The run finished after 2 s". */
function finishedPhrase({ durationMs, finishedAt }: AlertFacts, timeZone: string): string {
  if (durationMs !== null) return `The run finished after ${formatDuration(durationMs)}`;
  return finishedAt === null ? "The run finished" : `The run finished at ${clockIn(finishedAt, timeZone)}`;
}

function countsOf(facts: AlertFacts): string {
  const otherwiseBad = Math.max(0, facts.badCount - facts.missedCount);
  const missed = `${facts.missedCount} ${facts.missedCount === 1 ? "run was" : "runs were"} missed`;
  const bad = `${otherwiseBad} ${otherwiseBad === 1 ? "run" : "runs"} failed or did not end in time`;
  if (otherwiseBad === 0) return `Meanwhile ${missed}.`;
  return facts.missedCount === 0 ? `Meanwhile ${bad}, none missed.` : `Meanwhile ${missed}, ${bad}.`;
}

function beginning(startedAt: Instant | null, timeZone: string): string {
  return startedAt === null ? "" : `: the newest started at ${clockIn(startedAt, timeZone)} (${zoneName(timeZone)})`;
}

function startPhrase(startedAt: Instant | null, timeZone: string): string {
  return startedAt === null ? "" : ` started at ${clockIn(startedAt, timeZone)} (${zoneName(timeZone)})`;
}
