import { newMemory, openDraft } from "../domain/draft.ts";
import type { Cause } from "../domain/incident.ts";
import type { Job, Limits, ScheduleSpec } from "../domain/job.ts";
import type { PingPolicy } from "../domain/ping-policy.ts";
import { isDialect } from "../domain/schedule/dialect-names.ts";
import { nextDeadline } from "../domain/settle.ts";
import type { StatusFacts } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { type AskedOfJob, askedJson, askedOf, type CodeRecord, noteMissing } from "./jobs-code.ts";
import { insertUpstreams, type JobName } from "./jobs-upstreams.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** Everything of a job that people set. */
export type JobSettings = {
  slug: string;
  name: string;
  description: string;
  tags: string[];
  schedule: ScheduleSpec;
  /** The schedule as it was typed; empty for none. */
  scheduleText: string;
  limits: Limits;
  allChannels: boolean;
  environment: string;
  /** Null: pings are read as they come. */
  pingPolicy: PingPolicy | null;
};

/**
 * A job about to be made. `code`: what its code asked for, where code asked. `upstreams`: what it waits for; those that
 * the project does not have are added to `leftOut`, what its pings asked for in vain.
 */
export type NewJobRecord = {
  settings: JobSettings;
  code: CodeRecord | null;
  upstreams?: readonly JobName[];
  leftOut?: AskedOfJob["leftOut"];
};

export type JobRecord = JobSettings &
  AskedOfJob & {
    id: string;
    projectId: string;
    /** `code`: follows what its code asks for; `app`: as people set it. */
    managedBy: "app" | "code";
    scheduleSince: Instant;
    createdAt: Instant;
    pings: number;
    lastPingAt: Instant | null;
    lastOkAt: Instant | null;
    facts: StatusFacts;
    /** Of the open warning; null without one. */
    warningCause: Cause | null;
  };

export type JobRow = {
  id: string;
  projectId: string;
  slug: string;
  name: string;
  description: string;
  tags: string[];
  environment: string;
  scheduleKind: string;
  scheduleExpression: string;
  dialect: string;
  timeZone: string;
  intervalMs: number | null;
  scheduleSince: Date;
  graceMs: number | null;
  maxRuntimeMs: number | null;
  minRuntimeMs: number | null;
  jitterMs: number;
  failuresToOpen: number;
  successesToClose: number;
  overlap: string;
  unusual: string;
  failureWindow: number | null;
  tooOften: string;
  allChannels: boolean;
  pingPolicy: PingPolicy | null;
  managedBy: string;
  codeRequest: object | null;
  createdAt: Date;
  pings: number;
  pausedAt: Date | null;
  firstPingAt: Date | null;
  lastPingAt: Date | null;
  lastOkAt: Date | null;
  nextSlotAt: Date | null;
  lateAt: Date | null;
  down: boolean;
  warning: boolean;
  warningCause: Cause | null;
  running: number;
  unknown: boolean;
};

/** Columns of `JobRow`, of `jobs j JOIN job_state s ON s.job_id = j.id`. */
export const JOB_COLUMNS = `j.id, j.project_id AS "projectId", j.slug, j.name, j.description, j.tags, j.environment,
  j.schedule_kind AS "scheduleKind", j.schedule_expression AS "scheduleExpression", j.dialect, j.time_zone AS "timeZone",
  j.interval_ms AS "intervalMs", j.schedule_since AS "scheduleSince", j.grace_ms AS "graceMs",
  j.max_runtime_ms AS "maxRuntimeMs", j.min_runtime_ms AS "minRuntimeMs", j.jitter_ms AS "jitterMs",
  j.failures_to_open AS "failuresToOpen", j.successes_to_close AS "successesToClose", j.overlap, j.unusual,
  j.failure_window AS "failureWindow", j.too_often AS "tooOften",
  j.all_channels AS "allChannels", j.ping_policy AS "pingPolicy", j.managed_by AS "managedBy",
  j.code_request AS "codeRequest", j.created_at AS "createdAt", s.pings, s.paused_at AS "pausedAt",
  s.first_ping_at AS "firstPingAt", s.last_ping_at AS "lastPingAt", s.last_ok_at AS "lastOkAt",
  s.next_slot_at AS "nextSlotAt", s.late_at AS "lateAt", s.down, s.warning, s.running, s.unknown,
  CASE WHEN s.warning THEN (SELECT i.cause FROM incidents i
    WHERE i.job_id = j.id AND i.state = 'open' AND i.severity = 'warning') END AS "warningCause"`;

export async function findJobRecord(database: Queryable, jobId: string): Promise<JobRecord | null> {
  const { rows } = await database.query<JobRow>(
    `SELECT ${JOB_COLUMNS} FROM jobs j JOIN job_state s ON s.job_id = j.id WHERE j.id = $1`,
    [jobId],
  );
  const [row] = rows;
  return row === undefined ? null : jobRecordOf(row);
}

export function jobRecordOf(row: JobRow): JobRecord {
  const { id, projectId, slug, name, description, tags, environment, allChannels, pings, warningCause } = row;
  const { pingPolicy } = row;
  return {
    ...{ id, projectId, slug, name, description, tags, environment, allChannels, pings, warningCause },
    ...{ pingPolicy, ...askedOf(row.codeRequest), managedBy: row.managedBy === "code" ? "code" : "app" },
    schedule: scheduleOf(row),
    scheduleText: row.scheduleExpression,
    limits: limitsOf(row),
    scheduleSince: instantOf(row.scheduleSince),
    createdAt: instantOf(row.createdAt),
    lastPingAt: instantOf(row.lastPingAt),
    lastOkAt: instantOf(row.lastOkAt),
    facts: factsOf(row),
  };
}

type ScheduleRow = Pick<JobRow, "scheduleKind" | "scheduleExpression" | "dialect" | "timeZone" | "intervalMs">;

export function scheduleOf({ scheduleKind, intervalMs, ...row }: ScheduleRow): ScheduleSpec {
  if (scheduleKind === "cron") {
    // One that only a newer Belfry knows is guessed until that runs again.
    const dialect = isDialect(row.dialect) ? row.dialect : "auto";
    return { kind: "cron", dialect, expression: row.scheduleExpression, timeZone: row.timeZone };
  }
  if (scheduleKind === "interval" && intervalMs !== null) return { kind: "interval", everyMs: intervalMs };
  return { kind: "none" };
}

type LimitsRow = Pick<JobRow, keyof Limits>;

export function limitsOf(row: LimitsRow): Limits {
  const { graceMs, maxRuntimeMs, minRuntimeMs, jitterMs, failuresToOpen, failureWindow, successesToClose } = row;
  const overlap = row.overlap === "allow" ? "allow" : "alert";
  const unusual = row.unusual === "alert" ? "alert" : "ignore";
  const tooOften = row.tooOften === "ignore" ? "ignore" : "alert";
  return {
    ...{ graceMs, maxRuntimeMs, minRuntimeMs, jitterMs },
    ...{ failuresToOpen, failureWindow, successesToClose, overlap, unusual, tooOften },
  };
}

function factsOf(row: JobRow): StatusFacts {
  const { down, warning, running, unknown } = row;
  return {
    ...{ down, warning, running, unknown },
    pausedAt: instantOf(row.pausedAt),
    firstPingAt: instantOf(row.firstPingAt),
    nextSlotAt: instantOf(row.nextSlotAt),
    lateAt: instantOf(row.lateAt),
  };
}

/** Makes a job with the state of one that was never pinged. @returns null where the project has that slug in that environment. */
export async function insertJobRecord(
  client: Queryable,
  input: { projectId: string } & NewJobRecord,
): Promise<({ id: string } & Pick<AskedOfJob, "leftOut">) | null> {
  const { rows } = await client.query<{ id: string; scheduleSince: Date }>(
    `INSERT INTO jobs (project_id, slug, name, description, tags, schedule_kind, schedule_expression, dialect, time_zone,
       interval_ms, grace_ms, max_runtime_ms, min_runtime_ms, jitter_ms, failures_to_open, successes_to_close, overlap,
       unusual, all_channels, environment, ping_policy, failure_window, too_often, managed_by, code_request, code_digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
     ON CONFLICT (project_id, slug, environment) DO NOTHING RETURNING id, schedule_since AS "scheduleSince"`,
    [
      ...[input.projectId, ...valuesOf(input.settings), input.code === null ? "app" : "code"],
      ...[askedJson(input.code, input.leftOut), input.code?.digest ?? null],
    ],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const memory = newMemory();
  const { schedule, limits } = input.settings;
  const job: Job = { id: row.id, schedule, scheduleSince: instantOf(row.scheduleSince), limits, usual: null };
  await client.query("INSERT INTO job_state (job_id, memory, check_at) VALUES ($1, $2, $3)", [
    ...[row.id, JSON.stringify(memory)],
    dateOf(nextDeadline(openDraft({ ...memory, job, gaps: [] }))),
  ]);
  const { projectId, upstreams: names = [], leftOut = [] } = input;
  const missing = await insertUpstreams(client, { jobId: row.id, projectId, names });
  return { id: row.id, leftOut: await noteMissing(client, { jobId: row.id, leftOut, missing }) };
}

/** @throws a unique violation of `jobs_project_id_slug_environment_key` where another job of the project has that slug there. */
export async function updateJobRecord(
  client: Queryable,
  input: { jobId: string; settings: JobSettings; scheduleSince: Instant },
): Promise<void> {
  await client.query(
    `UPDATE jobs SET slug = $2, name = $3, description = $4, tags = $5, schedule_kind = $6, schedule_expression = $7,
       dialect = $8, time_zone = $9, interval_ms = $10, grace_ms = $11, max_runtime_ms = $12, min_runtime_ms = $13,
       jitter_ms = $14, failures_to_open = $15, successes_to_close = $16, overlap = $17, unusual = $18,
       all_channels = $19, environment = $20, ping_policy = $21, failure_window = $22, too_often = $23,
       schedule_since = $24, updated_at = belfry_now(),
       code_request = CASE WHEN NOT (code_request ? 'leftOut') THEN code_request END
     WHERE id = $1`,
    [input.jobId, ...valuesOf(input.settings), new Date(input.scheduleSince)],
  );
}

function dateOf(at: Instant | null): Date | null {
  return at === null ? null : new Date(at);
}

const NO_EXPRESSION = { dialect: "auto", timeZone: "UTC" };

function valuesOf({ schedule, limits, ...settings }: JobSettings): unknown[] {
  const { dialect, timeZone } = schedule.kind === "cron" ? schedule : NO_EXPRESSION;
  return [
    ...[settings.slug, settings.name, settings.description, settings.tags],
    ...[schedule.kind, settings.scheduleText, dialect, timeZone],
    schedule.kind === "interval" ? schedule.everyMs : null,
    ...[limits.graceMs, limits.maxRuntimeMs, limits.minRuntimeMs, limits.jitterMs],
    ...[limits.failuresToOpen, limits.successesToClose, limits.overlap, limits.unusual, settings.allChannels],
    ...[settings.environment, settings.pingPolicy === null ? null : JSON.stringify(settings.pingPolicy)],
    ...[limits.failureWindow, limits.tooOften],
  ];
}
