import { randomUUID } from "node:crypto";
import { ACKNOWLEDGED_MS } from "../domain/incident-care.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { plainColumn, timestampOf, wholeColumn } from "./literals.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** An open incident of which people are to be reminded now, locked until the transaction ends. */
export type DueReminder = { incidentId: string; reminders: number; remindAfterMs: Millis | null };

const AT_ONCE = 1_000;

/** An instant as facts hold it. */
const MILLIS = (column: string) => `round(extract(epoch FROM ${column}) * 1000)::int8`;

const NEXT = timestampOf("due.next_at");

/** Those that others hold are left to them. */
export async function claimReminders(client: Queryable): Promise<DueReminder[]> {
  const { rows } = await client.query<DueReminder>({
    name: "reminders-claim",
    text: `SELECT i.id AS "incidentId", i.reminders, p.remind_after_ms AS "remindAfterMs"
      FROM incidents i JOIN projects p ON p.id = i.project_id
      WHERE i.state = 'open' AND i.remind_at <= belfry_now() ORDER BY i.remind_at LIMIT ${AT_ONCE} FOR NO KEY UPDATE OF i SKIP LOCKED`,
  });
  return rows;
}

/** Writes an alert for each, with the facts of its latest alarm and the figures of now, and when the next one is due. */
export async function insertReminders(
  client: Queryable,
  reminders: readonly { incidentId: string; nextAt: Instant | null }[],
): Promise<void> {
  if (reminders.length === 0) return;
  await client.query(
    `WITH due AS (
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int8[]) AS x(incident_id, alert_id, next_at)
     ), counted AS (
       UPDATE incidents i SET reminders = i.reminders + 1, snoozed_until = NULL,
         remind_at = CASE WHEN i.acknowledged_at IS NULL OR due.next_at IS NULL THEN ${NEXT}
           ELSE greatest(${NEXT}, belfry_now() + ${ACKNOWLEDGED_MS} * interval '1 millisecond') END
       FROM due JOIN incidents before ON before.id = due.incident_id WHERE i.id = due.incident_id AND i.state = 'open'
       RETURNING i.*, due.alert_id, before.snoozed_until AS snooze_end
     )
     INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
     SELECT c.alert_id, c.project_id, c.job_id, c.id, 'reminder', c.severity, c.reminders, belfry_now(), belfry_now(),
       (o.facts - 'held') || jsonb_build_object('badCount', c.bad_count, 'missedCount', c.missed_count,
         'reminder', jsonb_build_object('nth', c.reminders, 'snoozedUntil', ${MILLIS("c.snooze_end")},
           'acknowledgedAt', ${MILLIS("c.acknowledged_at")}, 'acknowledgedBy', c.acknowledged_by))
     FROM counted c CROSS JOIN LATERAL (
       SELECT facts FROM alerts a WHERE a.incident_id = c.id AND a.event IN ('opened', 'changed') ORDER BY a.sequence DESC LIMIT 1
     ) o
     ON CONFLICT DO NOTHING`,
    [
      plainColumn(reminders, ({ incidentId }) => incidentId),
      plainColumn(reminders, () => randomUUID()),
      wholeColumn(reminders, ({ nextAt }) => nextAt),
    ],
  );
}

/** When the next reminder is due. */
export async function findNextReminder(database: Queryable): Promise<Instant | null> {
  const { rows } = await database.query<{ at: Date | null }>({
    name: "reminders-next",
    text: "SELECT min(remind_at) AS at FROM incidents WHERE state = 'open' AND remind_at IS NOT NULL",
  });
  return instantOf(rows[0]?.at ?? null);
}
