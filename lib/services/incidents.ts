import { notWritten } from "./not-written.ts";
import type { Cause, IncidentEventKind, ResolveReason, Severity } from "../domain/incident.ts";
import type { Instant } from "../domain/time.ts";
import type { AlertRow } from "./alerts.ts";
import type { Ctx } from "./context.ts";

export type IncidentRow = {
  id: string;
  jobId: string;
  jobName: string;
  jobSlug: string;
  projectId: string;
  number: number;
  severity: Severity;
  cause: Cause;
  state: "open" | "resolved";
  openedAt: Instant;
  resolvedAt: Instant | null;
  resolveReason: ResolveReason | null;
  /** The run that opened it. */
  runNumber: number;
  badCount: number;
  missedCount: number;
  /** "Missed: nothing came for the run expected at …": one sentence, without times (those are in the fields). */
  title: string;
};

export type TimelineEvent = {
  sequence: number;
  kind: IncidentEventKind | "acknowledged" | "note";
  at: Instant;
  runNumber: number | null;
  cause: Cause | null;
  resolveReason: ResolveReason | null;
  note: string | null;
};

export type IncidentPage = IncidentRow & {
  /** Oldest first. */
  timeline: TimelineEvent[];
  /** Who was told over what, and whether it arrived. */
  alerts: AlertRow[];
  now: Instant;
};

export type IncidentList = {
  incidents: IncidentRow[];
  openCount: number;
  /** Give it as `before` for the next page; null at the end. */
  nextBefore: string | null;
};

/** Newest first; `limit` 1–500, 50 by default. */
export async function listIncidents(
  ctx: Ctx,
  input: { projectId: string; jobId?: string; state?: "open" | "resolved"; before?: string; limit?: number },
): Promise<IncidentList> {
  return notWritten(ctx, input);
}

/** @throws AppError `not-found`, also for strangers. */
export async function getIncident(ctx: Ctx, input: { incidentId: string }): Promise<IncidentPage> {
  return notWritten(ctx, input);
}
