import { notWritten } from "./not-written.ts";
import type { PingAction, PingDisposition } from "../domain/ping.ts";
import type { Outcome, RunReason } from "../domain/run.ts";
import type { Instant, Millis } from "../domain/time.ts";
import type { AlertRow } from "./alerts.ts";
import type { Ctx } from "./context.ts";
import type { IncidentRow } from "./incidents.ts";

export type RunRow = {
  number: number;
  outcome: Outcome;
  reason: RunReason | null;
  slotAt: Instant | null;
  lastSlotAt: Instant | null;
  count: number;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  /** Start − slot; null without either. Negative when early. */
  delayMs: Millis | null;
  durationMs: Millis | null;
  finishBy: Instant | null;
  finishedLate: boolean;
  exitCode: number | null;
  runId: string | null;
  host: string | null;
  source: string | null;
  ambiguous: boolean;
  /** False where the run was first seen by its end. */
  startSeen: boolean;
  settledAt: Instant | null;
  /** Bytes of output as sent; 0 without. */
  outputSize: number;
};

export type RunList = {
  runs: RunRow[];
  /** Give it as `before` for the next page; null at the end. */
  nextBefore: number | null;
};

export type RunOutput = {
  /** Never throws on odd bytes: what is not UTF-8 shows as U+FFFD, NUL as U+2400. */
  text: string;
  /** Bytes kept, and bytes sent. */
  kept: number;
  sent: number;
  truncated: boolean;
};

export type RunPing = {
  id: string;
  receivedAt: Instant;
  action: PingAction;
  disposition: PingDisposition;
  exitCode: number | null;
  at: Instant | null;
  durationMs: Millis | null;
  host: string | null;
  source: string | null;
  method: string;
  userAgent: string | null;
  message: string | null;
  bodySize: number;
};

export type RunPage = {
  job: { id: string; projectId: string; name: string; slug: string; timeZone: string | null };
  run: RunRow;
  output: RunOutput | null;
  /** Oldest first, at most 100. */
  pings: RunPing[];
  /** Incidents this run is part of, and the alerts about it with what became of each. */
  incidents: IncidentRow[];
  alerts: AlertRow[];
  /** Numbers of its neighbours, for leafing through. */
  previous: number | null;
  next: number | null;
  now: Instant;
};

/** Newest first; `limit` 1–500, 50 by default; `outcomes` keeps only those. */
export async function listRuns(
  ctx: Ctx,
  input: { jobId: string; before?: number; limit?: number; outcomes?: readonly Outcome[] },
): Promise<RunList> {
  return notWritten(ctx, input);
}

/** @throws AppError `not-found`, also for strangers. */
export async function getRun(ctx: Ctx, input: { jobId: string; number: number }): Promise<RunPage> {
  return notWritten(ctx, input);
}

/** The bytes of a run's output as they came, for a download; null without any. */
export async function getRunOutput(ctx: Ctx, input: { jobId: string; number: number }): Promise<Uint8Array | null> {
  return notWritten(ctx, input);
}
