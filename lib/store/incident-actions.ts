import type { PoolClient } from "pg";
import type { CareEventKind, CareFacts, IncidentCare } from "../domain/incident-care.ts";
import type { Instant } from "../domain/time.ts";
import { type Column, namesOf, sourceOf, valuesOf } from "./columns.ts";
import { plainColumn } from "./literals.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** An incident of which somebody takes care, locked until the transaction ends. */
export type CaredIncident = CareFacts & { id: string; projectId: string; care: IncidentCare };

type Row = Omit<CaredIncident, "care" | "untold"> & {
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  snoozedUntil: Date | null;
  snoozedUntilSuccess: boolean;
  mutedAt: Date | null;
  remindAt: Date | null;
};

const SELECT = `SELECT i.id, i.project_id AS "projectId", i.state = 'open' AS open, i.reminders, p.remind_after_ms AS "remindAfterMs",
    i.acknowledged_at AS "acknowledgedAt", i.acknowledged_by AS "acknowledgedBy", i.snoozed_until AS "snoozedUntil",
    i.snoozed_until_success AS "snoozedUntilSuccess", i.muted_at AS "mutedAt", i.remind_at AS "remindAt"
  FROM incidents i JOIN projects p ON p.id = i.project_id WHERE i.id = ANY ($1::uuid[])`;

/**
 * Locks incidents. `wait` is for one at a time: whoever waits for several in another order than the ping path would end in
 * a deadlock with it. Without it those that others hold are missing.
 */
export async function lockIncidents(
  client: PoolClient,
  incidentIds: readonly string[],
  wait: boolean,
): Promise<CaredIncident[]> {
  const { rows } = await client.query<Row>(
    `${SELECT} ORDER BY i.id FOR NO KEY UPDATE OF i${wait ? "" : " SKIP LOCKED"}`,
    [plainColumn(incidentIds, (id) => id)],
  );
  const untold = await listUntold(
    client,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => caredOf(row, untold.has(row.id)));
}

// Begun after the locks are held: it sees what planners decided while we waited.
const UNTOLD = `SELECT i.id FROM incidents i JOIN alerts a ON a.incident_id = i.id
  WHERE i.id = ANY ($1::uuid[]) AND i.reminders = 0 AND a.event = 'opened' AND a.plan_at IS NULL
    AND (a.hold = 'acknowledged' OR EXISTS (SELECT FROM deliveries d WHERE d.alert_id = a.id AND d.state = 'dropped'))`;

async function listUntold(client: PoolClient, incidentIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ id: string }>(UNTOLD, [plainColumn(incidentIds, (id) => id)]);
  return new Set(rows.map(({ id }) => id));
}

function caredOf({ id, projectId, open, reminders, remindAfterMs, ...row }: Row, untold: boolean): CaredIncident {
  const { acknowledgedBy, snoozedUntilSuccess } = row;
  return {
    ...{ id, projectId, open, reminders, remindAfterMs, untold },
    care: {
      acknowledgedAt: instantOf(row.acknowledgedAt),
      acknowledgedBy,
      snoozedUntil: instantOf(row.snoozedUntil),
      snoozedUntilSuccess,
      mutedAt: instantOf(row.mutedAt),
      remindAt: instantOf(row.remindAt),
    },
  };
}

/** What somebody did about an incident, and what came of it. */
export type CareChange = {
  incidentId: string;
  care: IncidentCare;
  event: CareEventKind;
  at: Instant;
  /** Null where nobody was signed in. */
  userId: string | null;
  by: string;
  /** For a snooze. */
  until: Instant | null;
  /** For a note. */
  note: string | null;
};

const CARE_COLUMNS: readonly Column<CareChange>[] = [
  ["id", "uuid", (row) => row.incidentId],
  ["acknowledged_at", "instant", ({ care }) => care.acknowledgedAt],
  ["acknowledged_by", "text", ({ care }) => care.acknowledgedBy],
  ["snoozed_until", "instant", ({ care }) => care.snoozedUntil],
  ["snoozed_until_success", "bool", ({ care }) => care.snoozedUntilSuccess],
  ["muted_at", "instant", ({ care }) => care.mutedAt],
  ["remind_at", "instant", ({ care }) => care.remindAt],
];

const UPDATE = `UPDATE incidents i SET acknowledged_at = x.acknowledged_at, acknowledged_by = x.acknowledged_by,
    snoozed_until = x.snoozed_until, snoozed_until_success = x.snoozed_until_success, muted_at = x.muted_at,
    remind_at = x.remind_at
  FROM ${sourceOf(CARE_COLUMNS)} WHERE i.id = x.id`;

const EVENT_COLUMNS: readonly Column<CareChange>[] = [
  ["incident_id", "uuid", (row) => row.incidentId],
  ["kind", "text", (row) => row.event],
  ["at", "instant", (row) => row.at],
  ["user_id", "text", (row) => row.userId],
  ["by", "text", (row) => row.by],
  ["until", "instant", (row) => row.until],
  ["note", "text", (row) => row.note],
];

const INSERT = `INSERT INTO incident_events (${namesOf(EVENT_COLUMNS)})
  SELECT ${namesOf(EVENT_COLUMNS)} FROM ${sourceOf(EVENT_COLUMNS)}`;

/** Writes it down and adds a line to each timeline. Call it for locked incidents; planners wake up, as reminders moved. */
export async function saveCare(client: PoolClient, changes: readonly CareChange[]): Promise<void> {
  if (changes.length === 0) return;
  await client.query(UPDATE, valuesOf(CARE_COLUMNS, changes));
  await client.query(INSERT, valuesOf(EVENT_COLUMNS, changes));
  await client.query("SELECT pg_notify('belfry_plan', '')");
}

/** What an id is of; `openIds` are incidents of a job, and of nothing else. */
export type ActedOn = { kind: "incident" | "outage" | "job"; projectId: string; openIds: string[] };

/** What somebody may have meant who wrote an id; null where nothing has it. */
export async function findActedOn(database: Queryable, id: string): Promise<ActedOn | null> {
  const { rows } = await database.query<ActedOn>(
    `SELECT 'incident' AS kind, project_id AS "projectId", '{}'::text[] AS "openIds" FROM incidents WHERE id = $1
     UNION ALL SELECT 'outage', project_id, '{}' FROM outages WHERE id = $1
     UNION ALL SELECT 'job', j.project_id,
       array(SELECT i.id::text FROM incidents i WHERE i.job_id = j.id AND i.state = 'open' ORDER BY i.opened_at, i.id)
     FROM jobs j WHERE j.id = $1 AND j.project_id IS NOT NULL`,
    [id],
  );
  return rows[0] ?? null;
}

/** The projects of these incidents. */
export async function listProjectsOfIncidents(
  database: Queryable,
  incidentIds: readonly string[],
): Promise<{ id: string; projectId: string }[]> {
  const { rows } = await database.query<{ id: string; projectId: string }>(
    `SELECT i.id, j.project_id AS "projectId" FROM incidents i JOIN jobs j ON j.id = i.job_id
     WHERE i.id = ANY ($1::uuid[]) AND j.project_id IS NOT NULL`,
    [plainColumn(incidentIds, (id) => id)],
  );
  return rows;
}
