import type { CareEventKind } from "../domain/incident-care.ts";
import type { Cause, ResolveReason } from "../domain/incident.ts";
import type { Instant } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";

export type IncidentEventRecord = {
  /** Numbers the lines of all incidents in the order of writing. */
  ordinal: number;
  kind: "opened" | "bad-run" | "resolved" | "joined" | CareEventKind;
  at: Instant;
  runNumber: number | null;
  cause: Cause | null;
  resolveReason: ResolveReason | null;
  /** Who did it, as it reads after "by". */
  by: string | null;
  /** For a snooze; null: until the next success. */
  until: Instant | null;
  note: string | null;
};

type Row = Omit<IncidentEventRecord, "at" | "until"> & { at: Date; until: Date | null };

/** The timeline of an incident as it came about: its opening and its newest 500 entries. */
export async function listIncidentEvents(database: Queryable, incidentId: string): Promise<IncidentEventRecord[]> {
  const { rows } = await database.query<Row>(
    `SELECT ordinal, kind, at, run_number AS "runNumber", cause, resolve_reason AS "resolveReason", by, until, note
     FROM incident_events WHERE incident_id = $1 AND (sequence = 1 OR ordinal IN (
       SELECT ordinal FROM incident_events WHERE incident_id = $1 ORDER BY ordinal DESC LIMIT 500
     )) ORDER BY ordinal`,
    [incidentId],
  );
  return rows.map((row) => ({ ...row, at: instantOf(row.at), until: instantOf(row.until) }));
}
