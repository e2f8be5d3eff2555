import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { AppError, messageOf } from "../errors.ts";
import { FORMAT, MANIFEST_FILE, type BackupManifest, type BackupTable } from "./backup-manifest.ts";
import { readHistory } from "./migrate.ts";

type Source = Pick<BackupTable, "name" | "columns" | "days">;

// Partitions are read through their parents. The history of migrations is in the manifest.
const TABLES = `
  SELECT c.relname AS name,
         (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
         ARRAY(SELECT to_char(to_date(right(p.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD')
                 FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid
                WHERE i.inhparent = c.oid AND p.relname ~ '_\\d{8}$' ORDER BY 1) AS days,
         ARRAY(SELECT DISTINCT f.confrelid::regclass::text FROM pg_constraint f
                WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) AS parents
    FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     AND c.relname <> '_prisma_migrations'
   ORDER BY c.relname`;

/**
 * Writes all data as of one moment into `directory`, which is made, while everything goes on. Secrets in it stay sealed
 * with SECRET_KEY: keep that (or the file secret-key of DATA_DIR) too.
 * @returns what was written.
 * @throws AppError `conflict`: the folder is not empty; `unavailable`: it cannot be written.
 */
export async function backup(pool: pg.Pool, directory: string): Promise<BackupManifest> {
  await makeEmptyFolder(directory);
  const client = await pool.connect();
  try {
    const manifest = await writeAll(client, directory);
    client.release();
    return manifest;
  } catch (error) {
    // In the middle of a COPY a connection is of no more use.
    client.release(true);
    for (const name of await readdir(directory)) await rm(join(directory, name));
    throw error;
  }
}

async function writeAll(client: pg.ClientBase, directory: string): Promise<BackupManifest> {
  const migrations = [...(await readHistory(client))].map(([name, checksum]) => ({ name, checksum }));
  const { rows: sources } = await client.query<Source & { parents: string[] }>(TABLES);
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  // Before the first query fixes the moment: no partition may be dropped after it.
  const names = sources.map(({ name }) => pg.escapeIdentifier(name));
  await client.query(`LOCK TABLE ${names.join(", ")} IN ACCESS SHARE MODE`);
  const { rows: times } = await client.query<{ now: Date }>("SELECT belfry_now() AS now");
  const tables: BackupTable[] = [];
  for (const source of parentsFirst(sources)) tables.push(await writeTable(client, source, directory));
  await client.query("COMMIT");
  const manifest = { format: FORMAT, madeAt: times[0]?.now.toISOString() ?? "", migrations, tables };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(join(directory, MANIFEST_FILE), text, { mode: 0o600, flush: true });
  return manifest;
}

async function makeEmptyFolder(directory: string): Promise<void> {
  let names: string[];
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    names = await readdir(directory);
  } catch (error) {
    throw new AppError("unavailable", `The backup cannot be written to ${directory}: ${messageOf(error)}.`, "to");
  }
  if (names.length === 0) return;
  throw new AppError("conflict", `${directory} is not empty: name a new folder for this backup.`, "to");
}

function parentsFirst<T extends { name: string; parents: readonly string[] }>(tables: readonly T[]): T[] {
  const ordered: T[] = [];
  const place = (table: T): void => {
    if (ordered.includes(table)) return;
    for (const other of tables) if (table.parents.includes(other.name)) place(other);
    ordered.push(table);
  };
  tables.forEach(place);
  return ordered;
}

async function writeTable(client: pg.ClientBase, source: Source, directory: string): Promise<BackupTable> {
  const { name, columns, days } = source;
  const file = `${name}.copy.gz`;
  const list = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  const rows = client.query(copyTo(`COPY (SELECT ${list} FROM ${pg.escapeIdentifier(name)}) TO STDOUT`));
  const hash = createHash("sha256");
  const hashed = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(rows, createGzip(), hashed, createWriteStream(join(directory, file), { mode: 0o600, flush: true }));
  return { name, columns, days, rows: rows.rowCount, file, sha256: hash.digest("hex") };
}
