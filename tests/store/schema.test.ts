import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY } from "../../lib/domain/time.ts";
import { openDatabase } from "../../lib/store/client.ts";
import { migrate } from "../../lib/store/migrate.ts";
import { createEmptyDatabase, createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { runPrisma } from "../support/prisma-cli.ts";

describe("prisma/schema.prisma and prisma/migrations", () => {
  let database: TestDatabase;
  let folder: string;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    folder = await mkdtemp(join(tmpdir(), "belfry-schema-"));
  });

  afterAll(() => rm(folder, { recursive: true }));

  /** What the migrations make against the schema, after `change`. Exit code 2: they differ. */
  async function diff(change: (schema: string) => string): Promise<{ code: number; output: string }> {
    const schema = await readFile("prisma/schema.prisma", "utf8");
    await writeFile(join(folder, "schema.prisma"), change(schema));
    const from = ["--from-migrations", "prisma/migrations", "--to-schema", join(folder, "schema.prisma")];
    return runPrisma(database.url, "migrate", "diff", "--exit-code", ...from);
  }

  test("agree", async () => {
    const { code, output } = await diff((schema) => schema);
    expect(output).toContain("No difference detected");
    expect(code).toBe(0);
  });

  test("would be told apart by a column, its type, null and default, an index, a key, and what a foreign key does", async () => {
    const changes: [pattern: RegExp, by: string, said: string][] = [
      [/( +slug +String\n)/, "$1 extra Int\n", "Added column `extra`"],
      [/( +at +DateTime) +@db/, "$1? @db", "`at` (changed from Required to Nullable"],
      [/( +bodySize +)Int /, "$1BigInt ", "`body_size` (type changed)"],
      [/@default\(90\)/, "@default(30)", "`keep_days` (default changed"],
      [/@@index\(\[settledAt\]\)/, "", "Removed index on columns (settled_at)"],
      [/@@unique\(\[jobId, number\]\)/, "", "Removed unique index on columns (job_id, number)"],
      [/(incident +Incident +@relation.*)Cascade/, "$1Restrict", "Added foreign key on columns (incident_id)"],
    ];
    const { code, output } = await diff((schema) =>
      changes.reduce((text, [pattern, by]) => text.replace(pattern, by), schema),
    );
    for (const [, , said] of changes) expect(output).toContain(said);
    expect(code).toBe(2);
  });

  test("are applied by Prisma's own tools to the same history", async () => {
    const other = await createEmptyDatabase();
    const { code, output } = await runPrisma(other.url, "migrate", "deploy");
    expect(output).toContain("All migrations have been successfully applied");
    expect(code).toBe(0);
    expect(await migrate(other.pool)).toEqual({ applied: [] });
  });
});

describe("what the migrations add to Prisma's schema", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  async function partitionOf(receivedAt: number): Promise<string | undefined> {
    const id = randomUUID();
    await database.pool.query(
      `INSERT INTO pings (id, job_id, received_at, action, disposition, method) VALUES ($1, $1, $2, 'success', 'applied', 'GET')`,
      [id, new Date(receivedAt)],
    );
    const { rows } = await database.pool.query<{ name: string }>(
      "SELECT tableoid::regclass::text AS name FROM pings WHERE id = $1",
      [id],
    );
    return rows[0]?.name;
  }

  async function addPartitions(daysAhead: number): Promise<number> {
    const { rows } = await database.pool.query<{ added: number }>("SELECT belfry_add_partitions($1) AS added", [
      daysAhead,
    ]);
    return rows[0]?.added ?? Number.NaN;
  }

  test("belfry_now() tells whole milliseconds and moves inside a transaction", async () => {
    const { rows } = await database.pool.query<{ first: Date; later: Date; whole: boolean }>(
      `SELECT a AS first, belfry_now() AS later, a = date_trunc('milliseconds', a) AS whole
         FROM (SELECT belfry_now() AS a OFFSET 0) AS early, pg_sleep(0.01)`,
    );
    expect(rows[0]?.whole).toBe(true);
    expect(rows[0]?.later.getTime()).toBeGreaterThan(rows[0]?.first.getTime() ?? Number.NaN);
  });

  test("all_pings has the columns of pings in their order, as the trigger that moves a ping over needs them", async () => {
    const columnsOf = async (table: string): Promise<unknown[]> => {
      const { rows } = await database.pool.query(
        `SELECT attname, atttypid::regtype::text AS type, atttypmod FROM pg_attribute
         WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
        [table],
      );
      return rows;
    };
    expect(await columnsOf("all_pings")).toEqual(await columnsOf("pings"));
  });

  test("pings lie in partitions of one day of UTC each, and elsewhere in the default one", async () => {
    const midnight = Math.floor(Date.now() / DAY) * DAY + DAY;
    const nameAt = (instant: number): string =>
      `pings_${new Date(instant).toISOString().slice(0, 10).replaceAll("-", "")}`;
    expect(await partitionOf(midnight - 1)).toBe(nameAt(midnight - 1));
    expect(await partitionOf(midnight)).toBe(nameAt(midnight));
    expect(await partitionOf(midnight - 40 * DAY)).toBe("pings_default");
    expect(await partitionOf(midnight + 40 * DAY)).toBe("pings_default");
  });

  test("new partitions take over what lay in the default one; many processes may add them at once", async () => {
    const late = await partitionOf(Date.now() + 9.5 * DAY);
    expect(late).toBe("pings_default");
    const added = await Promise.all([addPartitions(10), addPartitions(10), addPartitions(10)]);
    expect(added.reduce((sum, count) => sum + count)).toBe(2 * 3);
    expect(await addPartitions(10)).toBe(0);
    const { rowCount } = await database.pool.query(
      "SELECT FROM pings_default WHERE received_at BETWEEN belfry_now() AND belfry_now() + interval '11 days'",
    );
    expect(rowCount).toBe(0);
    expect(await partitionOf(Date.now() + 9.5 * DAY)).not.toBe("pings_default");
  });

  test("partitions follow the clock, and pings go on while one is added", async () => {
    const stop = new AbortController();
    let written = 0;
    const writing = (async () => {
      while (!stop.signal.aborted) {
        await partitionOf(Date.now());
        written += 1;
      }
    })();
    await offsetClock(database, 30 * DAY);
    expect(await addPartitions(1)).toBe(4);
    await offsetClock(database, 0);
    stop.abort();
    await writing;
    expect(written).toBeGreaterThan(0);
  });

  test("a long reader makes adding give up rather than stop everybody", async () => {
    const reader = openDatabase({ url: database.url });
    const client = await reader.pool.connect();
    await client.query("BEGIN; SELECT FROM pings");
    await expect(addPartitions(60)).rejects.toMatchObject({ code: "55P03" });
    await client.query("ROLLBACK");
    client.release();
    await reader.close();
    expect(await addPartitions(11)).toBe(2);
  });

  test("a job has at most one open critical incident and one open warning", async () => {
    const { rows } = await database.pool.query<{ id: string; project: string }>(
      `WITH p AS (INSERT INTO projects (name) VALUES ('p') RETURNING id)
       INSERT INTO jobs (project_id, slug, name, schedule_kind) SELECT id, 'j', 'j', 'none' FROM p
       RETURNING id, project_id AS project`,
    );
    const [job] = rows;
    const open = (number: number, severity: string, state: string): Promise<unknown> =>
      database.pool.query(
        `INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at, resolved_at)
         VALUES (gen_random_uuid(), $1, $2, $3, $4, 'failed', $5, 1, belfry_now(), CASE WHEN $5 = 'resolved' THEN belfry_now() END)`,
        [job?.id, job?.project, number, severity, state],
      );
    await open(1, "critical", "resolved");
    await open(2, "critical", "open");
    await open(3, "warning", "open");
    await expect(open(4, "critical", "open")).rejects.toMatchObject({ constraint: "incidents_open_key" });
    await expect(open(5, "fatal", "open")).rejects.toMatchObject({ constraint: "incidents_severity_check" });
  });

  test("words that the program does not know are refused", async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      "SELECT conname AS name FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text NOT LIKE 'ping%\\_2%' ORDER BY 1",
    );
    const names = rows.map((row) => row.name);
    expect(names).toEqual(
      expect.arrayContaining([
        "members_role_check",
        "api_keys_scope_check",
        "jobs_schedule_kind_check",
        "pings_action_check",
        "pings_disposition_check",
        "runs_outcome_check",
        "incidents_cause_check",
        "alerts_event_check",
        "deliveries_state_check",
      ]),
    );
  });
});
