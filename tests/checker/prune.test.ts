import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPrune } from "../../lib/checker/prune.ts";
import { createLog } from "../../lib/log.ts";
import { openClock } from "../../lib/store/clock.ts";
import { dropOldPartitions, pruneRows } from "../../lib/store/retention.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";

const DAY = 86_400_000;
const NEVER = new AbortController().signal;

let database: TestDatabase;
let project: TestProject;

beforeEach(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
});

afterEach(() => database.close());

async function count(from: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(`SELECT count(*) FROM ${from}`);
  return rows[0]?.count ?? 0;
}

async function partitions(): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'pings'::regclass ORDER BY 1",
  );
  return rows.map(({ name }) => name).filter((name) => name !== "pings_default");
}

describe("rows", () => {
  it("go when their project does not want them any longer, in slices, and not before", async () => {
    const brief = await makeProject(database);
    await database.pool.query("UPDATE projects SET keep_days = 7 WHERE id = $1", [brief.id]);
    const jobs = { long: await makeJob(database, project), brief: await makeJob(database, brief) };
    for (const jobId of Object.values(jobs)) {
      await database.pool.query(
        `INSERT INTO runs (job_id, number, outcome, settled_at)
         SELECT $1, n, 'ok', belfry_now() - n * interval '1 hour' FROM generate_series(1, 2500) AS n`,
        [jobId],
      );
      await database.pool.query("INSERT INTO runs (job_id, number, outcome) VALUES ($1, 9999, 'running')", [jobId]);
    }
    const gone = await pruneRows(database.pool, NEVER);
    expect(gone.runs).toBe(2500 - 7 * 24 + 1 + (2500 - 90 * 24 + 1));
    expect(await count(`runs WHERE job_id = '${jobs.brief}'`)).toBe(7 * 24);
    expect(await count(`runs WHERE job_id = '${jobs.long}'`)).toBe(90 * 24);
  });

  it("of an incident go with it, and open ones stay", async () => {
    const jobId = await makeJob(database, project);
    await database.pool.query(
      `INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at, resolved_at)
       SELECT gen_random_uuid(), $1, $2, n, 'critical', 'failed', CASE n WHEN 3 THEN 'open' ELSE 'resolved' END, 1,
         belfry_now() - interval '200 days', CASE n WHEN 3 THEN NULL ELSE belfry_now() - n * interval '80 days' END
       FROM generate_series(1, 3) AS n`,
      [jobId, project.id],
    );
    await database.pool.query(
      `INSERT INTO incident_events (incident_id, sequence, kind, at) SELECT id, 1, 'opened', opened_at FROM incidents`,
    );
    await database.pool.query(
      `INSERT INTO alerts (id, project_id, job_id, incident_id, event, sequence, created_at, facts)
       SELECT gen_random_uuid(), project_id, job_id, id, 'opened', 1, opened_at, '{}' FROM incidents`,
    );
    expect(await pruneRows(database.pool, NEVER)).toEqual({ incidents: 1 });
    expect([await count("incidents"), await count("incident_events"), await count("alerts")]).toEqual([2, 2, 2]);
  });

  it("of an incident that stays open: its old bad runs go, its beginning stays", async () => {
    const jobId = await makeJob(database, project);
    await database.pool.query(
      `INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at)
       VALUES (gen_random_uuid(), $1, $2, 1, 'critical', 'failed', 'open', 1, belfry_now() - interval '200 days')`,
      [jobId, project.id],
    );
    await database.pool.query(
      `INSERT INTO incident_events (incident_id, sequence, kind, at)
       SELECT id, n, CASE n WHEN 1 THEN 'opened' ELSE 'bad-run' END, opened_at + (n - 1) * interval '1 day'
       FROM incidents, generate_series(1, 200) AS n`,
    );
    expect(await pruneRows(database.pool, NEVER)).toEqual({ incident_events: 110 });
    expect(await count("incident_events WHERE kind = 'opened'")).toBe(1);
  });

  it("of Belfry itself go too", async () => {
    await database.pool.query(
      `INSERT INTO alerts (id, event, sequence, created_at, facts)
       SELECT gen_random_uuid(), 'notice', n, belfry_now() - n * interval '60 days', '{}' FROM generate_series(1, 2) AS n`,
    );
    await database.pool.query(
      `INSERT INTO heartbeats (process_id, host, pid, roles, started_at, beat_at)
       SELECT gen_random_uuid(), 'x', 1, '{pings}', belfry_now(), belfry_now() - n * interval '20 hours'
       FROM generate_series(1, 2) AS n`,
    );
    await database.pool.query(
      "INSERT INTO gaps (from_at, to_at) SELECT t, t FROM (VALUES (belfry_now()), (belfry_now() - interval '400 days')) v (t)",
    );
    expect(await pruneRows(database.pool, NEVER)).toEqual({ alerts: 1, heartbeats: 1, gaps: 1 });
  });
});

it("that show since when nobody takes pings stay, however long that lasts", async () => {
  await database.pool.query(
    `INSERT INTO heartbeats (process_id, host, pid, roles, started_at, beat_at)
     SELECT gen_random_uuid(), 'x', n, roles, belfry_now(), belfry_now() - n * interval '1 day'
     FROM (VALUES (2, '{sweep}'::text[]), (3, '{pings,web}'), (4, '{pings}')) AS v (n, roles)`,
  );
  expect(await pruneRows(database.pool, NEVER)).toEqual({ heartbeats: 2 });
  expect(await count("heartbeats WHERE pid = 3")).toBe(1);
});

describe("partitions", () => {
  it("of the days ahead are added and those that nobody wants are dropped, by the loop's first turn", async () => {
    const before = await partitions();
    await offsetClock(database, 95 * DAY);
    const clock = await openClock(database.pool);
    const prune = createPrune({ pool: database.pool, clock, log: createLog("silent") });
    prune.start();
    await eventually(async () => {
      const after = await partitions();
      expect(after.filter((name) => !before.includes(name))).toHaveLength(8);
      // Days 0 to 3: their last moment is more than 90 days ago.
      expect(before.filter((name) => !after.includes(name))).toEqual(before.slice(0, 4));
    }, 10_000);
    await prune.stop();
  });

  it("that a ping holds are left for the next time", async () => {
    await offsetClock(database, 93 * DAY);
    const holder = await database.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM pings LIMIT 1");
    const meanwhile = await dropOldPartitions(database.pool);
    await holder.query("ROLLBACK");
    holder.release();
    expect(meanwhile.map((name) => name.slice(0, -9))).toEqual(["ping_bodies", "ping_bodies"]);
    const afterwards = await dropOldPartitions(database.pool);
    expect(afterwards.map((name) => name.slice(0, -9))).toEqual(["pings", "pings"]);
  });
});
