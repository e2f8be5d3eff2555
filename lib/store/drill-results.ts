import type { Instant } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";

export type DrillRecord = {
  id: string;
  startedAt: Instant;
  /** Name of who asked for it; null: it was due. */
  requestedBy: string | null;
  results: DrillDelivery[];
};

/** How one channel fared, or one person where there was none. */
export type DrillDelivery = {
  deliveryId: string;
  channelId: string | null;
  /** Its name, or the mail address. */
  to: string;
  kind: string;
  state: "pending" | "sending" | "sent" | "dead" | "dropped";
  attempts: number;
  sentAt: Instant | null;
  /** HTTP or SMTP status of the latest attempt. */
  status: number | null;
  /** What the receiver said last. */
  answer: string | null;
  seenAt: Instant | null;
  /** Name of the person, where one was signed in. */
  seenBy: string | null;
};

type Row = Omit<DrillDelivery, "deliveryId" | "sentAt" | "seenAt"> & {
  /** Null: the drill had nobody to tell. */
  deliveryId: string | null;
  drillId: string;
  startedAt: Date;
  requestedBy: string | null;
  sentAt: Date | null;
  seenAt: Date | null;
};

/** The latest drills of a project with what became of each message, newest first. */
export async function listDrillRecords(
  database: Queryable,
  { projectId, limit }: { projectId: string; limit: number },
): Promise<DrillRecord[]> {
  const { rows } = await database.query<Row>(
    `SELECT r.id AS "drillId", r.started_at AS "startedAt", r.requested_by AS "requestedBy", d.id AS "deliveryId",
       c.id AS "channelId", coalesce(c.name, d.recipient) AS "to", coalesce(c.kind, 'email') AS kind, d.state, d.attempts,
       d.sent_at AS "sentAt", m.status, coalesce(m.answer, d.last_error) AS answer, s.seen_at AS "seenAt", s.seen_by AS "seenBy"
     FROM (SELECT * FROM drills WHERE project_id = $1 ORDER BY started_at DESC LIMIT $2) r
     LEFT JOIN alerts a ON a.drill_id = r.id LEFT JOIN deliveries d ON d.alert_id = a.id
     LEFT JOIN channels c ON c.id = d.channel_id LEFT JOIN drill_sightings s ON s.delivery_id = d.id
     LEFT JOIN LATERAL (
       SELECT m.status, m.answer FROM message_deliveries l JOIN messages m ON m.id = l.message_id
       WHERE l.delivery_id = d.id ORDER BY m.started_at DESC LIMIT 1
     ) m ON true
     ORDER BY r.started_at DESC, r.id, d.ordinal`,
    [projectId, limit],
  );
  const drills = new Map<string, DrillRecord>();
  for (const { drillId, startedAt, requestedBy, deliveryId, ...row } of rows) {
    const drill = drills.get(drillId) ?? { id: drillId, startedAt: instantOf(startedAt), requestedBy, results: [] };
    drills.set(drillId, drill);
    if (deliveryId === null) continue;
    drill.results.push({ ...row, deliveryId, sentAt: instantOf(row.sentAt), seenAt: instantOf(row.seenAt) });
  }
  return [...drills.values()];
}

export type SeenDrill = { projectId: string; project: string; startedAt: Instant; to: string; seenAt: Instant | null };

/** The drill that a delivery belongs to; null where there is none any more. */
export async function findSeenDrill(database: Queryable, deliveryId: string): Promise<SeenDrill | null> {
  const { rows } = await database.query<
    Omit<SeenDrill, "startedAt" | "seenAt"> & { startedAt: Date; seenAt: Date | null }
  >(
    `SELECT p.id AS "projectId", p.name AS project, r.started_at AS "startedAt", coalesce(c.name, d.recipient) AS "to",
       s.seen_at AS "seenAt"
     FROM deliveries d JOIN alerts a ON a.id = d.alert_id JOIN drills r ON r.id = a.drill_id JOIN projects p ON p.id = r.project_id
     LEFT JOIN channels c ON c.id = d.channel_id LEFT JOIN drill_sightings s ON s.delivery_id = d.id WHERE d.id = $1`,
    [deliveryId],
  );
  const [row] = rows;
  return row === undefined ? null : { ...row, startedAt: instantOf(row.startedAt), seenAt: instantOf(row.seenAt) };
}

/** The first who says so counts. */
export async function saveSighting(
  database: Queryable,
  { deliveryId, seenBy }: { deliveryId: string; seenBy: string | null },
): Promise<void> {
  await database.query(
    `INSERT INTO drill_sightings (delivery_id, seen_by) SELECT id, $2 FROM deliveries WHERE id = $1
     ON CONFLICT (delivery_id) DO NOTHING`,
    [deliveryId, seenBy],
  );
}
