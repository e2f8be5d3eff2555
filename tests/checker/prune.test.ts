import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPrune } from "../../lib/checker/prune.ts";
import { createLog } from "../../lib/log.ts";
import { createJobRetention } from "../../lib/store/job-retention.ts";
import { openClock } from "../../lib/store/clock.ts";
import { addPartitions, dropOldPartitions, pruneRows } from "../../lib/store/retention.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { startPingServer } from "../support/ping-server.ts";

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
    expect(gone.runs).toBe(2 * (2500 - 90 * 24 + 1));
    const { runs } = await createJobRetention(database.pool).prune(NEVER);
    expect(runs).toBe(90 * 24 - 7 * 24);
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
      "INSERT INTO gaps (from_at, to_at) SELECT t, t FROM (VALUES (belfry_now() - interval '400 days'), (belfry_now() - interval '399 days')) v (t)",
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

  it("that a long reader holds are left for the next time, and pings wait for a moment at most", async () => {
    await offsetClock(database, 93 * DAY);
    const server = await startPingServer(database);
    const jobId = await makeJob(database, project);
    const holder = await database.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM pings LIMIT 1");
    const pinging = pingFor(2_000, `${server.url}/ping/${jobId}/log`);
    const meanwhile = await dropOldPartitions(database.pool);
    expect(await pinging).toEqual({ refused: 0, slowestMs: expect.toSatisfy((ms: number) => ms < 5 * 100) });
    await holder.query("ROLLBACK");
    holder.release();
    await server.close();
    expect(meanwhile.dropped.map((name) => name.slice(0, -9))).toEqual(["ping_bodies", "ping_bodies"]);
    expect(meanwhile.left).toBe(2);
    const afterwards = await dropOldPartitions(database.pool);
    expect(afterwards.dropped.map((name) => name.slice(0, -9))).toEqual(["pings", "pings"]);
    expect(afterwards.left).toBe(0);
  });

  it("that could not be dropped are tried again soon, without being asked", async () => {
    await offsetClock(database, 93 * DAY);
    const clock = await openClock(database.pool);
    const holder = await database.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM pings LIMIT 1");
    let aheadMs = 0;
    const moving = { ...clock, now: () => clock.now() + aheadMs };
    const before = await partitions();
    const prune = createPrune({ pool: database.pool, clock: moving, log: createLog("silent") });
    prune.start();
    await eventually(
      async () => expect(await count("pg_class WHERE relname ~ '^ping_bodies_\\d{8}$'")).toBe(6),
      10_000,
    );
    expect(await partitions()).toEqual(expect.arrayContaining(before));
    await holder.query("ROLLBACK");
    holder.release();
    await eventually(async () => {
      // Whenever the first turn ended, a minute later comes at last.
      aheadMs += 61_000;
      prune.wake();
      expect(await partitions()).not.toContain(before[0]);
    }, 10_000);
    await prune.stop();
  });

  it("of today are missing after two weeks of rest: pings are taken all the same, and move there when it is made", async () => {
    const jobId = await makeJob(database, project);
    await offsetClock(database, 14 * DAY);
    const server = await startPingServer(database);
    expect(await pingFor(300, `${server.url}/ping/${jobId}/log`)).toMatchObject({ refused: 0 });
    const early = await count("pings_default");
    expect(early).toBeGreaterThan(0);
    const pinging = pingFor(1_000, `${server.url}/ping/${jobId}/log`);
    expect(await addPartitions(database.pool)).toBe(2 * 8);
    expect(await pinging).toMatchObject({ refused: 0 });
    expect(await count("pings_default")).toBe(0);
    expect(await count(`pings WHERE job_id = '${jobId}'`)).toBeGreaterThan(early);
    expect(await count("pings")).toBe(server.intake.figures().stored);
    await server.close();
  });

  it("cannot be added while somebody reads the default one; that is no failure, and pings go on", async () => {
    await offsetClock(database, 14 * DAY);
    const server = await startPingServer(database);
    const jobId = await makeJob(database, project);
    const holder = await database.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM pings_default LIMIT 1");
    const pinging = pingFor(1_000, `${server.url}/ping/${jobId}/log`);
    expect(await addPartitions(database.pool)).toBeNull();
    await holder.query("ROLLBACK");
    holder.release();
    expect(await pinging).toMatchObject({ refused: 0 });
    expect(await addPartitions(database.pool)).toBe(2 * 8);
    await server.close();
  });
});

/** Pings one after the other for that long. They have rows of their own where their run's does not tell of them: `/log`. */
async function pingFor(ms: number, url: string): Promise<{ refused: number; slowestMs: number }> {
  const until = performance.now() + ms;
  let refused = 0;
  let slowestMs = 0;
  while (performance.now() < until) {
    const startedAt = performance.now();
    const { status } = await fetch(`${url}?rid=${randomUUID()}`);
    if (status !== 200) refused += 1;
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
  }
  return { refused, slowestMs };
}
