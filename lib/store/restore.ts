import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { AppError } from "../errors.ts";
import { readManifest, type BackupManifest, type BackupTable } from "./backup-manifest.ts";
import {
  migrationsDirectory,
  readHistory,
  readMigrations,
  refuseForeignHistory,
  runMigration,
  withMigrationLock,
  type Migration,
} from "./migrate.ts";
import type { Queryable } from "./queryable.ts";

export type RestoreOptions = {
  /** Folder of the migrations; the program's own where unset. */
  migrations?: string;
  /** Looks at what was restored; what it throws undoes everything. */
  check?: (client: Queryable) => Promise<void>;
};

/** What a database may hold, besides the tables themselves, that a server has only just been started on. */
const FRESH = ["settings", "heartbeats", "gaps", "unmatched_pings"];

/**
 * Puts a backup into an empty database: the schema as it was then, the data, and the migrations since. All or nothing.
 * @throws AppError `conflict`: the database is not empty or a server runs on it, the backup is damaged or too new;
 * `not-found`: there is no backup in `directory`.
 */
export async function restore(pool: pg.Pool, directory: string, options: RestoreOptions = {}): Promise<BackupManifest> {
  const manifest = await readManifest(directory);
  const migrations = await readMigrations(options.migrations ?? migrationsDirectory());
  const then = new Map(manifest.migrations.map(({ name, checksum }) => [name, checksum]));
  refuseOtherHistory(then, migrations);
  return withMigrationLock(pool, async (client) => {
    await client.query("BEGIN");
    try {
      await refuseFilled(client);
      await dropEmptySchema(client);
      await readHistory(client);
      for (const migration of migrations) if (then.has(migration.name)) await runMigration(client, migration);
      for (const table of manifest.tables) await readTable(client, table, directory);
      await resetSequences(client);
      for (const migration of migrations) if (!then.has(migration.name)) await runMigration(client, migration);
      await options.check?.(client);
      await client.query("COMMIT");
      return manifest;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => null);
      throw error;
    }
  });
}

function refuseOtherHistory(then: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  try {
    refuseForeignHistory(then, migrations);
  } catch {
    const newest = [...then.keys()].at(-1);
    throw new AppError(
      "conflict",
      `The backup was made by a Belfry whose migrations (up to ${newest}) this version does not know. Restore it with that version or a newer one.`,
      "from",
    );
  }
}

async function refuseFilled(client: pg.ClientBase): Promise<void> {
  const tables = await listTables(client);
  const filled: string[] = [];
  for (const name of tables.filter((table) => !FRESH.includes(table) && table !== "_prisma_migrations")) {
    const { rowCount } = await client.query(`SELECT FROM ${pg.escapeIdentifier(name)} LIMIT 1`);
    if (rowCount !== 0) filled.push(name);
  }
  if (filled.length > 0 || (tables.length > 0 && !tables.includes("_prisma_migrations"))) {
    throw new AppError(
      "conflict",
      `This database is not empty (${(filled.length > 0 ? filled : tables).slice(0, 3).join(", ")}). Restore into a new one: another DATA_DIR, or another database in DATABASE_URL.`,
    );
  }
  if (!tables.includes("heartbeats")) return;
  const { rowCount } = await client.query(
    "SELECT FROM heartbeats WHERE beat_at > belfry_now() - interval '15 seconds'",
  );
  if (rowCount === 0) return;
  throw new AppError("conflict", "A Belfry server runs on this database. Stop it, wait 15 seconds, and restore again.");
}

/** Whatever of Belfry an earlier start has made, of this or a newer version, so that the backup's own can be made. */
async function dropEmptySchema(client: pg.ClientBase): Promise<void> {
  for (const name of await listTables(client)) {
    await client.query(`DROP TABLE IF EXISTS ${pg.escapeIdentifier(name)} CASCADE`);
  }
  const { rows } = await client.query<{ signature: string }>(
    `SELECT oid::regprocedure::text AS signature FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'belfry\\_%'`,
  );
  for (const { signature } of rows) await client.query(`DROP FUNCTION ${signature} CASCADE`);
}

async function listTables(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
  );
  return rows.map((row) => row.name);
}

async function readTable(client: pg.ClientBase, table: BackupTable, directory: string): Promise<void> {
  const name = pg.escapeIdentifier(table.name);
  // Rows of a migration's own are in the backup too.
  await client.query(`DELETE FROM ${name}`);
  for (const day of table.days) await client.query("SELECT belfry_add_partition($1, $2::date)", [table.name, day]);
  const list = table.columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  const rows = client.query(copyFrom(`COPY ${name} (${list}) FROM STDIN`));
  await pipeline(createReadStream(join(directory, table.file)), createGunzip(), rows);
  if (rows.rowCount !== table.rows) {
    throw new Error(`Of table ${table.name} ${rows.rowCount} rows came back instead of ${table.rows}.`);
  }
}

/** Else the next row would get a number that is taken. */
async function resetSequences(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(
    `SELECT c.relname AS table, a.attname AS column, s.oid::regclass::text AS sequence
       FROM pg_depend d
       JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace
       JOIN pg_class c ON c.oid = d.refobjid
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')`,
  );
  for (const { table, column, sequence } of rows) {
    const highest = `max(${pg.escapeIdentifier(column)})`;
    await client.query(
      `SELECT setval($1, greatest(${highest}, 1), ${highest} IS NOT NULL) FROM ${pg.escapeIdentifier(table)}`,
      [sequence],
    );
  }
}
