import type { ScheduleSpec } from "../domain/job.ts";
import { excerptOutput, type OutputExcerpt } from "../domain/message-output.ts";
import { excerptSaid } from "../domain/message-said.ts";
import type { Outcome, RunReason } from "../domain/run.ts";
import { type Instant, type Millis, MINUTE } from "../domain/time.ts";
import type { Spread } from "../domain/usual.ts";
import { unusualFactor, usualLength } from "../domain/usual-runs.ts";
import { AppError } from "../errors.ts";
import { listIncidentsOfRun, listRefutingRuns } from "../store/incidents.ts";
import {
  findNeighbours,
  findRunRecord,
  listPingsOfRun,
  listRunRecords,
  type PingRecord,
  type RunRecord,
} from "../store/runs.ts";
import { findPingBody } from "../store/ping-bodies.ts";
import { findRunMessage } from "../store/run-messages.ts";
import { type AlertRow, listAlerts } from "./alerts.ts";
import type { Ctx } from "./context.ts";
import { type IncidentRow, incidentRowOf } from "./incidents.ts";
import { parseLimit } from "./input.ts";
import { requireJob } from "./jobs.ts";
import { endOfText, readableText } from "./output.ts";
import { findYardstick } from "./usual.ts";

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
  /** Another run of the job was open at the same time. */
  overlapped: boolean;
  /** It came to light late, and showed that an alarm had been wrong. */
  withdrew: boolean;
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

export type RunPage = {
  job: {
    id: string;
    projectId: string;
    name: string;
    slug: string;
    /** As it is now: the run may be of an earlier one. */
    scheduleKind: ScheduleSpec["kind"];
    timeZone: string | null;
  };
  run: RunRow;
  /** What runs of its weekday usually take; null where too few are known. */
  usual: Spread | null;
  /** How many times its usual length it took, where that is unusual; else null. */
  usualFactor: number | null;
  output: RunOutput | null;
  /** Oldest first, at most 100. */
  pings: PingRecord[];
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
  const job = await requireJob(ctx, input.jobId, "see");
  const limit = parseLimit(input.limit);
  const found = await listRunRecords(ctx.database.pool, {
    jobId: job.id,
    before: input.before === undefined ? null : parseNumber(input.before),
    outcomes: input.outcomes ?? null,
    limit: limit + 1,
  });
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  const span = { from: shown.at(-1)?.number ?? 0, to: shown[0]?.number ?? 0 };
  const refuting = await listRefutingRuns(ctx.database.pool, { jobId: job.id, ...span });
  return { runs: shown.map((run) => runRowOf(run, refuting)), nextBefore: last?.number ?? null };
}

/** @throws AppError `not-found`, also for strangers. */
export async function getRun(ctx: Ctx, input: { jobId: string; number: number }): Promise<RunPage> {
  const { job, run } = await requireRun(ctx, input);
  const { pool } = ctx.database;
  const now = ctx.clock.now();
  const [body, pings, incidents, neighbours, refuting, yardstick] = await Promise.all([
    bodyOf(ctx, run),
    listPingsOfRun(pool, { jobId: job.id, runNumber: run.number, ...receiptsOf(run, now), limit: PINGS_SHOWN }),
    listIncidentsOfRun(pool, job.id, run.number),
    findNeighbours(pool, job.id, run.number),
    listRefutingRuns(pool, { jobId: job.id, from: run.number, to: run.number }),
    findYardstick(ctx, job),
  ]);
  const alerts = await listAlerts(
    pool,
    incidents.map((incident) => incident.id),
    run.number,
  );
  const { id, projectId, name, slug, schedule } = job;
  return {
    job: { id, projectId, name, slug, scheduleKind: schedule.kind, timeZone: zoneOf(schedule) },
    run: runRowOf(run, refuting),
    usual: run.startedAt === null ? null : usualLength(yardstick, run.startedAt),
    usualFactor: unusualFactor(run, yardstick),
    output: body === null ? null : outputOf(body, run.outputSize),
    incidents: incidents.map(incidentRowOf),
    ...{ pings, alerts, ...neighbours, now },
  };
}

function zoneOf(schedule: ScheduleSpec): string | null {
  return schedule.kind === "cron" ? schedule.timeZone : null;
}

/** The bytes of a run's output as they came, for a download; null without any. */
export async function getRunOutput(ctx: Ctx, input: { jobId: string; number: number }): Promise<Uint8Array | null> {
  return bodyOf(ctx, (await requireRun(ctx, input)).run);
}

/** The end of a run's output and its error lines, masked as messages show them; null where there is nothing to show. */
export async function getRunExcerpt(ctx: Ctx, input: { jobId: string; number: number }): Promise<OutputExcerpt | null> {
  const { job, run } = await requireRun(ctx, input);
  const body = await bodyOf(ctx, run);
  return body === null ? null : excerptOutput(endOfText(body, EXCERPT_BYTES), job.project.maskPatterns);
}

/** What the run's pings said last beside their bodies, masked as messages show it; null where they said nothing. */
export async function getRunSaid(ctx: Ctx, input: { jobId: string; number: number }): Promise<string | null> {
  const { job, run } = await requireRun(ctx, input);
  const said = await findRunMessage(ctx.database.pool, job.id, run.number);
  return said === null ? null : excerptSaid(said, job.project.maskPatterns);
}

const PINGS_SHOWN = 100;
/** Enough for error lines far above the last ones. */
const EXCERPT_BYTES = 32_768;

async function requireRun(ctx: Ctx, input: { jobId: string; number: number }) {
  const job = await requireJob(ctx, input.jobId, "see");
  const run = await findRunRecord(ctx.database.pool, job.id, parseNumber(input.number));
  if (run === null) throw new AppError("not-found", `This job has no run number ${input.number}.`, "number");
  return { job, run };
}

function parseNumber(number: number): number {
  if (Number.isSafeInteger(number)) return number;
  throw new AppError("not-found", "A run's number is a whole number.", "number");
}

async function bodyOf(ctx: Ctx, { outputPingId, outputReceivedAt }: RunRecord): Promise<Buffer | null> {
  if (outputPingId === null || outputReceivedAt === null) return null;
  return findPingBody(ctx.database.pool, outputPingId, outputReceivedAt);
}

function outputOf(body: Buffer, sent: number): RunOutput {
  const kept = body.length;
  return { text: readableText(body), kept, sent: Math.max(sent, kept), truncated: sent > kept };
}

/** When its pings came at the earliest and at the latest: a spooled one is received after the time it tells. */
function receiptsOf(run: RunRecord, now: Instant): { from: Instant; to: Instant } {
  const known = [run.startedAt, run.finishedAt, run.settledAt, run.outputReceivedAt].filter((at) => at !== null);
  const last = run.settledAt === null ? now : Math.max(...known);
  return { from: Math.min(...known, now) - MINUTE, to: last + MINUTE };
}

function runRowOf(run: RunRecord, refuting: ReadonlySet<number>): RunRow {
  const { outputPingId: _pingId, outputReceivedAt: _receivedAt, ...row } = run;
  const { startedAt, slotAt } = run;
  return {
    ...row,
    delayMs: startedAt === null || slotAt === null ? null : startedAt - slotAt,
    withdrew: refuting.has(run.number),
  };
}
