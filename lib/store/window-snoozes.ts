import type { Pool } from "pg";
import type { WindowScope } from "../domain/alerting/window.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { inTransaction } from "./client.ts";
import { instantOf, type Queryable } from "./queryable.ts";
import { countWindowsLocked, replanHeldAlerts } from "./windows.ts";

/** A window that a request opens. */
export type Snooze = {
  projectId: string;
  scope: WindowScope;
  name: string;
  /** Who asked, in words. */
  createdBy: string | null;
  forMs: Millis;
};

/** Those of a project that requests opened and that are not over; what people make is counted apart. */
const MOST_WINDOWS = 200;

const OPEN = `w.project_id = $1 AND w.scope = $2::jsonb AND w.source = 'ping' AND w.kind = 'once' AND w.enabled
  AND w.ends_at > belfry_now()`;

/**
 * Opens a window from now on. One of the same jobs that a request opened before is made longer instead, never shorter: of two
 * scripts the slower one decides. @returns its end; null where there are too many.
 */
export async function openSnooze(
  pool: Pool,
  { projectId, scope, name, createdBy, forMs }: Snooze,
): Promise<Instant | null> {
  return inTransaction(pool, async (client) => {
    const { count } = await countWindowsLocked(client, projectId, "ping");
    const longer = await client.query<{ endsAt: Date }>(
      `UPDATE windows w SET ends_at = greatest(w.ends_at, belfry_now() + $3 * interval '1 millisecond'), name = $4, created_by = $5
       WHERE ${OPEN} RETURNING w.ends_at AS "endsAt"`,
      [projectId, JSON.stringify(scope), forMs, name, createdBy],
    );
    const [known] = longer.rows;
    if (known === undefined && count >= MOST_WINDOWS) return null;
    const endsAt = known?.endsAt ?? (await insertSnooze(client, { projectId, scope, name, createdBy, forMs }));
    await publish(client, projectId);
    return instantOf(endsAt);
  });
}

async function insertSnooze(client: Queryable, { projectId, scope, name, createdBy, forMs }: Snooze): Promise<Date> {
  const { rows } = await client.query<{ endsAt: Date }>(
    `INSERT INTO windows (project_id, name, kind, starts_at, ends_at, scope, source, created_by)
     VALUES ($1, $2, 'once', belfry_now(), belfry_now() + $3 * interval '1 millisecond', $4, 'ping', $5)
     RETURNING ends_at AS "endsAt"`,
    [projectId, name, forMs, JSON.stringify(scope), createdBy],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("The insert of a window returned nothing.");
  return row.endsAt;
}

/** Ends what requests opened of these same jobs; what it held back is looked at again at once. @returns whether there was any. */
export async function endSnooze(
  pool: Pool,
  { projectId, scope }: Pick<Snooze, "projectId" | "scope">,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE windows w SET ends_at = greatest(belfry_now(), w.starts_at + interval '1 millisecond') WHERE ${OPEN}`,
      [projectId, JSON.stringify(scope)],
    );
    if (rowCount === 0) return false;
    await replanHeldAlerts(client, projectId);
    await publish(client, projectId);
    return true;
  });
}

async function publish(client: Queryable, projectId: string): Promise<void> {
  await client.query("SELECT pg_notify('belfry_live', $1)", [projectId]);
}
