import type { AlertFacts, JobAlertEvent } from "../domain/incident.ts";
import type { GroupMember, GroupOutage } from "../domain/message.ts";
import { LAPSED, WITHDRAWN } from "./deliveries-context.ts";
import { plainColumn } from "./literals.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** A delivery that leaves with another one's message, or that one itself. */
export type BundleMember = GroupMember & {
  deliveryId: string;
  /** See `DeliveryContext`. */
  withdrawn: boolean;
  lapsed: boolean;
};

/** What leaves as one message. */
export type Bundle = {
  outage: GroupOutage;
  /** The lead first. */
  members: BundleMember[];
  /** The receiver's id of the outage's latest message over this channel; null: this is the first. */
  earlierId: string | null;
  /** Whether people have heard of this outage over this channel. */
  heard: boolean;
};

const SELECT = `SELECT l.id AS "leadId", d.id AS "deliveryId", a.event, a.facts, i.id AS "incidentId", j.id AS "jobId", j.slug, j.name,
    j.time_zone AS "timeZone", o.id AS "outageId", o.kind, o.host, o.opened_at AS "openedAt", n.open, n.total,
    ${WITHDRAWN} AS withdrawn, ${LAPSED} AS lapsed, e.external_id AS "earlierId", e.id IS NOT NULL AS heard
  FROM unnest($1::uuid[]) AS x(id)
  JOIN deliveries l ON l.id = x.id
  JOIN alerts la ON la.id = l.alert_id
  JOIN outages o ON o.id = la.outage_id
  JOIN deliveries d ON (d.id = l.id OR d.lead_id = l.id) AND d.state IN ('pending', 'sending')
  JOIN alerts a ON a.id = d.alert_id
  JOIN incidents i ON i.id = a.incident_id
  JOIN jobs j ON j.id = a.job_id
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'open')::int4 AS open, count(*)::int4 AS total FROM incidents WHERE outage_id = o.id
  ) n
  LEFT JOIN LATERAL (
    SELECT m.id, m.external_id FROM alerts ea JOIN deliveries ed ON ed.alert_id = ea.id
    JOIN message_deliveries em ON em.delivery_id = ed.id JOIN messages m ON m.id = em.message_id
    WHERE ea.outage_id = o.id AND ed.channel_id IS NOT DISTINCT FROM l.channel_id AND ed.recipient IS NOT DISTINCT FROM l.recipient
      AND m.accepted ORDER BY m.started_at DESC LIMIT 1
  ) e ON true
  WHERE EXISTS (SELECT FROM deliveries f WHERE f.lead_id = l.id)
  ORDER BY d.ordinal`;

type Row = Omit<GroupMember, "event" | "facts"> & {
  leadId: string;
  deliveryId: string;
  event: JobAlertEvent;
  facts: AlertFacts;
  timeZone: string;
  outageId: string;
  kind: GroupOutage["kind"];
  host: string | null;
  openedAt: Date;
  open: number;
  total: number;
  withdrawn: boolean;
  lapsed: boolean;
  earlierId: string | null;
  heard: boolean;
};

/** What leaves together with these deliveries, by the id of the one that leads; those that leave alone are missing. */
export async function loadBundles(database: Queryable, leadIds: readonly string[]): Promise<Map<string, Bundle>> {
  const { rows } = await database.query<Row>({
    name: "deliveries-bundles",
    text: SELECT,
    values: [plainColumn(leadIds, (id) => id)],
  });
  const bundles = new Map<string, Bundle>();
  for (const row of rows) {
    const bundle = bundles.get(row.leadId) ?? newBundle(row);
    bundles.set(row.leadId, bundle);
    const { deliveryId, event, facts, incidentId, jobId, slug, name, timeZone, withdrawn, lapsed } = row;
    bundle.members.push({ deliveryId, event, facts, incidentId, jobId, slug, name, timeZone, withdrawn, lapsed });
  }
  return bundles;
}

function newBundle({ outageId, kind, host, openedAt, open, total, earlierId, heard }: Row): Bundle {
  const outage = { id: outageId, kind, host, openedAt: instantOf(openedAt), open, total };
  return { outage, members: [], earlierId, heard };
}
