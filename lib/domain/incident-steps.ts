import { graceAt, nominalDeadline } from "./deadline.ts";
import type { Draft } from "./draft.ts";
import {
  type AlertFacts,
  type Cause,
  type IncidentAlert,
  type IncidentEventKind,
  NO_RUN,
  type OpenIncident,
  type ResolveReason,
  type Severity,
} from "./incident.ts";
import type { Run } from "./run.ts";
import type { Instant } from "./time.ts";

/** The incident of that severity that is open. */
export function openIncident(draft: Draft, severity: Severity): OpenIncident | null {
  return draft.memory.incidents.find((incident) => incident.severity === severity) ?? null;
}

/** `run` is null where no run tells of it. */
type Opening = {
  severity: Severity;
  cause: Cause;
  run: Run | null;
  at: Instant;
  badCount: number;
  missedCount: number;
};

/** Opens an incident and lets people hear of it. */
export function openNew(draft: Draft, { severity, cause, run, at, badCount, missedCount }: Opening): void {
  const { memory } = draft;
  memory.lastIncidentNumber += 1;
  const incident: OpenIncident = {
    number: memory.lastIncidentNumber,
    severity,
    cause,
    openedAt: at,
    runNumber: run?.number ?? NO_RUN,
    sequence: 1,
    badCount,
    missedCount,
  };
  memory.incidents.push(incident);
  tell(draft, incident, { kind: "opened", at, runNumber: run?.number ?? null, cause, reason: null });
  draft.alerts.push(alertOf(draft, "opened", incident, run, at, null));
}

type Advance = {
  kind: Extract<IncidentEventKind, "bad-run" | "counted">;
  at: Instant;
  run: Run;
  cause: Cause;
  badCount: number;
  missedCount: number;
};

/** Adds a bad verdict to an incident, or takes one out. Of a cause that is new to it people hear, once. */
export function advance(draft: Draft, incident: OpenIncident, step: Advance): void {
  const { kind, at, run, cause, badCount, missedCount } = step;
  const sequence = incident.sequence + (kind === "counted" ? 0 : 1);
  const counted: OpenIncident = { ...incident, sequence, badCount, missedCount };
  // What goes wrong at the very moment of the alarm is one trouble with it: a run given up as the next one is missed.
  const isNew = kind === "bad-run" && at > incident.openedAt && !isTold(incident, cause);
  const next = isNew ? { ...counted, laterCauses: [...(incident.laterCauses ?? []), cause] } : counted;
  const { incidents } = draft.memory;
  incidents[incidents.indexOf(incident)] = next;
  tell(draft, next, { kind, at, runNumber: run.number, cause, reason: null });
  if (isNew) draft.alerts.push(changeOf(draft, incident, { next, cause, run, at }));
}

/** Whether people were told of that cause in this incident, though it was withdrawn again. */
export function isTold(incident: OpenIncident, cause: Cause): boolean {
  return incident.cause === cause || (incident.laterCauses?.includes(cause) ?? false);
}

function changeOf(
  draft: Draft,
  before: OpenIncident,
  { next, cause, run, at }: { next: OpenIncident; cause: Cause; run: Run; at: Instant },
): IncidentAlert {
  const alert = alertOf(draft, "changed", { ...next, cause }, run, at, null);
  const earlierCauses = [before.cause, ...(before.laterCauses ?? [])];
  return { ...alert, incident: next, facts: { ...alert.facts, earlierCauses } };
}

/** Ends an incident and lets those hear of it who knew. */
export function resolve(
  draft: Draft,
  incident: OpenIncident,
  { reason, run, at }: { reason: ResolveReason; run: Run | null; at: Instant },
): void {
  const { incidents } = draft.memory;
  incidents.splice(incidents.indexOf(incident), 1);
  const ended = { ...incident, sequence: incident.sequence + 1 };
  // A clock that was set back must not let it end before it began.
  const endedAt = Math.max(at, incident.openedAt);
  if (incident.severity === "critical") draft.memory.countsSince = endedAt;
  tell(draft, ended, { kind: "resolved", at: endedAt, runNumber: run?.number ?? null, cause: null, reason });
  draft.alerts.push(alertOf(draft, "resolved", ended, run, endedAt, reason));
}

function tell(
  draft: Draft,
  incident: OpenIncident,
  event: {
    kind: IncidentEventKind;
    at: Instant;
    runNumber: number | null;
    cause: Cause | null;
    reason: ResolveReason | null;
  },
): void {
  draft.incidents.push({
    incident,
    kind: event.kind,
    sequence: incident.sequence,
    at: event.at,
    runNumber: event.runNumber,
    cause: event.cause,
    resolveReason: event.reason,
  });
}

function alertOf(
  draft: Draft,
  event: IncidentAlert["event"],
  incident: OpenIncident,
  run: Run | null,
  at: Instant,
  reason: ResolveReason | null,
): IncidentAlert {
  return { event, incident, sequence: incident.sequence, at, facts: factsOf(draft, incident, run, at, reason) };
}

function factsOf(
  draft: Draft,
  incident: OpenIncident,
  run: Run | null,
  at: Instant,
  resolveReason: ResolveReason | null,
): AlertFacts {
  const { memory, job, schedule } = draft;
  const slotAt = run?.lastSlotAt ?? run?.slotAt ?? null;
  return {
    cause: incident.cause,
    severity: incident.severity,
    openedAt: incident.openedAt,
    runNumber: run?.number ?? incident.runNumber,
    slotAt,
    deadlineAt: brokenLimit(draft, incident.cause, run),
    graceMs: slotAt === null ? null : graceAt(draft, slotAt),
    maxRuntimeMs: job.limits.maxRuntimeMs,
    minRuntimeMs: run?.reason === "too-quick" ? job.limits.minRuntimeMs : null,
    startedAt: run?.startedAt ?? null,
    finishedAt: run?.finishedAt ?? null,
    durationMs: run?.durationMs ?? null,
    exitCode: run?.exitCode ?? null,
    host: run?.host ?? null,
    openRuns: memory.openRuns.length,
    lastOkAt: memory.lastOkAt,
    okStreak: memory.okStreak,
    nextSlotAt:
      schedule.kind === "none" || memory.accountedThrough === null
        ? null
        : schedule.required.next(Math.max(at, memory.accountedThrough)),
    resolveReason,
    badCount: incident.badCount,
    missedCount: incident.missedCount,
    ...windowOf(draft, incident),
  };
}

/** Of the incident's bad runs, where good ones were between them. */
function windowOf({ memory, job }: Draft, { severity, badCount }: OpenIncident): Pick<AlertFacts, "failureWindow"> {
  const { failureWindow } = job.limits;
  return failureWindow === null || severity !== "critical" || memory.badStreak >= badCount ? {} : { failureWindow };
}

function brokenLimit(draft: Draft, cause: Cause, run: Run | null): Instant | null {
  if (cause === "overlong") return run?.finishBy ?? null;
  if (cause === "slow") return run?.slowBy ?? null;
  const slotAt = run?.lastSlotAt ?? run?.slotAt ?? null;
  return slotAt === null ? null : nominalDeadline(draft, slotAt);
}
