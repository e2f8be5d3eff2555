import { nominalDeadline, graceAt } from "./deadline.ts";
import type { Draft } from "./draft.ts";
import type {
  AlertFacts,
  Cause,
  IncidentAlert,
  IncidentEventKind,
  OpenIncident,
  ResolveReason,
  Severity,
} from "./incident.ts";
import type { Run } from "./run.ts";
import type { Instant } from "./time.ts";

/** Counts a bad verdict about `run`, given at `at`; opens the job's incident when there are enough in a row. */
export function countBad(draft: Draft, cause: Cause, run: Run, at: Instant): void {
  const { memory, job } = draft;
  memory.badStreak += 1;
  const missed = cause === "missed" ? 1 : 0;
  const open = openIncident(draft, "critical");
  if (open !== null) {
    // Further misses in the same row only count: a job that is down for weeks gets no timeline of a million lines.
    const silent = cause === "missed" && run.count > 1;
    advance(draft, open, {
      kind: silent ? "counted" : "bad-run",
      at,
      runNumber: run.number,
      cause,
      badCount: open.badCount + 1,
      missedCount: open.missedCount + missed,
    });
    return;
  }
  if (memory.badStreak < job.limits.failuresToOpen) return;
  openNew(draft, {
    severity: "critical",
    cause,
    run,
    at,
    badCount: memory.badStreak,
    missedCount: missed ? run.count : 0,
  });
}

/** Counts a good finish at `at`; closes the job's incident when there are enough in a row. */
export function countOk(draft: Draft, run: Run, at: Instant): void {
  const { memory, job } = draft;
  memory.okStreak = memory.badStreak > 0 ? 1 : memory.okStreak + 1;
  memory.badStreak = 0;
  memory.lastOkAt = Math.max(memory.lastOkAt ?? at, at);
  const open = openIncident(draft, "critical");
  if (open !== null && memory.okStreak >= job.limits.successesToClose) {
    resolve(draft, open, { reason: "recovered", run, at, alert: true });
  }
}

/** Takes a bad verdict back whose row gave way to a real run. */
export function uncountBad(draft: Draft): void {
  draft.memory.badStreak = Math.max(0, draft.memory.badStreak - 1);
}

/** Takes a bad verdict back that a ping's own time has shown to be wrong: an incident made of it alone ends as withdrawn. */
export function withdrawBad(draft: Draft, cause: Cause, run: Run, at: Instant): void {
  uncountBad(draft);
  const open = openIncident(draft, "critical");
  if (open === null) return;
  if (open.badCount <= 1) {
    resolve(draft, open, { reason: "withdrawn", run, at, alert: true });
    return;
  }
  const missedCount = Math.max(0, open.missedCount - (cause === "missed" ? 1 : 0));
  advance(draft, open, { kind: "counted", at, runNumber: run.number, cause, badCount: open.badCount - 1, missedCount });
}

/** Opens or closes the overlap warning to match the runs now open. */
export function watchOverlap(draft: Draft, at: Instant): void {
  const { openRuns } = draft.memory;
  const warning = openIncident(draft, "warning");
  const newest = openRuns.at(-1);
  if (openRuns.length >= 2 && newest !== undefined && warning === null && draft.job.limits.overlap === "alert") {
    openNew(draft, { severity: "warning", cause: "overlap", run: newest, at, badCount: 1, missedCount: 0 });
  }
  if (openRuns.length < 2 && warning !== null) {
    resolve(draft, warning, { reason: "no-overlap", run: newest ?? null, at, alert: true });
  }
}

/** Ends whatever is open without telling anyone. */
export function resolveQuietly(draft: Draft, reason: ResolveReason, at: Instant): void {
  for (const incident of [...draft.memory.incidents]) {
    resolve(draft, incident, { reason, run: null, at, alert: false });
  }
  draft.memory.badStreak = 0;
}

function openIncident(draft: Draft, severity: Severity): OpenIncident | null {
  return draft.memory.incidents.find((incident) => incident.severity === severity) ?? null;
}

type Opening = { severity: Severity; cause: Cause; run: Run; at: Instant; badCount: number; missedCount: number };

function openNew(draft: Draft, { severity, cause, run, at, badCount, missedCount }: Opening): void {
  const { memory } = draft;
  memory.lastIncidentNumber += 1;
  const incident: OpenIncident = {
    number: memory.lastIncidentNumber,
    severity,
    cause,
    openedAt: at,
    runNumber: run.number,
    sequence: 1,
    badCount,
    missedCount,
  };
  memory.incidents.push(incident);
  tell(draft, incident, { kind: "opened", at, runNumber: run.number, cause, reason: null });
  draft.alerts.push(alertOf(draft, "opened", incident, run, at, null));
}

type Advance = {
  kind: Extract<IncidentEventKind, "bad-run" | "counted">;
  at: Instant;
  runNumber: number;
  cause: Cause;
  badCount: number;
  missedCount: number;
};

function advance(draft: Draft, incident: OpenIncident, step: Advance): void {
  const sequence = incident.sequence + (step.kind === "counted" ? 0 : 1);
  const next = { ...incident, sequence, badCount: step.badCount, missedCount: step.missedCount };
  const { incidents } = draft.memory;
  incidents[incidents.indexOf(incident)] = next;
  tell(draft, next, { kind: step.kind, at: step.at, runNumber: step.runNumber, cause: step.cause, reason: null });
}

function resolve(
  draft: Draft,
  incident: OpenIncident,
  { reason, run, at, alert }: { reason: ResolveReason; run: Run | null; at: Instant; alert: boolean },
): void {
  const { incidents } = draft.memory;
  incidents.splice(incidents.indexOf(incident), 1);
  const ended = { ...incident, sequence: incident.sequence + 1 };
  tell(draft, ended, { kind: "resolved", at, runNumber: run?.number ?? null, cause: null, reason });
  if (alert) draft.alerts.push(alertOf(draft, "resolved", ended, run, at, reason));
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
    deadlineAt:
      incident.cause === "overlong" ? (run?.finishBy ?? null) : slotAt === null ? null : nominalDeadline(draft, slotAt),
    graceMs: slotAt === null ? null : graceAt(draft, slotAt),
    maxRuntimeMs: job.limits.maxRuntimeMs,
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
  };
}
