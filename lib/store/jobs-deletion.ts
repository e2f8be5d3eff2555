import type { AlertFacts } from "../domain/incident.ts";
import { planningKey } from "./alerting.ts";
import { passLeadsOfIncidentsOn } from "./deliveries-leads.ts";
import type { Queryable } from "./queryable.ts";

/** Whether people are still to hear something of an incident `i`, or could not be told yet that it ended with its job. */
export const IS_TO_BE_TOLD = `EXISTS (SELECT FROM alerts a LEFT JOIN deliveries d ON d.alert_id = a.id
  WHERE a.incident_id = i.id AND (a.plan_at IS NOT NULL OR d.state IN ('pending', 'sending')
    OR d.state = 'dead' AND a.facts ->> 'resolveReason' = 'deleted'))`;

/** Whether somebody may have heard of an incident `i`. What leaves with another delivery has that one's attempts. */
const MAY_BE_KNOWN = `EXISTS (SELECT FROM alerts a JOIN deliveries d ON d.alert_id = a.id LEFT JOIN deliveries l ON l.id = d.lead_id
  WHERE a.incident_id = i.id AND d.state <> 'dropped'
    AND (d.state <> 'pending' OR d.attempts > 0 OR l.state = 'sending' OR l.attempts > 0))`;

/** What an end tells, beside what its alarm told. */
const ENDED: Partial<AlertFacts> = {
  ...{ resolveReason: "deleted", slotAt: null, deadlineAt: null, graceMs: null, startedAt: null, finishedAt: null },
  ...{ durationMs: null, minRuntimeMs: null, exitCode: null, nextSlotAt: null },
};

/**
 * Deletes a job with all that is of it. Whoever was told of an open incident hears that it ended with the job: until then
 * the incident stays, and of the job its name, without a project, so that nobody sees either (see `pruneRows`).
 */
export async function deleteJobRecord(client: Queryable, jobId: string): Promise<void> {
  await lockAll(client, jobId);
  await client.query(END_INCIDENTS, [jobId, JSON.stringify(ENDED)]);
  await client.query(WITHDRAW_ALARMS, [jobId]);
  await client.query(END_UNSTABLE, [jobId, JSON.stringify(ENDED)]);
  const { rows } = await client.query<{ id: string }>(
    `SELECT i.id FROM incidents i WHERE i.job_id = $1 AND NOT (${IS_TO_BE_TOLD} AND ${MAY_BE_KNOWN})`,
    [jobId],
  );
  const ids = rows.map(({ id }) => id);
  await passLeadsOfIncidentsOn(client, ids);
  await client.query("DELETE FROM incidents WHERE id = ANY ($1::uuid[])", [ids]);
  await client.query("DELETE FROM runs WHERE job_id = $1", [jobId]);
  const gone = "DELETE FROM jobs WHERE id = $1 AND NOT EXISTS (SELECT FROM incidents WHERE job_id = $1)";
  if ((await client.query(gone, [jobId])).rowCount === 1) return;
  await client.query(KEEP_NAME, [jobId]);
  await client.query("SELECT pg_notify('belfry_plan', '')");
}

/**
 * Nobody plans, records pings or begins to send what is looked at. In the order of those who do: the other one could wait for
 * each other for ever.
 */
async function lockAll(client: Queryable, jobId: string): Promise<void> {
  const key = planningKey("project_id::text");
  await client.query(`SELECT pg_advisory_xact_lock(${key}) FROM jobs WHERE id = $1 AND project_id IS NOT NULL`, [
    jobId,
  ]);
  await client.query("SELECT FROM job_state WHERE job_id = $1 FOR UPDATE", [jobId]);
  await client.query("SELECT FROM unstable_jobs WHERE job_id = $1 FOR UPDATE", [jobId]);
  await client.query("SELECT FROM incidents WHERE job_id = $1 ORDER BY number FOR UPDATE", [jobId]);
  await client.query(
    `SELECT FROM deliveries WHERE id IN (
       SELECT coalesce(lead_id, id) FROM deliveries WHERE job_id = $1 AND state IN ('pending', 'sending')
     ) ORDER BY ordinal FOR UPDATE`,
    [jobId],
  );
}

// In SQL and not by the rules: a job whose state cannot be read is deleted as well.
const END_INCIDENTS = `WITH ended AS (
    UPDATE incidents SET state = 'resolved', resolved_at = greatest(belfry_now(), opened_at), resolve_reason = 'deleted'
    WHERE job_id = $1 AND state = 'open' RETURNING *
  )
  INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
  SELECT gen_random_uuid(), e.project_id, e.job_id, e.id, 'resolved', e.severity,
    (SELECT max(sequence) + 1 FROM alerts WHERE incident_id = e.id), belfry_now(), belfry_now(),
    (o.facts - 'held') || jsonb_build_object('badCount', e.bad_count, 'missedCount', e.missed_count) || $2::jsonb
  FROM ended e JOIN alerts o ON o.incident_id = e.id AND o.event = 'opened'`;

// An alarm that nobody was given yet takes what follows it along; what was told in its place has an end of its own.
const WITHDRAW_ALARMS = `UPDATE alerts SET plan_at = NULL, hold = 'withdrawn'
  WHERE job_id = $1 AND event = 'opened' AND plan_at IS NOT NULL AND hold = 'unstable'`;

// That it is unstable was told in place of alarms: it ends as well, unless what it was told with was told and ends anyway.
const END_UNSTABLE = `INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
  SELECT gen_random_uuid(), a.project_id, a.job_id, a.incident_id, 'stable', a.severity, a.sequence, belfry_now(), belfry_now(),
    (a.facts - 'held') || $2::jsonb
  FROM unstable_jobs u JOIN incidents i ON i.id = u.incident_id JOIN alerts a ON a.incident_id = i.id AND a.event = 'unstable'
  WHERE u.job_id = $1 AND (i.resolve_reason <> 'deleted' OR i.told_at IS NULL)
  ON CONFLICT DO NOTHING`;

// With channels of its own, of which it has none, those hear only who know.
const KEEP_NAME = `WITH state AS (DELETE FROM job_state WHERE job_id = $1),
    usual AS (DELETE FROM job_usual WHERE job_id = $1),
    unstable AS (DELETE FROM unstable_jobs WHERE job_id = $1),
    channels AS (DELETE FROM job_channels WHERE job_id = $1),
    upstreams AS (DELETE FROM job_upstreams WHERE job_id = $1 OR upstream_id = $1)
  UPDATE jobs SET project_id = NULL, description = '', tags = '{}', all_channels = false, ping_policy = NULL,
    code_request = NULL, code_digest = NULL, updated_at = belfry_now()
  WHERE id = $1`;
