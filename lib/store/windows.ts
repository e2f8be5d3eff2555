import type { Holiday } from "../domain/alerting/holiday.ts";
import type { WeeklyHours } from "../domain/alerting/weekly-hours.ts";
import type { AlertWindow, WindowKind, WindowScope, WindowTimes } from "../domain/alerting/window.ts";
import type { Instant } from "../domain/time.ts";
import { planningKey } from "./alerting.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** `ping`: a request opened it. */
export type WindowSource = "person" | "ping";

export type WindowRecord = AlertWindow & {
  projectId: string;
  enabled: boolean;
  source: WindowSource;
  /** Who made it, in words; null: nobody knows any more. */
  createdBy: string | null;
  createdAt: Instant;
};

export type NewWindowRecord = Omit<WindowRecord, "id" | "createdAt">;

/** What is kept of a window beside its columns. */
type Spec = {
  hours?: Omit<WeeklyHours, "timeZone">;
  outside?: boolean;
  holidays?: readonly Holiday[];
};

type Row = {
  id: string;
  projectId: string;
  name: string;
  kind: WindowKind;
  timeZone: string;
  startsAt: Date | null;
  endsAt: Date | null;
  spec: Spec;
  scope: Partial<WindowScope>;
  enabled: boolean;
  source: WindowSource;
  createdBy: string | null;
  createdAt: Date;
};

const COLUMNS = `w.id, w.project_id AS "projectId", w.name, w.kind, w.time_zone AS "timeZone", w.starts_at AS "startsAt",
  w.ends_at AS "endsAt", w.spec, w.scope, w.enabled, w.source, w.created_by AS "createdBy", w.created_at AS "createdAt"`;

const NOT_OVER = "(w.ends_at IS NULL OR w.ends_at > belfry_now())";

/** Windows of a project, oldest first: with `enabled` only those that are switched on, with `over` those that are over as well. */
export async function listWindowRecords(
  database: Queryable,
  projectId: string,
  { enabled = false, over = false }: { enabled?: boolean; over?: boolean } = {},
): Promise<WindowRecord[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM windows w WHERE w.project_id = $1 AND (${NOT_OVER} OR $3) AND (w.enabled OR NOT $2)
     ORDER BY w.created_at, w.id`,
    [projectId, enabled, over],
  );
  return rows.map(recordOf);
}

export async function findWindowRecord(database: Queryable, windowId: string): Promise<WindowRecord | null> {
  const { rows } = await database.query<Row>(`SELECT ${COLUMNS} FROM windows w WHERE w.id = $1`, [windowId]);
  const [row] = rows;
  return row === undefined ? null : recordOf(row);
}

function recordOf({ kind, timeZone, startsAt, endsAt, spec, scope, createdAt, ...row }: Row): WindowRecord {
  const { jobIds = [], tags = [], hosts = [] } = scope;
  const times = timesOf({ kind, timeZone, startsAt, endsAt, spec });
  return { ...row, times, scope: { jobIds, tags, hosts }, createdAt: instantOf(createdAt) };
}

function timesOf({
  kind,
  timeZone,
  startsAt,
  endsAt,
  spec,
}: Pick<Row, "kind" | "timeZone" | "startsAt" | "endsAt" | "spec">): WindowTimes {
  switch (kind) {
    case "once":
      return { kind, startsAt: instantOf(startsAt) ?? 0, endsAt: instantOf(endsAt) ?? 0 };
    case "weekly": {
      const { days = [], from = "", to = "" } = spec.hours ?? {};
      return { kind, hours: { timeZone, days, from, to }, outside: spec.outside ?? false };
    }
    case "holidays":
      return { kind, timeZone, holidays: spec.holidays ?? [] };
  }
}

/** The values of the columns that `SET_TIMES` sets, in its order. */
export function valuesOfTimes(times: WindowTimes): unknown[] {
  switch (times.kind) {
    case "once":
      return [times.kind, "UTC", new Date(times.startsAt), new Date(times.endsAt), "{}"];
    case "weekly": {
      const { timeZone, ...hours } = times.hours;
      return [times.kind, timeZone, null, null, JSON.stringify({ hours, outside: times.outside } satisfies Spec)];
    }
    case "holidays": {
      const spec: Spec = { holidays: times.holidays };
      return [times.kind, times.timeZone, null, null, JSON.stringify(spec)];
    }
  }
}

export async function insertWindowRecord(client: Queryable, window: NewWindowRecord): Promise<{ id: string }> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO windows (project_id, name, scope, enabled, source, created_by, kind, time_zone, starts_at, ends_at, spec)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
    [
      ...[window.projectId, window.name, JSON.stringify(window.scope), window.enabled, window.source, window.createdBy],
      ...valuesOfTimes(window.times),
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("The insert of a window returned nothing.");
  return row;
}

export async function updateWindowRecord(
  client: Queryable,
  window: Pick<WindowRecord, "id" | "name" | "scope" | "enabled" | "times">,
): Promise<void> {
  await client.query(
    `UPDATE windows SET name = $2, scope = $3, enabled = $4, kind = $5, time_zone = $6, starts_at = $7, ends_at = $8, spec = $9
     WHERE id = $1`,
    [window.id, window.name, JSON.stringify(window.scope), window.enabled, ...valuesOfTimes(window.times)],
  );
}

export async function deleteWindowRecord(client: Queryable, windowId: string): Promise<void> {
  await client.query("DELETE FROM windows WHERE id = $1", [windowId]);
}

/**
 * Windows of that source that are not over, and those of them that are calendar files. Until the transaction ends nobody else
 * makes any: no two find room for the last one.
 */
export async function countWindowsLocked(
  client: Queryable,
  projectId: string,
  source: WindowSource,
): Promise<{ count: number; files: number }> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended('belfry windows ' || $1, 0))", [projectId]);
  const { rows } = await client.query<{ count: number; files: number }>(
    `SELECT count(*)::int4 AS count, count(*) FILTER (WHERE kind = 'holidays')::int4 AS files
     FROM windows w WHERE w.project_id = $1 AND w.source = $2 AND ${NOT_OVER}`,
    [projectId, source],
  );
  return rows[0] ?? { count: 0, files: 0 };
}

/**
 * Windows have changed: alerts that wait for the end of one are looked at again now. Only within a transaction: whoever plans
 * just now (see `lockPlanning`) has read the old windows, and what they hold back has to be seen here.
 */
export async function replanHeldAlerts(client: Queryable, projectId: string): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(${planningKey("$1")})`, [projectId]);
  // All that waits is written: whoever began to plan with the old windows, but has the lock only after this, has to begin again.
  await client.query(
    `WITH waiting AS (
       UPDATE alerts SET plan_at = CASE WHEN hold = 'window' THEN belfry_now() ELSE plan_at END
       WHERE project_id = $1 AND plan_at IS NOT NULL RETURNING hold
     )
     SELECT pg_notify('belfry_plan', '') FROM waiting WHERE hold = 'window' LIMIT 1`,
    [projectId],
  );
}

/** An alert that waits for the end of a window. */
export type HeldAlertRecord = {
  incidentId: string;
  jobId: string;
  jobName: string;
  event: string;
  /** The window's name. */
  window: string | null;
  openedAt: Instant;
  /** When it is looked at again. */
  until: Instant;
};

/** Of a project, those that wait longest first. */
export async function listHeldAlerts(
  database: Queryable,
  { projectId, limit }: { projectId: string; limit: number },
): Promise<HeldAlertRecord[]> {
  const { rows } = await database.query<Omit<HeldAlertRecord, "openedAt" | "until"> & { openedAt: Date; until: Date }>(
    `SELECT a.incident_id AS "incidentId", j.id AS "jobId", j.name AS "jobName", a.event, a.hold_detail AS "window",
       i.opened_at AS "openedAt", a.plan_at AS until
     FROM alerts a JOIN incidents i ON i.id = a.incident_id JOIN jobs j ON j.id = a.job_id
     WHERE j.project_id = $1 AND a.project_id = $1 AND a.plan_at IS NOT NULL AND a.hold = 'window' ORDER BY a.created_at, a.id LIMIT $2`,
    [projectId, limit],
  );
  return rows.map((row) => ({ ...row, openedAt: instantOf(row.openedAt), until: instantOf(row.until) }));
}
