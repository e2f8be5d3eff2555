import type { Instant } from "../domain/time.ts";
import type { Queryable } from "../store/queryable.ts";

// Sent inside the transaction that makes the change: PostgreSQL hands them on when it commits, and only then.

/** Every process forgets what it knew of this key (hash in hex) or job (id). */
export async function publishCache(client: Queryable, forget: string): Promise<void> {
  await notify(client, "belfry_cache", forget);
}

/** A deadline moved: the sweep may have to wake earlier. */
export async function publishCheck(client: Queryable, checkAt: Instant | null): Promise<void> {
  if (checkAt !== null) await notify(client, "belfry_check", String(checkAt));
}

/** Screens of this project show something new. */
export async function publishLive(client: Queryable, projectId: string): Promise<void> {
  await notify(client, "belfry_live", projectId);
}

async function notify(client: Queryable, channel: string, payload: string): Promise<void> {
  await client.query("SELECT pg_notify($1, $2)", [channel, payload]);
}
