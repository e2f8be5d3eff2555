import type { Instant } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** Several incidents that are one trouble. */
export type OutageRecord = {
  id: string;
  projectId: string;
  kind: "host" | "project";
  host: string | null;
  openedAt: Instant;
  resolvedAt: Instant | null;
  /** Its incidents that are open, those of them that nobody looks after, and all of them. */
  open: number;
  unacknowledged: number;
  total: number;
};

type Row = Omit<OutageRecord, "openedAt" | "resolvedAt"> & { openedAt: Date; resolvedAt: Date | null };

export async function findOutageRecord(database: Queryable, outageId: string): Promise<OutageRecord | null> {
  const { rows } = await database.query<Row>(
    `SELECT o.id, o.project_id AS "projectId", o.kind, o.host, o.opened_at AS "openedAt", o.resolved_at AS "resolvedAt",
       i.open, i.unacknowledged, i.total
     FROM outages o CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE state = 'open') AS open, count(*) AS total,
         count(*) FILTER (WHERE state = 'open' AND acknowledged_at IS NULL) AS unacknowledged
       FROM incidents WHERE outage_id = o.id
     ) i WHERE o.id = $1`,
    [outageId],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { ...row, openedAt: instantOf(row.openedAt), resolvedAt: instantOf(row.resolvedAt) };
}

/** Ids of the open incidents of an outage. */
export async function listOpenIdsOfOutage(database: Queryable, outageId: string): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    "SELECT id FROM incidents WHERE outage_id = $1 AND state = 'open' ORDER BY id",
    [outageId],
  );
  return rows.map(({ id }) => id);
}
