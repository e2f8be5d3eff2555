import { isEnd } from "./alerting/pending.ts";
import { formatDuration } from "./duration.ts";
import { exitCodeMeaning } from "./exit-code.ts";
import { type AlertFacts, NO_RUN } from "./incident.ts";
import { maskSecrets } from "./mask.ts";
import { actionOf } from "./message-action.ts";
import { excerptOutput } from "./message-output.ts";
import { reasonsOf } from "./message-reason.ts";
import { saidOf } from "./message-said.ts";
import { cleanLine } from "./message-text.ts";
import { agoPhrase, fullTime } from "./message-time.ts";
import { headOf, isGone, toneOf, verdictLine } from "./message-verdict.ts";
import { waitPhrases } from "./message-wait.ts";
import type { AlertMessage, IncidentInput, MessageLink, MessageRun } from "./message.ts";
import { MINUTE } from "./time.ts";

const NAME_LENGTH = 200;
const HOST_LENGTH = 100;
const ELSEWHERE_NAME_LENGTH = 60;

/** `note`: what its first line says of others. */
export function composeIncident(input: IncidentInput, note: string | null = null): AlertMessage {
  const { facts, job } = input;
  const name = cleanLine(job.name, NAME_LENGTH) || job.slug;
  const named = facts.host ?? input.lastHost;
  // A host is whatever the client called it: it may hold an address with a password as well.
  const host = named === null ? null : cleanLine(maskSecrets(named, input.maskPatterns), HOST_LENGTH) || null;
  const said = saidOf(input, input.maskPatterns);
  return {
    alertId: input.alertId,
    event: input.event,
    at: input.at,
    tone: toneOf(input),
    verdict: verdictLine(headOf(input), name, host, note),
    why: [...reasonsOf(input, said), ...waitOf(input)],
    since: sinceOf(input),
    output: outputOf(input),
    ...(said === null ? {} : { said }),
    duration: durationOf(input),
    lastGood: lastGoodOf(input),
    nextExpected: facts.nextSlotAt === null ? null : fullTime(facts.nextSlotAt, job.timeZone),
    elsewhere: elsewhereOf(input, host),
    action: actionOf(input, { host, said }),
    links: linksOf(input),
    actions: [],
    project: input.project === null ? null : { ...input.project, name: cleanLine(input.project.name, NAME_LENGTH) },
    job: { id: job.id, slug: job.slug, name },
    ...figuresOf(input, host),
    members: [],
    standing: null,
  };
}

function waitOf(input: IncidentInput): string[] {
  return isEnd(input) ? [] : waitPhrases({ ...input, timeZone: input.job.timeZone });
}

function sinceOf({ event, facts, job, at, sentAt = at }: IncidentInput): string | null {
  if (event === "resolved" || event === "stable") return null;
  const lasted = sentAt - facts.openedAt >= MINUTE ? `, for ${formatDuration(sentAt - facts.openedAt)}` : "";
  return `${fullTime(facts.openedAt, job.timeZone)}${lasted}`;
}

/** A run that never came has no output, and a good one needs none. */
function outputOf({ event, facts, output, maskPatterns }: IncidentInput): AlertMessage["output"] {
  if (output === null || event === "resolved" || event === "stable" || facts.cause === "missed") return null;
  return excerptOutput(output, maskPatterns);
}

function durationOf({ event, facts, usual, at }: IncidentInput): string | null {
  if (event !== "resolved" && (facts.cause === "missed" || facts.cause === "overlap")) return null;
  const usually =
    usual === null ? null : `usually ${formatDuration(usual.medianMs)}, 95 % within ${formatDuration(usual.p95Ms)}`;
  const took = facts.durationMs === null ? null : formatDuration(facts.durationMs);
  if (took !== null) return usually === null ? took : `${took}; ${usually}`;
  if (facts.startedAt === null || facts.finishedAt !== null || event === "resolved") return null;
  const soFar = `${formatDuration(Math.max(0, at - facts.startedAt))} so far`;
  return usually === null ? soFar : `${soFar}; ${usually}`;
}

function lastGoodOf({ event, facts, job, at, sentAt = at }: IncidentInput): string | null {
  if (event === "resolved" || event === "stable") return null;
  if (facts.lastOkAt === null) return "none yet";
  const streak = facts.okStreak > 1 ? `, the last of ${facts.okStreak} good runs in a row` : "";
  return `${fullTime(facts.lastOkAt, job.timeZone)}${agoPhrase(facts.lastOkAt, sentAt)}${streak}`;
}

/** Where one job of a machine is in trouble it helps to know whether others are. */
function elsewhereOf({ event, elsewhere }: IncidentInput, host: string | null): string | null {
  if (elsewhere === null || host === null || event === "resolved" || event === "stable") return null;
  const { jobs, names } = elsewhere;
  const named = names.map((name) => cleanLine(name, ELSEWHERE_NAME_LENGTH)).filter((name) => name !== "");
  const more = jobs > named.length ? [`${jobs - named.length} more`] : [];
  const count = jobs === 1 ? "1 other job is" : `${jobs} other jobs are`;
  return `${count} in trouble on ${host}: ${[...named, ...more].join(", ")}`;
}

function linksOf({ baseUrl, facts, incident, job }: IncidentInput): MessageLink[] {
  if (isGone(facts)) return [{ label: "All jobs", url: `${baseUrl}/jobs` }];
  const { runNumber } = facts;
  const run = runNumber === NO_RUN ? [] : [{ label: "Run", url: `${baseUrl}/jobs/${job.id}/runs/${runNumber}` }];
  return [
    ...run,
    { label: "Job", url: `${baseUrl}/jobs/${job.id}` },
    { label: "Incident", url: `${baseUrl}/incidents/${incident.id}` },
  ];
}

function figuresOf(
  { event, facts, incident, at }: IncidentInput,
  host: string | null,
): Pick<AlertMessage, "incident" | "run"> {
  return {
    incident: {
      id: incident.id,
      number: incident.number,
      severity: facts.severity,
      cause: facts.cause,
      openedAt: facts.openedAt,
      resolvedAt: event === "resolved" ? at : null,
      resolveReason: facts.resolveReason,
      badCount: facts.badCount,
      missedCount: facts.missedCount,
      alone: [],
    },
    run: facts.runNumber === NO_RUN ? null : runOf(facts, host),
  };
}

function runOf(facts: AlertFacts, host: string | null): MessageRun {
  return {
    number: facts.runNumber,
    slotAt: facts.slotAt,
    deadlineAt: facts.deadlineAt,
    startedAt: facts.startedAt,
    finishedAt: facts.finishedAt,
    durationMs: facts.durationMs,
    exitCode: facts.exitCode,
    exitMeaning: facts.exitCode === null ? null : exitCodeMeaning(facts.exitCode),
    host,
  };
}
