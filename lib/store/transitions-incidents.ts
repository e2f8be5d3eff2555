import type { IncidentAlert, IncidentEvent } from "../domain/incident.ts";
import { type Column, namesOf, sourceOf, valuesOf } from "./columns.ts";
import { alertIdOf, incidentIdOf } from "./ids.ts";
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

type AlertRow = {
  id: string;
  incidentId: string;
  jobId: string;
  projectId: string;
  alert: IncidentAlert;
};

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

/**
 * The last word on each incident, lower numbers of a job first: an old one has to end before a new one may be open. By jobs,
 * as whoever plans their alerts locks them: in another order the two would wait for each other.
 */
function latestOf(events: readonly EventRow[]): EventRow[] {
  const latest = new Map(events.map((row) => [row.incidentId, row]));
  const order = (a: EventRow, b: EventRow) => a.event.incident.number - b.event.incident.number;
  return [...latest.values()].toSorted((a, b) => (a.jobId < b.jobId ? -1 : a.jobId > b.jobId ? 1 : order(a, b)));
}

const INCIDENT_COLUMNS: readonly Column<EventRow>[] = [
  ["id", "uuid", (row) => row.incidentId],
  ["job_id", "uuid", (row) => row.jobId],
  ["project_id", "uuid", (row) => row.projectId],
  ["number", "int8", (row) => row.event.incident.number],
  ["severity", "text", (row) => row.event.incident.severity],
  ["cause", "text", (row) => row.event.incident.cause],
  ["state", "text", (row) => (row.event.kind === "resolved" ? "resolved" : "open")],
  ["run_number", "int8", (row) => row.event.incident.runNumber],
  ["opened_at", "instant", (row) => row.event.incident.openedAt],
  ["resolved_at", "instant", (row) => (row.event.kind === "resolved" ? row.event.at : null)],
  ["resolve_reason", "text", (row) => row.event.resolveReason],
  ["bad_count", "int4", (row) => row.event.incident.badCount],
  ["missed_count", "int4", (row) => row.event.incident.missedCount],
];

const UPSERT_INCIDENTS = `INSERT INTO incidents (${namesOf(INCIDENT_COLUMNS)})
  SELECT ${namesOf(INCIDENT_COLUMNS)} FROM ${sourceOf(INCIDENT_COLUMNS)}
  ON CONFLICT (id) DO UPDATE SET state = excluded.state, resolved_at = excluded.resolved_at,
    resolve_reason = excluded.resolve_reason, bad_count = excluded.bad_count, missed_count = excluded.missed_count`;

function upsertIncidents(rows: readonly EventRow[]): Statement {
  return { name: "incidents-upsert", text: UPSERT_INCIDENTS, values: valuesOf(INCIDENT_COLUMNS, rows) };
}

const EVENT_COLUMNS: readonly Column<EventRow>[] = [
  ["incident_id", "uuid", (row) => row.incidentId],
  ["sequence", "int4", (row) => row.event.sequence],
  ["kind", "text", (row) => row.event.kind],
  ["at", "instant", (row) => row.event.at],
  ["run_number", "int8", (row) => row.event.runNumber],
  ["cause", "text", (row) => row.event.cause],
  ["resolve_reason", "text", (row) => row.event.resolveReason],
];

// An evaluation that is repeated after a crash writes the same lines again.
const INSERT_EVENTS = `INSERT INTO incident_events (${namesOf(EVENT_COLUMNS)})
  SELECT ${namesOf(EVENT_COLUMNS)} FROM ${sourceOf(EVENT_COLUMNS)} ON CONFLICT (incident_id, sequence) DO NOTHING`;

function insertEvents(all: readonly EventRow[]): Statement {
  const rows = all.filter((row) => row.event.kind !== "counted");
  return { name: "incident-events-insert", text: INSERT_EVENTS, values: valuesOf(EVENT_COLUMNS, rows) };
}

const ALERT_COLUMNS: readonly Column<AlertRow>[] = [
  ["id", "uuid", (row) => row.id],
  ["project_id", "uuid", (row) => row.projectId],
  ["job_id", "uuid", (row) => row.jobId],
  ["incident_id", "uuid", (row) => row.incidentId],
  ["event", "text", (row) => row.alert.event],
  ["severity", "text", (row) => row.alert.incident.severity],
  ["sequence", "int4", (row) => row.alert.sequence],
  ["facts", "json", (row) => JSON.stringify(row.alert.facts)],
];

// Whoever plans alerts is woken with the commit.
const INSERT_ALERTS = `WITH written AS (
    INSERT INTO alerts (created_at, plan_at, ${namesOf(ALERT_COLUMNS)})
    SELECT belfry_now(), belfry_now(), ${namesOf(ALERT_COLUMNS)} FROM ${sourceOf(ALERT_COLUMNS)}
    ON CONFLICT DO NOTHING
    RETURNING 1
  )
  SELECT pg_notify('belfry_plan', '') WHERE EXISTS (SELECT 1 FROM written)`;

function insertAlerts(rows: readonly AlertRow[]): Statement {
  return { name: "alerts-insert", text: INSERT_ALERTS, values: valuesOf(ALERT_COLUMNS, rows) };
}
