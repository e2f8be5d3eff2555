import { plainColumn } from "./literals.ts";
import type { Queryable } from "./queryable.ts";

/**
 * These deliveries will not leave any more: what was to leave with each of them still leaves as one message, led by the
 * first of it that waits.
 */
export async function passLeadOn(client: Queryable, leadIds: readonly string[]): Promise<void> {
  if (leadIds.length === 0) return;
  await client.query(
    `WITH heirs AS (
       SELECT DISTINCT ON (d.lead_id) d.lead_id, d.id FROM deliveries d
       WHERE d.lead_id = ANY ($1::uuid[]) AND d.state = 'pending' ORDER BY d.lead_id, d.ordinal
     )
     UPDATE deliveries d SET lead_id = CASE WHEN d.id <> h.id THEN h.id END
     FROM heirs h WHERE d.lead_id = h.lead_id AND d.state = 'pending'`,
    [plainColumn(leadIds, (id) => id)],
  );
}

/** Does the same for what a job leads, before the job is deleted with its deliveries. */
export async function passLeadsOfJobOn(client: Queryable, jobId: string): Promise<void> {
  // Leads before what follows them, as whoever books a result locks them.
  const { rows } = await client.query<{ id: string; sending: boolean }>(
    `SELECT id, state = 'sending' AS sending FROM deliveries
     WHERE job_id = $1 AND lead_id IS NULL AND state IN ('pending', 'sending') ORDER BY ordinal FOR UPDATE`,
    [jobId],
  );
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  await client.query("UPDATE deliveries SET lead_id = NULL WHERE lead_id = ANY ($1::uuid[]) AND job_id = $2", [
    ...[ids, jobId],
  ]);
  const sending = rows.filter((row) => row.sending).map(({ id }) => id);
  if (sending.length > 0) await client.query(HAND_OVER, [sending]);
  await passLeadOn(
    client,
    rows.filter((row) => !row.sending).map(({ id }) => id),
  );
}

// Whoever is sending it books the result under its id: so that it counts, the first of those that follow takes its row.
const HAND_OVER = `WITH heirs AS (
    SELECT DISTINCT ON (lead_id) id FROM deliveries
    WHERE lead_id = ANY ($1::uuid[]) AND state = 'pending' ORDER BY lead_id, ordinal
  ), gone AS (
    DELETE FROM deliveries d USING heirs WHERE d.id = heirs.id RETURNING d.*
  )
  UPDATE deliveries d SET alert_id = gone.alert_id, job_id = gone.job_id, incident_id = gone.incident_id,
    outage_id = gone.outage_id, ordinal = gone.ordinal, only_if = gone.only_if, lag_from = gone.lag_from,
    created_at = gone.created_at
  FROM gone WHERE d.id = gone.lead_id`;
