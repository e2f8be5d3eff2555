import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkServerVersion, migrate } from "../../lib/store/migrate.ts";
import { openDatabase } from "../../lib/store/client.ts";
import { createEmptyDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let directory: string;

beforeEach(async () => {
  database = await createEmptyDatabase();
  directory = await mkdtemp(join(tmpdir(), "belfry-migrations-"));
});

afterEach(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, "migration.sql"), sql);
}

async function tables(): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1",
  );
  return rows.map((row) => row.name);
}

test("a server older than PostgreSQL 14 is refused with a sentence", () => {
  checkServerVersion(140_000, "14.0");
  expect(() => checkServerVersion(130_014, "13.14")).toThrow(
    "This database server is PostgreSQL 13.14; Belfry needs 14 or newer.",
  );
});

describe("migrate", () => {
  test("makes the whole schema on an empty database, and nothing the second time", async () => {
    const first = await migrate(database.pool);
    expect(first.applied).toContain("20261122000000_first");
    expect(await tables()).toEqual(
      expect.arrayContaining(["jobs", "job_state", "pings", "pings_default", "deliveries"]),
    );
    expect(await migrate(database.pool)).toEqual({ applied: [] });
  });

  test("applies in the order of the names, and later only what is new", async () => {
    await write("2_second", "INSERT INTO first_table VALUES (1)");
    await write("1_first", "CREATE TABLE first_table (n int)");
    expect(await migrate(database.pool, directory)).toEqual({ applied: ["1_first", "2_second"] });
    await write("3_third", "CREATE TABLE third_table (n int); INSERT INTO third_table VALUES (1)");
    expect(await migrate(database.pool, directory)).toEqual({ applied: ["3_third"] });
    expect(await tables()).toEqual(["first_table", "third_table"]);
  });

  test("of three processes at once one applies and two wait", async () => {
    await write("1_slow", "CREATE TABLE once (n int); SELECT pg_sleep(0.3); INSERT INTO once VALUES (1)");
    const others = [1, 2].map(() => openDatabase({ url: database.url }));
    const pools = [database.pool, ...others.map((other) => other.pool)];
    const results = await Promise.all(pools.map((pool) => migrate(pool, directory)));
    await Promise.all(others.map((other) => other.close()));
    expect(results.map((result) => result.applied.length).toSorted()).toEqual([0, 0, 1]);
    expect((await database.pool.query("SELECT * FROM once")).rowCount).toBe(1);
  });

  test("a migration that fails leaves nothing behind and can be repaired", async () => {
    await write("1_good", "CREATE TABLE good (n int)");
    await write("2_bad", "CREATE TABLE half (n int); SELECT 1 / 0;");
    await expect(migrate(database.pool, directory)).rejects.toThrow(
      "Migration 2_bad failed and was rolled back: division by zero",
    );
    expect(await tables()).toEqual(["good"]);
    await write("2_bad", "CREATE TABLE whole (n int)");
    expect(await migrate(database.pool, directory)).toEqual({ applied: ["2_bad"] });
  });

  test("refuses an applied migration that was changed", async () => {
    await write("1_first", "CREATE TABLE a (n int)");
    await migrate(database.pool, directory);
    await write("1_first", "CREATE TABLE a (n bigint)");
    await write("2_second", "CREATE TABLE b (n int)");
    await expect(migrate(database.pool, directory)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("Migration 1_first was changed"),
    });
    expect(await tables()).toEqual(["a"]);
  });

  test("refuses a database that a newer program has migrated", async () => {
    await write("1_first", "CREATE TABLE a (n int)");
    await write("2_newer", "CREATE TABLE b (n int)");
    await migrate(database.pool, directory);
    await rm(join(directory, "2_newer"), { recursive: true });
    await expect(migrate(database.pool, directory)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("belongs to a newer Belfry: it holds migration 2_newer"),
    });
  });

  test("refuses a migration that another tool left half done", async () => {
    await write("1_first", "CREATE TABLE a (n int)");
    await migrate(database.pool, directory);
    await database.pool.query("UPDATE _prisma_migrations SET finished_at = NULL");
    await expect(migrate(database.pool, directory)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("Another tool began migration 1_first"),
    });
  });

  test("lets go of the lock after a failure", async () => {
    await write("1_bad", "SELECT 1 / 0");
    await expect(migrate(database.pool, directory)).rejects.toThrow("division by zero");
    const { rows } = await database.pool.query("SELECT count(*) AS held FROM pg_locks WHERE locktype = 'advisory'");
    expect(rows).toEqual([{ held: 0 }]);
  });
});
