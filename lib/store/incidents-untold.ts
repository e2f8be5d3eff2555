import type { AlertRecord } from "./incidents-alerts.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** Why an alarm waits, or came to nothing. */
export type UntoldAlarm = Pick<AlertRecord, "hold" | "holdDetail" | "planAt">;

/** By incident: the alarms of those among these that nobody was told of in any way. */
export async function listUntoldAlarms(
  database: Queryable,
  incidentIds: readonly string[],
): Promise<Map<string, UntoldAlarm>> {
  const { rows } = await database.query<Omit<UntoldAlarm, "planAt"> & { incidentId: string; planAt: Date | null }>(
    `SELECT DISTINCT ON (a.incident_id) a.incident_id AS "incidentId", a.hold, a.hold_detail AS "holdDetail",
       a.plan_at AS "planAt" FROM alerts a
     WHERE a.incident_id = ANY ($1::uuid[]) AND a.event = 'opened' AND a.hold IS NOT NULL
       AND NOT EXISTS (SELECT FROM alerts o JOIN deliveries d ON d.alert_id = o.id WHERE o.incident_id = a.incident_id)
     ORDER BY a.incident_id, a.sequence`,
    [incidentIds],
  );
  return new Map(
    rows.map(({ incidentId, hold, holdDetail, planAt }) => [
      incidentId,
      { hold, holdDetail, planAt: instantOf(planAt) },
    ]),
  );
}
