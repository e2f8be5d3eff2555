import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import type { Millis } from "../../lib/domain/time.ts";
import { openDatabase, type Database } from "../../lib/store/client.ts";
import { nameInUrl, TEMPLATE } from "./database-url.ts";

/** A database of a test file's own. `close` also drops it; the end of the file does so for those that are left. */
export type TestDatabase = Database & { url: string };

const open = new Set<TestDatabase>();

/** A fresh clone of the migrated template. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(`TEMPLATE ${TEMPLATE}`);
}

/** A database without any table. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase("TEMPLATE template0");
}

/** From now on every `belfry_now()` of this database is off by `offsetMs`. A `DatabaseClock` sees it after `refresh`. */
export async function offsetClock(database: Database, offsetMs: Millis): Promise<void> {
  await database.pool.query(
    `CREATE OR REPLACE FUNCTION belfry_now() RETURNS TIMESTAMPTZ LANGUAGE sql VOLATILE AS $$
       SELECT date_trunc('milliseconds', clock_timestamp()) + ${Math.round(offsetMs)} * interval '1 millisecond'
     $$`,
  );
}

/** Drops what the test file has not closed. */
export async function closeTestDatabases(): Promise<void> {
  for (const database of open) await database.close();
}

async function createDatabase(clause: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await onCluster(`CREATE DATABASE ${name} ${clause}`);
  const url = nameInUrl(inject("clusterUrl"), name);
  const database = openDatabase({ url });
  // Some files leave many open until their end, and the cluster takes a hundred connections in all.
  database.pool.options.idleTimeoutMillis = 1_000;
  const close = async (): Promise<void> => {
    open.delete(created);
    await database.close();
    await onCluster(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  const created: TestDatabase = { ...database, url, close };
  open.add(created);
  return created;
}

async function onCluster(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject("clusterUrl") });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
