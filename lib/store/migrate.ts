import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { AppError, messageOf } from "../errors.ts";
import type { Queryable } from "./queryable.ts";

export type Migration = { name: string; sql: string; checksum: string };

/** Prisma's own lock, so that its CLI and Belfry never migrate at once. */
const MIGRATION_LOCK = 72_707_369;
const OLDEST_SERVER = 140_000;

const HISTORY_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

/**
 * Brings the database up to this program's schema. Each migration is one transaction; any number of processes may
 * call it at once, one works and the others wait.
 * @param directory Prisma's layout, `<name>/migration.sql`.
 * @returns the names of the migrations that this call applied.
 * @throws AppError `invalid`: the server is too old; `conflict`: the database does not fit this program.
 */
export async function migrate(pool: pg.Pool, directory = migrationsDirectory()): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(directory);
  return withMigrationLock(pool, async (client) => {
    await refuseOldServer(client);
    const done = await readHistory(client);
    refuseForeignHistory(done, migrations);
    const applied: string[] = [];
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      await apply(client, migration);
      applied.push(migration.name);
    }
    return { applied };
  });
}

/** `prisma/migrations` of the project that this file, or the bundle it went into, lies in. */
export function migrationsDirectory(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "prisma", "migrations"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("There is no prisma/migrations folder beside or above the program.");
    folder = parent;
  }
  return join(folder, "prisma", "migrations");
}

/** In the order in which they are applied. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const sql = await readFile(join(directory, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/** Nobody else migrates during `work`. */
export async function withMigrationLock<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    return await work(client);
  } finally {
    const unlocked = await client.query("SELECT pg_advisory_unlock($1)", [MIGRATION_LOCK]).catch(() => null);
    client.release(unlocked === null);
  }
}

async function refuseOldServer(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string }>(
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version",
  );
  for (const { number, version } of rows) checkServerVersion(number, version);
}

/** @throws AppError `invalid` below 14; `number` is PostgreSQL's `server_version_num`. */
export function checkServerVersion(number: number, version: string): void {
  if (number >= OLDEST_SERVER) return;
  throw new AppError(
    "invalid",
    `This database server is PostgreSQL ${version}; Belfry needs 14 or newer. Point DATABASE_URL at a newer one.`,
    "DATABASE_URL",
  );
}

/** Checksums of what has been applied, by name; makes the table of the history where there is none. */
export async function readHistory(client: Queryable): Promise<Map<string, string>> {
  await client.query(HISTORY_TABLE);
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  const broken = rows.find((row) => !row.finished);
  if (broken !== undefined) {
    throw new AppError(
      "conflict",
      `Another tool began migration ${broken.name} on this database and did not finish it. Repair it with that tool (prisma migrate resolve), or restore a backup.`,
    );
  }
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

/** @throws AppError `conflict` where `done` holds a migration that `migrations` lacks, or has otherwise. */
export function refuseForeignHistory(done: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.checksum]));
  for (const [name, checksum] of done) {
    const expected = known.get(name);
    if (expected === undefined) {
      throw new AppError(
        "conflict",
        `This database belongs to a newer Belfry: it holds migration ${name}, which this version does not know. Start that version or a newer one; nothing was changed.`,
      );
    }
    if (expected !== checksum) {
      throw new AppError(
        "conflict",
        `Migration ${name} was changed after this database had applied it. Put its file back as it was, or use another database; nothing was changed.`,
      );
    }
  }
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await runMigration(client, migration);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => null);
    throw new Error(`Migration ${migration.name} failed and was rolled back: ${messageOf(error)}`, { cause: error });
  }
}

/** The script and its row in the history, in the transaction that the caller has begun. */
export async function runMigration(client: Queryable, migration: Migration): Promise<void> {
  await client.query(migration.sql);
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, $4, 1)`,
    [randomUUID(), migration.checksum, migration.name, new Date()],
  );
}
