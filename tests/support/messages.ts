import type { AlertFacts } from "../../lib/domain/incident.ts";
import { composeMessage, type AlertMessage, type IncidentInput } from "../../lib/domain/message.ts";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";

/** When the run of these messages was expected. */
export const SLOT = Date.UTC(2025, 2, 4, 0, 0);

const FACTS: AlertFacts = {
  cause: "failed",
  severity: "critical",
  openedAt: SLOT + 4 * MINUTE,
  runNumber: 42,
  slotAt: SLOT,
  deadlineAt: SLOT + 12 * MINUTE,
  graceMs: 12 * MINUTE,
  maxRuntimeMs: null,
  startedAt: SLOT + 3 * SECOND,
  finishedAt: SLOT + 4 * MINUTE,
  durationMs: 237 * SECOND,
  exitCode: 3,
  host: "db-03",
  openRuns: 0,
  lastOkAt: SLOT - 24 * HOUR,
  okStreak: 41,
  nextSlotAt: SLOT + 24 * HOUR,
  resolveReason: null,
  badCount: 1,
  missedCount: 0,
};

/** A message about a failed run, with changes. */
export function failedMessage(changes: Partial<IncidentInput> = {}, facts: Partial<AlertFacts> = {}): AlertMessage {
  return composeMessage(failedInput(changes, facts));
}

/** What is known of a failed run, with changes. */
export function failedInput(changes: Partial<IncidentInput> = {}, facts: Partial<AlertFacts> = {}): IncidentInput {
  return {
    alertId: "0198c0de-0000-7000-8000-000000000001",
    event: "opened",
    at: SLOT + 4 * MINUTE,
    baseUrl: "https://belfry.example.org",
    project: { id: "p1", name: "Acme" },
    facts: { ...FACTS, ...facts },
    incident: { id: "i1", number: 3 },
    job: { id: "j1", slug: "db-backup", name: "db-backup", timeZone: "Europe/Riga", scheduleKind: "cron" },
    lastHost: null,
    usual: { medianMs: 250 * SECOND, p95Ms: 5 * MINUTE, runs: 50 },
    output: "copying\nERROR: disk full\n",
    said: null,
    elsewhere: null,
    ...changes,
  };
}

/** The recovery from it. */
export function recoveredMessage(): AlertMessage {
  return failedMessage({ event: "resolved", at: SLOT + 25 * HOUR }, { exitCode: 0, resolveReason: "recovered" });
}

/** A message whose every text that a client chose tries to break out of where it is shown. */
export function nastyMessage(): AlertMessage {
  const nasty =
    "<!channel> <@U1> <https://evil|click> & \"'><script>alert(1)</script> @everyone\r\nBcc: x@evil.example ```";
  return failedMessage(
    {
      job: { id: "j1", slug: "s", name: nasty, timeZone: "UTC", scheduleKind: "cron" },
      output: `error: ${nasty}\n${"&<>".repeat(900)}`,
      said: nasty,
    },
    { host: nasty },
  );
}

/** A message about Belfry itself, without job, incident and run. */
export function noticeMessage(): AlertMessage {
  return composeMessage({
    alertId: "0198c0de-0000-7000-8000-000000000003",
    event: "notice",
    at: SLOT + HOUR,
    baseUrl: "https://belfry.example.org",
    project: { id: "p1", name: "Acme" },
    facts: { notice: "own-gap", from: SLOT, to: SLOT + 20 * MINUTE, unknownJobs: 2 },
  });
}

/** A message whose every text is as long as it gets, in characters of three bytes that markup cares about. */
export function longestMessage(): AlertMessage {
  const name = "＊バックアップ*_`[".repeat(40);
  return failedMessage(
    {
      job: { id: "j1", slug: "s", name, timeZone: "America/Argentina/ComodRivadavia", scheduleKind: "cron" },
      project: { id: "p1", name },
      output: Array.from({ length: 60 }, (_, line) => `error ${line}: ${name}`).join("\n"),
      said: name,
    },
    { host: name },
  );
}

/** A notice that a message did not arrive, which has no job. */
export function undeliveredNotice(): AlertMessage {
  return composeMessage({
    alertId: "0198c0de-0000-7000-8000-000000000003",
    event: "notice",
    at: SLOT + 5 * MINUTE,
    baseUrl: "https://belfry.example.org",
    project: { id: "p1", name: "Acme" },
    facts: {
      notice: "undelivered",
      channelId: "c1",
      channel: "ops",
      kind: "Slack",
      reason: "no_service",
      refused: true,
      verdict: "✗ FAILED (exit 3) · db-backup @ db-03",
      incidentId: "i1",
    },
  });
}

/** A message that somebody asked for to see whether the channel works. */
export function testMessage(): AlertMessage {
  return composeMessage({
    alertId: "0198c0de-0000-7000-8000-00000000000a",
    event: "test",
    at: SLOT + 4 * MINUTE,
    baseUrl: "https://belfry.example.org",
    project: { id: "p1", name: "Acme" },
    facts: { requestedBy: "Kim" },
  });
}
