import { randomUUID } from "node:crypto";
import type { PoolClient } from "pg";
import type { PlannedDelivery } from "../domain/alerting/address.ts";
import type { HoldReason } from "../domain/alerting/hold.ts";
import type { OpenOutage } from "../domain/alerting/outage.ts";
import { isClosing, isEnd, isKnown, type PendingAlert } from "../domain/alerting/pending.ts";
import type { Plan } from "../domain/alerting/plan.ts";
import { noteHeld } from "./alerting-held.ts";
import { type Column, namesOf, sourceOf, valuesOf } from "./columns.ts";

/** Writes what was decided. Wakes the dispatchers with the commit where there is something to send. */
export async function savePlan(client: PoolClient, projectId: string, plan: Plan): Promise<void> {
  const { outages } = plan;
  const marks = marksOf(plan, await lockIncidents(client, plan));
  if (outages.length > 0) await client.query(UPSERT_OUTAGES, [...valuesOf(OUTAGE_COLUMNS, outages), projectId]);
  if (marks.length > 0) await client.query(MARK_INCIDENTS, valuesOf(MARK_COLUMNS, marks));
  const alone = toldAlone(plan, marks);
  if (alone.length > 0) await client.query(JOIN_ALERTS, valuesOf(MARK_COLUMNS, alone));
  const ended = endedJobs(plan);
  if (ended.length > 0) await client.query(REPLAN_DOWNSTREAMS, [ended, projectId]);
  await noteHeld(client, plan);
  await client.query(UPDATE_ALERTS, valuesOf(ALERT_COLUMNS, alertRowsOf(plan)));
  await client.query(RESOLVE_OUTAGES, [projectId]);
  const rows = deliveryRowsOf(plan);
  if (rows.length === 0) return;
  await client.query(INSERT_DELIVERIES, valuesOf(DELIVERY_COLUMNS, rows));
  const late = rows.filter(({ bundle, leadId, lagFrom }) => bundle !== null && leadId === null && lagFrom === null);
  if (late.length > 0) await client.query(JOIN_PUT_OFF, [late.map(({ id }) => id)]);
  await client.query("SELECT pg_notify('belfry_deliver', '')");
}

// In the order in which whoever writes verdicts does: the two must not wait for each other.
const LOCK_INCIDENTS = `SELECT id, outage_id AS "outageId" FROM incidents WHERE id = ANY ($1::uuid[])
  ORDER BY job_id, number FOR NO KEY UPDATE`;

/** The outages that incidents are of until now. */
async function lockIncidents(client: PoolClient, { members, told }: Plan): Promise<Map<string, string | null>> {
  const ids = new Set([...members, ...told].map(({ incidentId }) => incidentId));
  if (ids.size === 0) return new Map();
  const { rows } = await client.query<{ id: string; outageId: string | null }>(LOCK_INCIDENTS, [[...ids]]);
  return new Map(rows.map(({ id, outageId }) => [id, outageId]));
}

/** What is noted of an incident. `joins`: it is of that outage from now on. */
type Mark = { incidentId: string; outageId: string | null; joins: boolean; told: boolean; remindAt: number | null };

function marksOf({ members, told }: Plan, outageOf: ReadonlyMap<string, string | null>): Mark[] {
  const marks = new Map<string, Mark>();
  for (const { incidentId, outageId } of members) {
    if (outageOf.get(incidentId) === outageId) continue;
    marks.set(incidentId, { incidentId, outageId, joins: true, told: false, remindAt: null });
  }
  for (const { incidentId, remindAt } of told) {
    const outageId = outageOf.get(incidentId) ?? null;
    const mark = marks.get(incidentId) ?? { incidentId, outageId, joins: false };
    marks.set(incidentId, { ...mark, told: true, remindAt });
  }
  return [...marks.values()];
}

/** Members of an outage whose alarms had left before it was one: those were its first messages. */
function toldAlone({ held, planned }: Plan, marks: readonly Mark[]): Mark[] {
  const here = new Set([...held, ...planned].map(({ alert }) => alert.incident.id));
  return marks.filter(({ joins, incidentId }) => joins && !here.has(incidentId));
}

const MARK_COLUMNS: readonly Column<Mark>[] = [
  ["incident_id", "uuid", (row) => row.incidentId],
  ["outage_id", "uuid", (row) => row.outageId],
  ["joins", "bool", (row) => row.joins],
  ["told", "bool", (row) => row.told],
  ["remind_at", "instant", (row) => row.remindAt],
];

// Somebody may have looked after it, or asked to be left alone, before anybody was told.
const MARK_INCIDENTS = `WITH marked AS (
    UPDATE incidents i SET outage_id = x.outage_id, told_at = CASE WHEN x.told THEN belfry_now() ELSE i.told_at END,
      remind_at = CASE WHEN NOT x.told THEN i.remind_at
        WHEN i.muted_at IS NULL AND NOT i.snoozed_until_success THEN greatest(x.remind_at, i.remind_at) END
    FROM ${sourceOf(MARK_COLUMNS)} WHERE i.id = x.incident_id RETURNING i.id, x.joins
  )
  INSERT INTO incident_events (incident_id, kind, at) SELECT id, 'joined', belfry_now() FROM marked WHERE joins`;

const JOIN_ALERTS = `WITH joined AS (
    UPDATE alerts a SET outage_id = x.outage_id FROM ${sourceOf(MARK_COLUMNS)}
    WHERE a.incident_id = x.incident_id AND a.plan_at IS NULL AND a.outage_id IS NULL RETURNING a.id, a.outage_id
  )
  UPDATE deliveries d SET outage_id = joined.outage_id FROM joined
  WHERE d.alert_id = joined.id AND d.state IN ('pending', 'sending')`;

const OUTAGE_COLUMNS: readonly Column<OpenOutage>[] = [
  ["id", "uuid", (row) => row.id],
  ["kind", "text", (row) => row.kind],
  ["host", "text", (row) => row.host],
  ["opened_at", "instant", (row) => row.openedAt],
  ["latest_at", "instant", (row) => row.latestAt],
  ["told_at", "instant", (row) => row.toldAt],
  ["next_message_at", "instant", (row) => row.nextMessageAt],
];

const UPSERT_OUTAGES = `INSERT INTO outages (project_id, ${namesOf(OUTAGE_COLUMNS)})
  SELECT $${OUTAGE_COLUMNS.length + 1}::uuid, ${namesOf(OUTAGE_COLUMNS)} FROM ${sourceOf(OUTAGE_COLUMNS)}
  ON CONFLICT (id) DO UPDATE SET latest_at = excluded.latest_at, told_at = excluded.told_at,
    next_message_at = excluded.next_message_at`;

type AlertRow = {
  id: string;
  planAt: number | null;
  hold: string | null;
  detail: string | null;
  outageId: string | null;
};

const ALERT_COLUMNS: readonly Column<AlertRow>[] = [
  ["id", "uuid", (row) => row.id],
  ["plan_at", "instant", (row) => row.planAt],
  ["hold", "text", (row) => row.hold],
  ["hold_detail", "text", (row) => row.detail],
  ["outage_id", "uuid", (row) => row.outageId],
];

const UPDATE_ALERTS = `UPDATE alerts a SET plan_at = x.plan_at, hold = x.hold, hold_detail = x.hold_detail, outage_id = x.outage_id
  FROM ${sourceOf(ALERT_COLUMNS)} WHERE a.id = x.id
    AND (a.plan_at, a.hold, a.hold_detail, a.outage_id) IS DISTINCT FROM (x.plan_at, x.hold, x.hold_detail, x.outage_id)`;

/** Jobs whose recovery is planned for the first time. */
function endedJobs({ held, planned }: Plan): string[] {
  const ended = [...held, ...planned].filter(({ alert }) => alert.event === "resolved" && alert.hold === null);
  return [...new Set(ended.map(({ alert }) => alert.job.id))];
}

// Written before what was decided now: that knew of the recovery already.
const REPLAN_DOWNSTREAMS = `UPDATE alerts SET plan_at = belfry_now()
  WHERE project_id = $2 AND plan_at > belfry_now() AND hold = 'upstream'
    AND job_id IN (SELECT job_id FROM job_upstreams WHERE upstream_id = ANY ($1::uuid[]))`;

function alertRowsOf({ held, planned }: Plan): AlertRow[] {
  return [
    ...held.map(({ alert, hold }) => {
      const { reason, until, detail } = hold;
      return { id: alert.id, planAt: until, hold: reason, detail, outageId: alert.incident.outageId };
    }),
    ...planned.map(({ alert, outageId, reached }) => {
      const hold = reached && !isKnown(alert) ? null : whyNobody(alert);
      return { id: alert.id, planAt: null, hold, detail: null, outageId };
    }),
  ];
}

function whyNobody(alert: PendingAlert): HoldReason {
  if (isKnown(alert)) return "acknowledged";
  if (alert.incident.mutedAt !== null) return "muted";
  if (isClosing(alert)) return "closed";
  // It was acknowledged before anybody was told, or the channels are gone.
  return isEnd(alert) && alert.incident.acknowledgedAt !== null ? "passed" : "nobody";
}

const RESOLVE_OUTAGES = `UPDATE outages o SET resolved_at = belfry_now()
  WHERE o.project_id = $1 AND o.resolved_at IS NULL
    AND NOT EXISTS (SELECT FROM incidents i WHERE i.outage_id = o.id AND i.state = 'open')`;

type DeliveryRow = PlannedDelivery & { id: string; leadId: string | null; outageId: string | null; position: number };

// Numbered in the order in which the alerts came about: within a job and channel they leave in it.
const DELIVERY_COLUMNS: readonly Column<DeliveryRow>[] = [
  ["id", "uuid", (row) => row.id],
  ["alert_id", "uuid", (row) => row.alert.id],
  ["channel_id", "uuid", (row) => row.channelId],
  ["recipient", "text", (row) => row.recipient],
  ["job_id", "uuid", (row) => row.alert.job.id],
  ["incident_id", "uuid", (row) => row.alert.incident.id],
  ["outage_id", "uuid", (row) => row.outageId],
  ["lead_id", "uuid", (row) => row.leadId],
  ["only_if", "text", (row) => row.onlyIf],
  ["next_attempt_at", "instant", (row) => row.at],
  ["lag_from", "instant", (row) => row.lagFrom],
  ["ordinal_hint", "int4", (row) => row.position],
];

const STORED = namesOf(DELIVERY_COLUMNS.slice(0, -1));

const INSERT_DELIVERIES = `INSERT INTO deliveries (created_at, ${STORED})
  SELECT belfry_now(), ${STORED} FROM ${sourceOf(DELIVERY_COLUMNS)} ORDER BY ordinal_hint
  ON CONFLICT DO NOTHING`;

// Where a message of the same outage waits until the same time, as for the end of quiet hours, they leave as one. Not where
// something else stands before one of its jobs: two messages could wait for each other. A minute before it leaves a
// dispatcher may have looked already at what goes with it. Where a lead was changed meanwhile, its lock fails: all is read again.
const JOIN_PUT_OFF = `WITH found AS MATERIALIZED (
    SELECT n.id, (
      SELECT l.id FROM alerts la JOIN deliveries l ON l.alert_id = la.id
      WHERE la.outage_id = na.outage_id AND la.event = na.event AND l.lead_id IS NULL AND l.state = 'pending' AND l.attempts = 0
        AND l.ordinal < n.ordinal AND l.next_attempt_at = n.next_attempt_at AND l.only_if IS NOT DISTINCT FROM n.only_if
        AND l.channel_id IS NOT DISTINCT FROM n.channel_id AND l.recipient IS NOT DISTINCT FROM n.recipient
        AND NOT EXISTS (
          SELECT FROM deliveries m JOIN deliveries e ON e.job_id = m.job_id AND e.ordinal < m.ordinal
            AND e.state IN ('pending', 'sending') AND e.channel_id IS NOT DISTINCT FROM m.channel_id
            AND e.recipient IS NOT DISTINCT FROM m.recipient
          WHERE (m.id = n.id OR m.lead_id = n.id) AND coalesce(e.lead_id, e.id) NOT IN (l.id, n.id))
      ORDER BY l.ordinal LIMIT 1
    ) AS lead_id
    FROM deliveries n JOIN alerts na ON na.id = n.alert_id
    WHERE n.id = ANY ($1::uuid[]) AND n.next_attempt_at > belfry_now() + interval '1 minute'
  ), leads AS MATERIALIZED (
    SELECT id FROM deliveries WHERE id IN (SELECT lead_id FROM found) ORDER BY ordinal FOR NO KEY UPDATE
  )
  UPDATE deliveries d SET lead_id = leads.id FROM found x JOIN leads ON leads.id = x.lead_id
  WHERE d.id = x.id OR d.lead_id = x.id`;

/** The first of a bundle over a channel leads the others. */
function deliveryRowsOf({ planned, deliveries }: Plan): DeliveryRow[] {
  const leads = new Map<string, string>();
  const outages = new Map(planned.map(({ alert, outageId }) => [alert.id, outageId]));
  return deliveries.map((delivery, position) => {
    const id = randomUUID();
    const { alert, bundle, channelId, recipient } = delivery;
    const outageId = outages.get(alert.id) ?? null;
    if (bundle === null) return { ...delivery, id, leadId: null, outageId, position };
    const key = `${bundle} ${channelId ?? recipient}`;
    const leadId = leads.get(key) ?? null;
    if (leadId === null) leads.set(key, id);
    return { ...delivery, id, leadId, outageId, position };
  });
}
