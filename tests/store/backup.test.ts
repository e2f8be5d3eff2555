import { appendFile, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { backup } from "../../lib/store/backup.ts";
import { migrate } from "../../lib/store/migrate.ts";
import { restore } from "../../lib/store/restore.ts";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "../support/database.ts";

const FILL = `
  INSERT INTO users (id, email, name, updated_at) VALUES ('u1', 'a@example.org', E'Tab\\t\\\\N "quoted" \\n line, ümläut 🔔', belfry_now());
  INSERT INTO projects (name) SELECT 'project ' || n FROM generate_series(1, 3) AS n;
  INSERT INTO members (project_id, user_id, role) SELECT id, 'u1', 'owner' FROM projects;
  INSERT INTO jobs (project_id, slug, name, schedule_kind, tags)
    SELECT id, 'job', '', 'none', ARRAY['a,b', '{c}', '"d"', 'NULL', ''] FROM projects;
  INSERT INTO job_state (job_id, memory, check_at)
    SELECT id, jsonb_build_object('text', E'\\\\ " \\t 🔔', 'nested', jsonb_build_array(1.50, NULL, true)), NULL FROM jobs;
  INSERT INTO channels (project_id, kind, name, summary, settings) SELECT id, 'email', 'e', 's', 'v1.sealed' FROM projects;
  INSERT INTO alerts (id, project_id, event, sequence, created_at, facts)
    SELECT gen_random_uuid(), id, 'test', 1, belfry_now(), '{}' FROM projects;
  INSERT INTO deliveries (alert_id, channel_id, next_attempt_at, created_at)
    SELECT a.id, c.id, belfry_now(), belfry_now() FROM alerts a JOIN channels c USING (project_id);
  INSERT INTO pings (id, job_id, received_at, action, disposition, method, message)
    SELECT gen_random_uuid(), j.id, belfry_now() + n * interval '7 hours', 'success', 'applied', 'GET', CASE WHEN n % 3 = 0 THEN NULL ELSE '' END
      FROM jobs j, generate_series(-200, 20) AS n;
  INSERT INTO ping_bodies (ping_id, received_at, body)
    SELECT id, received_at, decode(repeat('00ff0a5c09', 50), 'hex') || uuid_send(id) FROM pings;
  INSERT INTO gaps (from_at, to_at) VALUES (belfry_now(), belfry_now());
  INSERT INTO settings (name, value) VALUES ('installation', 'the first');
  INSERT INTO heartbeats (process_id, host, pid, roles, started_at, beat_at)
    VALUES (gen_random_uuid(), 'h', 1, '{}', belfry_now(), belfry_now() - interval '1 minute')`;

let source: TestDatabase;
let home: string;

beforeAll(async () => {
  source = await createTestDatabase();
  await source.pool.query(FILL);
});

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "belfry-backup-"));
});

afterEach(() => rm(home, { recursive: true }));

/** Every table, also what lies in which partition, as one text each. */
async function contents({ pool }: TestDatabase): Promise<Record<string, unknown>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1",
  );
  const found: Record<string, unknown> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query(
      `SELECT count(*) AS rows, md5(string_agg(t::text, '|' ORDER BY t::text)) FROM "${name}" AS t`,
    );
    found[name] = rows[0];
  }
  return found;
}

describe("a backup", () => {
  test("comes back as it was: texts, bytes, JSON, arrays, partitions, and the numbers that follow", async () => {
    const target = await createEmptyDatabase();
    const written = await backup(source.pool, join(home, "b"));
    expect(await restore(target.pool, join(home, "b"))).toEqual(written);
    const before = await contents(source);
    expect(await contents(target)).toEqual(before);
    expect(before["pings"]).toMatchObject({ rows: 663 });
    const next = "INSERT INTO projects (name) VALUES ('next') RETURNING number";
    expect((await target.pool.query(next)).rows).toEqual([{ number: 4 }]);
    expect(await migrate(target.pool)).toEqual({ applied: [] });
  });

  test("is one moment, whatever is written meanwhile", async () => {
    const stop = new AbortController();
    const writing = (async () => {
      while (!stop.signal.aborted) {
        await source.pool.query(
          `WITH u AS (INSERT INTO users (id, email, name, updated_at)
             SELECT gen_random_uuid()::text, gen_random_uuid()::text, '', belfry_now() RETURNING id)
           INSERT INTO sessions (id, user_id, token, expires_at, updated_at)
             SELECT id, id, id, belfry_now(), belfry_now() FROM u`,
        );
      }
    })();
    const { tables } = await backup(source.pool, join(home, "b"));
    stop.abort();
    await writing;
    const rows = Object.fromEntries(tables.map((table) => [table.name, table.rows]));
    expect(rows["users"]).toBe((rows["sessions"] ?? 0) + 1);
    await restore((await createEmptyDatabase()).pool, join(home, "b"));
  });

  test("can be read by its owner only, and is whole once it has a manifest", async () => {
    await backup(source.pool, join(home, "b"));
    for (const name of await readdir(join(home, "b"))) {
      expect((await stat(join(home, "b", name))).mode & 0o077).toBe(0);
    }
    expect((await stat(join(home, "b"))).mode & 0o077).toBe(0);
  });

  test("goes into an empty folder only", async () => {
    await writeFile(join(home, "something"), "");
    await expect(backup(source.pool, home)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("is not empty"),
    });
    await expect(backup(source.pool, join(home, "something"))).rejects.toMatchObject({ code: "unavailable" });
  });

  test("that fails leaves nothing behind", async () => {
    const broken = await createTestDatabase();
    await broken.pool.query("DROP FUNCTION belfry_now() CASCADE");
    await expect(backup(broken.pool, join(home, "b"))).rejects.toThrow("belfry_now() does not exist");
    expect(await readdir(join(home, "b"))).toEqual([]);
    expect((await broken.pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });
});

describe("a restore", () => {
  let folder: string;

  beforeEach(async () => {
    folder = join(home, "b");
    await backup(source.pool, folder);
  });

  async function refusal(target: TestDatabase, from = folder): Promise<unknown> {
    return restore(target.pool, from).then(
      () => null,
      (error: unknown) => error,
    );
  }

  test("goes into a database that a start has just made", async () => {
    const fresh = await createTestDatabase();
    await fresh.pool.query(
      `INSERT INTO settings (name, value) VALUES ('installation', 'the second');
       INSERT INTO heartbeats (process_id, host, pid, roles, started_at, beat_at)
         VALUES (gen_random_uuid(), 'h', 1, '{}', belfry_now(), belfry_now() - interval '1 minute')`,
    );
    await restore(fresh.pool, folder);
    expect(await contents(fresh)).toEqual(await contents(source));
  });

  test("refuses a database with data, and one of something else, and changes neither", async () => {
    const before = await contents(source);
    expect(await refusal(source)).toMatchObject({
      code: "conflict",
      message: expect.stringContaining("This database is not empty ("),
    });
    expect(await contents(source)).toEqual(before);
    const foreign = await createEmptyDatabase();
    await foreign.pool.query("CREATE TABLE theirs (n int)");
    expect(await refusal(foreign)).toMatchObject({ message: expect.stringContaining("is not empty (theirs)") });
    expect(await contents(foreign)).toHaveProperty("theirs");
  });

  test("refuses a database on which a server runs", async () => {
    const target = await createTestDatabase();
    await target.pool.query(
      `INSERT INTO heartbeats (process_id, host, pid, roles, started_at, beat_at)
       VALUES (gen_random_uuid(), 'h', 1, '{}', belfry_now(), belfry_now())`,
    );
    expect(await refusal(target)).toMatchObject({ message: expect.stringContaining("server runs on this database") });
  });

  test("refuses what is no backup, and a damaged or newer one", async () => {
    const target = await createEmptyDatabase();
    expect(await refusal(target, home)).toMatchObject({ code: "not-found" });
    const text = await readFile(join(folder, "manifest.json"), "utf8");
    const manifest = JSON.parse(text) as Record<string, unknown>;
    const cases: [change: object, said: string][] = [
      [{ format: 2 }, "was made by a newer Belfry (format 2; this one reads 1)"],
      [{ tables: "none" }, "is damaged: manifest.json"],
      [{ migrations: [{ name: "29990101000000_later", checksum: "" }] }, "(up to 29990101000000_later)"],
    ];
    for (const [change, said] of cases) {
      await writeFile(join(folder, "manifest.json"), JSON.stringify({ ...manifest, ...change }));
      expect(await refusal(target)).toMatchObject({ code: "conflict", message: expect.stringContaining(said) });
    }
    await writeFile(join(folder, "manifest.json"), text.slice(0, 100));
    expect(await refusal(target)).toMatchObject({ message: expect.stringContaining("manifest.json is not JSON") });
    await writeFile(join(folder, "manifest.json"), text);
    await appendFile(join(folder, "pings.copy.gz"), "x");
    expect(await refusal(target)).toMatchObject({
      message: expect.stringContaining("pings.copy.gz was changed or cut off"),
    });
    await rm(join(folder, "users.copy.gz"));
    expect(await refusal(target)).toMatchObject({ code: "conflict" });
    expect(await contents(target)).toEqual({});
  });

  test("brings a backup of an older version up to date", async () => {
    const migrations = join(home, "migrations");
    await cp("prisma/migrations", migrations, { recursive: true });
    await cp(join(migrations, "20261122000000_first"), join(migrations, "29990101000000_later"), { recursive: true });
    const later = "ALTER TABLE users ADD shout text; UPDATE users SET shout = upper(email)";
    await writeFile(join(migrations, "29990101000000_later", "migration.sql"), later);
    const target = await createEmptyDatabase();
    await migrate(target.pool, migrations);
    await restore(target.pool, folder, { migrations });
    const { rows } = await target.pool.query("SELECT shout FROM users WHERE id = 'u1'");
    expect(rows).toEqual([{ shout: "A@EXAMPLE.ORG" }]);
    expect(await migrate(target.pool, migrations)).toEqual({ applied: [] });
  });

  test("is undone as a whole where the check at its end fails", async () => {
    const target = await createTestDatabase();
    const before = await contents(target);
    const check = async (): Promise<void> => {
      throw new Error("the wrong SECRET_KEY");
    };
    await expect(restore(target.pool, folder, { check })).rejects.toThrow("the wrong SECRET_KEY");
    expect(await contents(target)).toEqual(before);
    await restore(target.pool, folder);
  });
});
