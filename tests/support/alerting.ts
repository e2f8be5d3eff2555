import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { planDue } from "../../lib/checker/plan.ts";
import type { AlertFacts, Cause } from "../../lib/domain/incident.ts";
import type { Database } from "../../lib/store/client.ts";
import { openClock } from "../../lib/store/clock.ts";
import { makeJob, type TestProject } from "./jobs.ts";

export type OpenedIncident = { id: string; jobId: string; name: string; projectId: string };

/** Facts of an alarm about a job's first run. */
export const ALARM_FACTS: AlertFacts = {
  ...{ cause: "failed", severity: "critical", openedAt: 0, runNumber: 1, slotAt: null, deadlineAt: null },
  ...{ graceMs: null, maxRuntimeMs: null, startedAt: null, finishedAt: null, durationMs: null, exitCode: 3 },
  ...{ host: null, openRuns: 0, lastOkAt: null, okStreak: 0, nextSlotAt: null, resolveReason: null },
  ...{ badCount: 1, missedCount: 0 },
};

/** A job whose critical incident opens now, with an alarm that waits to be planned. */
export async function openIncident(
  database: Database,
  project: TestProject,
  options: { name?: string; host?: string | null; cause?: Cause; facts?: Partial<AlertFacts>; tags?: string[] } = {},
): Promise<OpenedIncident> {
  const { host = null, cause = "failed", tags = [] } = options;
  const jobId = await makeJob(database, project, { slug: options.name });
  const id = randomUUID();
  const { rows } = await database.pool.query<{ name: string }>(
    `WITH job AS (UPDATE jobs SET tags = $7 WHERE id = $2 RETURNING *), run AS (
       INSERT INTO runs (job_id, number, outcome, host) VALUES ($2, 1, $5, $4)
     ), incident AS (
       INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at)
       VALUES ($1, $2, $3, 1, 'critical', $5, 'open', 1, belfry_now())
     ), alert AS (
       INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
       VALUES (gen_random_uuid(), $3, $2, $1, 'opened', 'critical', 1, belfry_now(), belfry_now(),
         $6::jsonb || jsonb_build_object('openedAt', floor(extract(epoch FROM belfry_now()) * 1000)))
     ), state AS (UPDATE job_state SET down = true WHERE job_id = $2)
     SELECT name FROM job`,
    [id, jobId, project.id, host, cause, JSON.stringify({ ...ALARM_FACTS, cause, host, ...options.facts }), tags],
  );
  return { id, jobId, name: rows[0]?.name ?? "", projectId: project.id };
}

/** Something else is wrong with the job now; that waits to be planned. */
export async function changeIncident({ pool }: Database, incident: OpenedIncident, cause: Cause): Promise<void> {
  await pool.query(
    `INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
     SELECT gen_random_uuid(), o.project_id, o.job_id, o.incident_id, 'changed', o.severity, 2, belfry_now(), belfry_now(),
       o.facts || jsonb_build_object('cause', $2::text, 'earlierCauses', jsonb_build_array(o.facts -> 'cause'))
     FROM alerts o WHERE o.incident_id = $1 AND o.event = 'opened'`,
    [incident.id, cause],
  );
}

/** Ends an incident now; its all-clear waits to be planned. */
export async function resolveIncident(
  { pool }: Database,
  incident: OpenedIncident,
  reason: NonNullable<AlertFacts["resolveReason"]> = "recovered",
): Promise<void> {
  await pool.query(
    `WITH ended AS (
       UPDATE incidents SET state = 'resolved', resolved_at = belfry_now(), resolve_reason = $2 WHERE id = $1 RETURNING *
     ), state AS (UPDATE job_state SET down = false WHERE job_id IN (SELECT job_id FROM ended))
     INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
     SELECT gen_random_uuid(), e.project_id, e.job_id, e.id, 'resolved', e.severity, 2, belfry_now(), belfry_now(),
       (SELECT facts FROM alerts WHERE incident_id = e.id AND event = 'opened') || jsonb_build_object('resolveReason', $2::text)
     FROM ended e`,
    [incident.id, reason],
  );
}

/** One turn of the planner, as of the database's clock. */
export async function planNow(database: Database, options: { mailWorks?: boolean } = {}): Promise<void> {
  const clock = await openClock(database.pool);
  const deps = {
    pool: database.pool,
    clock,
    log: pino({ level: "silent" }),
    mailWorks: options.mailWorks ?? true,
    keepers: new Set(["pagerduty"]),
  };
  await planDue(deps, new AbortController().signal);
}

export type PlannedRow = {
  job: string;
  event: string;
  to: string;
  /** Position of the delivery that it leaves with; null: it leaves alone or leads. */
  leadId: string | null;
  id: string;
  state: string;
  /** Until it may leave, from now. */
  inMs: number;
};

/** Every delivery in the order of writing. */
export async function listPlanned({ pool }: Database): Promise<PlannedRow[]> {
  const { rows } = await pool.query<PlannedRow>(
    `SELECT j.name AS job, a.event, coalesce(c.name, d.recipient) AS "to", d.lead_id AS "leadId", d.id, d.state,
       round(extract(epoch FROM d.next_attempt_at - belfry_now()) * 1000)::int8 AS "inMs"
     FROM deliveries d JOIN alerts a ON a.id = d.alert_id LEFT JOIN jobs j ON j.id = d.job_id
     LEFT JOIN channels c ON c.id = d.channel_id ORDER BY d.ordinal`,
  );
  return rows;
}

/** Of every alert: what it waits for or why nobody was told, and whether it will be looked at again. */
export async function listHolds({
  pool,
}: Database): Promise<{ job: string; event: string; hold: string | null; waits: boolean }[]> {
  const { rows } = await pool.query<{ job: string; event: string; hold: string | null; waits: boolean }>(
    `SELECT j.name AS job, a.event, a.hold, a.plan_at IS NOT NULL AS waits FROM alerts a JOIN jobs j ON j.id = a.job_id
     ORDER BY a.created_at, j.name, a.sequence`,
  );
  return rows;
}
