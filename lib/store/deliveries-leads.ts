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
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM deliveries WHERE job_id = $1 AND lead_id IS NULL AND state IN ('pending', 'sending')
     ORDER BY ordinal FOR UPDATE`,
    [jobId],
  );
  await passLeadOn(
    client,
    rows.map(({ id }) => id),
  );
}
