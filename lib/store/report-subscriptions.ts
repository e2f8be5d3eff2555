import { randomUUID } from "node:crypto";
import type { PoolClient } from "pg";
import type { ReportFacts } from "../domain/reports/report-facts.ts";
import type { ReportPeriod } from "../domain/reports/report-period.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** That a person wants to have a report about a project. */
export type ReportSubscription = { period: ReportPeriod; timeZone: string; nextAt: Instant };

export type SubscriptionKey = { projectId: string; userId: string; period: ReportPeriod };

/** Reports come last: after alarms and notices. */
const REPORT_PRIORITY = 2;

export async function listSubscriptions(
  database: Queryable,
  { projectId, userId }: Omit<SubscriptionKey, "period">,
): Promise<ReportSubscription[]> {
  const { rows } = await database.query<Omit<ReportSubscription, "nextAt"> & { nextAt: Date }>(
    `SELECT period, time_zone AS "timeZone", next_at AS "nextAt" FROM report_subscriptions
     WHERE project_id = $1 AND user_id = $2 ORDER BY period`,
    [projectId, userId],
  );
  return rows.map((row) => ({ ...row, nextAt: instantOf(row.nextAt) }));
}

/** What is due already stays due. */
export async function saveSubscription(
  database: Queryable,
  { projectId, userId, period, timeZone, nextAt }: SubscriptionKey & ReportSubscription,
): Promise<void> {
  await database.query(
    `INSERT INTO report_subscriptions AS s (project_id, user_id, period, time_zone, next_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (project_id, user_id, period) DO UPDATE SET time_zone = excluded.time_zone,
       next_at = CASE WHEN s.next_at <= belfry_now() THEN s.next_at ELSE excluded.next_at END`,
    [projectId, userId, period, timeZone, new Date(nextAt)],
  );
}

/** False: there was none. */
export async function deleteSubscription(
  database: Queryable,
  { projectId, userId, period }: SubscriptionKey,
): Promise<boolean> {
  const { rowCount } = await database.query(
    "DELETE FROM report_subscriptions WHERE project_id = $1 AND user_id = $2 AND period = $3",
    [projectId, userId, period],
  );
  return rowCount === 1;
}

export type DueReport = SubscriptionKey & { timeZone: string; email: string; role: string };

/** One report that is due; nobody else takes it until the transaction ends. Of whoever is no member any more there is none. */
export async function claimDueReport(client: PoolClient): Promise<DueReport | null> {
  await client.query(
    `DELETE FROM report_subscriptions s WHERE s.next_at <= belfry_now()
       AND NOT EXISTS (SELECT FROM members m WHERE m.project_id = s.project_id AND m.user_id = s.user_id)`,
  );
  const { rows } = await client.query<DueReport>(
    `SELECT s.project_id AS "projectId", s.user_id AS "userId", s.period, s.time_zone AS "timeZone", u.email, m.role
     FROM report_subscriptions s JOIN users u ON u.id = s.user_id
     JOIN members m ON m.project_id = s.project_id AND m.user_id = s.user_id
     WHERE s.next_at <= belfry_now() ORDER BY s.next_at LIMIT 1 FOR UPDATE OF s SKIP LOCKED`,
  );
  return rows[0] ?? null;
}

/** Puts a report into the outbox and says when the next one is due, both or neither. Wakes the dispatchers with the commit. */
export async function queueReport(
  client: PoolClient,
  due: DueReport,
  { facts, nextAt }: { facts: ReportFacts; nextAt: Instant },
): Promise<void> {
  const alertId = randomUUID();
  await client.query(
    `WITH alert AS (
       INSERT INTO alerts (id, project_id, event, sequence, created_at, facts)
       VALUES ($1, $2, 'report', 1, belfry_now(), $3) RETURNING id, created_at
     )
     INSERT INTO deliveries (alert_id, recipient, priority, next_attempt_at, created_at)
     SELECT id, $4, ${REPORT_PRIORITY}, created_at, created_at FROM alert`,
    [alertId, due.projectId, JSON.stringify(facts), due.email],
  );
  await client.query(
    "UPDATE report_subscriptions SET next_at = $4 WHERE project_id = $1 AND user_id = $2 AND period = $3",
    [due.projectId, due.userId, due.period, new Date(nextAt)],
  );
  await client.query("SELECT pg_notify('belfry_deliver', '')");
}

/** Leaves one that could not be made alone for a while. */
export async function putOffReport(database: Queryable, key: SubscriptionKey, ms: Millis): Promise<void> {
  await database.query(
    `UPDATE report_subscriptions SET next_at = belfry_now() + $4 * interval '1 millisecond'
     WHERE project_id = $1 AND user_id = $2 AND period = $3`,
    [key.projectId, key.userId, key.period, ms],
  );
}

/** When the next one is due; it may have passed. */
export async function findNextReport(database: Queryable): Promise<Instant | null> {
  const { rows } = await database.query<{ at: Date | null }>("SELECT min(next_at) AS at FROM report_subscriptions");
  return instantOf(rows[0]?.at ?? null);
}
