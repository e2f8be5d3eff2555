import type { IncidentAlert, IncidentEvent } from "../domain/incident.ts";
import { alertIdOf, incidentIdOf } from "./ids.ts";
import { plainColumn, textColumn, timestampOf, wholeColumn } from "./literals.ts";
import type { Statement } from "./pipeline.ts";
import type { JobChange } from "./transitions.ts";

/** Statements that write what happened to incidents, and what people shall hear of it, in this order. */
export function incidentStatements(changes: readonly JobChange[]): Statement[] {
  const events = changes.flatMap((change) => change.incidents.map((event) => eventRow(change, event)));
  const alerts = changes.flatMap((change) => change.alerts.map((alert) => alertRow(change, alert)));
  const statements: Statement[] = [];
  if (events.length > 0) statements.push(upsertIncidents(latestOf(events)), insertEvents(events));
  if (alerts.length > 0) statements.push(insertAlerts(alerts));
  return statements;
}

type EventRow = { incidentId: string; jobId: string; projectId: string; event: IncidentEvent };

type AlertRow = { id: string; incidentId: string; jobId: string; projectId: string; alert: IncidentAlert };

function eventRow({ job, state }: JobChange, event: IncidentEvent): EventRow {
  const jobId = state.job.id;
  return { incidentId: incidentIdOf(jobId, event.incident.number), jobId, projectId: job.projectId, event };
}

function alertRow({ job, state }: JobChange, alert: IncidentAlert): AlertRow {
  const jobId = state.job.id;
  const incidentId = incidentIdOf(jobId, alert.incident.number);
  return {
    id: alertIdOf(incidentId, alert.event, alert.sequence),
    incidentId,
    jobId,
    projectId: job.projectId,
    alert,
  };
}

/** The last word on each incident, lower numbers first: an old one has to end before a new one may be open. */
function latestOf(events: readonly EventRow[]): EventRow[] {
  const latest = new Map(events.map((row) => [row.incidentId, row]));
  return [...latest.values()].toSorted((a, b) => a.event.incident.number - b.event.incident.number);
}

const UPSERT_INCIDENTS = `INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number,
    opened_at, resolved_at, resolve_reason, bad_count, missed_count)
  SELECT id, job_id, project_id, number, severity, cause, CASE WHEN resolved_at IS NULL THEN 'open' ELSE 'resolved' END,
    run_number, ${timestampOf("opened_at")}, ${timestampOf("resolved_at")}, resolve_reason, bad_count, missed_count
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int8[], $5::text[], $6::text[], $7::int8[], $8::int8[], $9::int8[],
    $10::text[], $11::int4[], $12::int4[]) AS x(id, job_id, project_id, number, severity, cause, run_number, opened_at,
    resolved_at, resolve_reason, bad_count, missed_count)
  ON CONFLICT (id) DO UPDATE SET state = excluded.state, resolved_at = excluded.resolved_at,
    resolve_reason = excluded.resolve_reason, bad_count = excluded.bad_count, missed_count = excluded.missed_count`;

function upsertIncidents(rows: readonly EventRow[]): Statement {
  return {
    name: "incidents-upsert",
    text: UPSERT_INCIDENTS,
    values: [
      plainColumn(rows, (row) => row.incidentId),
      plainColumn(rows, (row) => row.jobId),
      plainColumn(rows, (row) => row.projectId),
      plainColumn(rows, (row) => row.event.incident.number),
      plainColumn(rows, (row) => row.event.incident.severity),
      plainColumn(rows, (row) => row.event.incident.cause),
      plainColumn(rows, (row) => row.event.incident.runNumber),
      wholeColumn(rows, (row) => row.event.incident.openedAt),
      wholeColumn(rows, (row) => (row.event.kind === "resolved" ? row.event.at : null)),
      plainColumn(rows, (row) => row.event.resolveReason),
      plainColumn(rows, (row) => row.event.incident.badCount),
      plainColumn(rows, (row) => row.event.incident.missedCount),
    ],
  };
}

// A line that people added may have taken the number: the timeline is not worth losing a ping over.
const INSERT_EVENTS = `INSERT INTO incident_events (incident_id, sequence, kind, at, run_number, cause, resolve_reason)
  SELECT incident_id, sequence, kind, ${timestampOf("at")}, run_number, cause, resolve_reason
  FROM unnest($1::uuid[], $2::int4[], $3::text[], $4::int8[], $5::int8[], $6::text[], $7::text[])
    AS x(incident_id, sequence, kind, at, run_number, cause, resolve_reason)
  ON CONFLICT (incident_id, sequence) DO NOTHING`;

function insertEvents(all: readonly EventRow[]): Statement {
  const rows = all.filter((row) => row.event.kind !== "counted");
  return {
    name: "incident-events-insert",
    text: INSERT_EVENTS,
    values: [
      plainColumn(rows, (row) => row.incidentId),
      plainColumn(rows, (row) => row.event.sequence),
      plainColumn(rows, (row) => row.event.kind),
      wholeColumn(rows, (row) => row.event.at),
      plainColumn(rows, (row) => row.event.runNumber),
      plainColumn(rows, (row) => row.event.cause),
      plainColumn(rows, (row) => row.event.resolveReason),
    ],
  };
}

// Deliveries are numbered in the order in which the alerts came about: within a job and channel they leave in it.
const INSERT_ALERTS = `WITH written AS (
    INSERT INTO alerts (id, project_id, job_id, incident_id, event, sequence, created_at, facts)
    SELECT id, project_id, job_id, incident_id, event, sequence, belfry_now(), facts
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::int4[], $7::jsonb[])
      AS x(id, project_id, job_id, incident_id, event, sequence, facts)
    ON CONFLICT DO NOTHING
    RETURNING id, job_id, project_id, created_at
  ), outbox AS (
    INSERT INTO deliveries (alert_id, channel_id, job_id, next_attempt_at, created_at)
    SELECT w.id, c.id, w.job_id, w.created_at, w.created_at
    FROM written w
    JOIN unnest($1::uuid[]) WITH ORDINALITY AS o(id, position) ON o.id = w.id
    JOIN jobs j ON j.id = w.job_id
    JOIN channels c ON c.project_id = w.project_id AND c.enabled
    WHERE j.all_channels OR EXISTS (SELECT 1 FROM job_channels l WHERE l.job_id = w.job_id AND l.channel_id = c.id)
    ORDER BY o.position, c.created_at, c.id
    RETURNING 1
  )
  SELECT pg_notify('belfry_deliver', '') WHERE EXISTS (SELECT 1 FROM outbox)`;

function insertAlerts(rows: readonly AlertRow[]): Statement {
  return {
    name: "alerts-insert",
    text: INSERT_ALERTS,
    values: [
      plainColumn(rows, (row) => row.id),
      plainColumn(rows, (row) => row.projectId),
      plainColumn(rows, (row) => row.jobId),
      plainColumn(rows, (row) => row.incidentId),
      plainColumn(rows, (row) => row.alert.event),
      plainColumn(rows, (row) => row.alert.sequence),
      textColumn(rows, (row) => JSON.stringify(row.alert.facts)),
    ],
  };
}
