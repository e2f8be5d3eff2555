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

/** Does the same for what these incidents lead, before they are deleted with their deliveries. */
export async function passLeadsOfIncidentsOn(client: Queryable, incidentIds: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `WITH doomed AS MATERIALIZED (
       SELECT d.id, d.lead_id FROM alerts a JOIN deliveries d ON d.alert_id = a.id
       WHERE a.incident_id = ANY ($1::uuid[]) AND d.state = 'pending'
     ), parted AS (
       UPDATE deliveries d SET lead_id = NULL FROM doomed x WHERE d.id = x.id AND x.lead_id IS NOT NULL
     )
     SELECT id FROM doomed WHERE lead_id IS NULL`,
    [plainColumn(incidentIds, (id) => id)],
  );
  await passLeadOn(
    client,
    rows.map(({ id }) => id),
  );
}
