import { afterEach, beforeEach, expect, it } from "vitest";
import { createJobRetention, type JobRetention } from "../../lib/store/job-retention.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";

const DAY = 86_400_000;
const NEVER = new AbortController().signal;

let database: TestDatabase;
let project: TestProject;
let other: TestProject;
let retention: JobRetention;

beforeEach(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  other = await makeProject(database);
  retention = createJobRetention(database.pool);
});

afterEach(() => database.close());

async function count(from: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(`SELECT count(*) FROM ${from}`);
  return rows[0]?.count ?? 0;
}

async function keep({ id }: TestProject, limits: { days?: number; runs?: number }): Promise<void> {
  const { days = 90, runs = null } = limits;
  await database.pool.query("UPDATE projects SET keep_days = $2, keep_runs = $3 WHERE id = $1", [id, days, runs]);
}

/** Pings with bodies, and runs, every two hours up to now; the first of them is number 1. */
async function addHistory(jobId: string, days: number): Promise<void> {
  const runs = days * 12;
  await database.pool.query(
    `WITH said AS (SELECT n, belfry_now() - ($2 - n) * interval '2 hours' AS at, gen_random_uuid() AS id
       FROM generate_series(1, $2) AS n),
     pings AS (INSERT INTO pings (id, job_id, received_at, action, disposition, method)
       SELECT id, $1, at, 'success', 'applied', 'POST' FROM said),
     bodies AS (INSERT INTO ping_bodies (ping_id, received_at, body) SELECT id, at, 'output' FROM said)
     INSERT INTO runs (job_id, number, outcome, started_at, settled_at) SELECT $1, n, 'ok', at, at FROM said`,
    [jobId, runs],
  );
}

/** From now until noon, UTC: what is kept depends on the time of day. */
const UNTIL_NOON = DAY / 2 - (Date.now() % DAY);

/** A history of a week that lies in partitions, as of noon after that week. */
async function spend(days: number): Promise<void> {
  await offsetClock(database, days * DAY + UNTIL_NOON);
}

it("a project that keeps fewer days than another lets go of its own pings, bodies and runs, and of no others", async () => {
  const jobs = { brief: await makeJob(database, project), long: await makeJob(database, other) };
  await spend(7);
  for (const jobId of Object.values(jobs)) await addHistory(jobId, 7);
  await keep(project, { days: 2 });
  const gone = await retention.prune(NEVER);
  expect(gone.runs).toBe(5 * 12);
  // Whole days of UTC: what is kept is two days, and the seven pings of today.
  expect(gone.pings).toBe(5 * 12 - 7);
  expect(await count(`pings WHERE job_id = '${jobs.brief}'`)).toBe(7 * 12 - gone.pings);
  expect(
    await count("pings p FULL JOIN ping_bodies b ON b.ping_id = p.id WHERE p.id IS NULL OR b.ping_id IS NULL"),
  ).toBe(0);
  expect(await count(`pings WHERE job_id = '${jobs.long}'`)).toBe(7 * 12);
  expect(await count(`runs WHERE job_id = '${jobs.long}'`)).toBe(7 * 12);
  expect(await retention.prune(NEVER)).toEqual({ runs: 0, pings: 0 });
});

it("another day passes, and the pings of one more day go", async () => {
  const jobId = await makeJob(database, project);
  await spend(7);
  await addHistory(jobId, 7);
  await keep(project, { days: 2 });
  await retention.prune(NEVER);
  await spend(8);
  expect(await retention.prune(NEVER)).toEqual({ runs: 12, pings: 12 });
});

it("a project that keeps a number of runs lets go of older ones with their pings, job by job", async () => {
  const jobs = [await makeJob(database, project), await makeJob(database, project)];
  await spend(7);
  for (const jobId of jobs) await addHistory(jobId, 7);
  await addHistory(await makeJob(database, project), 0.5);
  await keep(project, { runs: 10 });
  expect(await retention.prune(NEVER)).toEqual({ runs: 2 * (84 - 10), pings: 2 * (84 - 10) });
  for (const jobId of jobs) {
    expect(await count(`runs WHERE job_id = '${jobId}' AND number > 74`)).toBe(10);
    expect(await count(`pings WHERE job_id = '${jobId}'`)).toBe(10);
  }
  expect(await count("pings")).toBe(2 * 10 + 6);
  expect(await count("ping_bodies")).toBe(2 * 10 + 6);
});

it("open runs, and runs with which an open incident began, stay whatever a project keeps", async () => {
  const jobId = await makeJob(database, project);
  await makeJob(database, other);
  await spend(7);
  await addHistory(jobId, 7);
  await database.pool.query("UPDATE runs SET outcome = 'running', settled_at = NULL WHERE number = 3");
  await database.pool.query(
    `INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at, resolved_at)
     SELECT gen_random_uuid(), $1, $2, n, 'critical', 'failed', state, n, belfry_now(), at
     FROM (VALUES (5, 'open', NULL), (6, 'resolved', belfry_now())) AS v (n, state, at)`,
    [jobId, project.id],
  );
  await keep(project, { days: 2, runs: 10 });
  await retention.prune(NEVER);
  const { rows } = await database.pool.query<{ number: number }>("SELECT number FROM runs ORDER BY number");
  expect(rows.map(({ number }) => number)).toEqual([3, 5, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84]);
  expect(await count("incidents")).toBe(2);
});

it("thousands go in slices, and an abort leaves the rest for the next call", async () => {
  const jobIds: string[] = [];
  for (let index = 0; index < 3; index += 1) jobIds.push(await makeJob(database, project));
  await spend(7);
  await database.pool.query(
    `INSERT INTO pings (id, job_id, received_at, action, disposition, method)
     SELECT gen_random_uuid(), id, belfry_now() - interval '4 days', 'success', 'applied', 'GET'
     FROM unnest($1::uuid[]) AS id, generate_series(1, 1500)`,
    [jobIds],
  );
  await keep(project, { days: 2 });
  expect(await retention.prune(AbortSignal.abort())).toEqual({ runs: 0, pings: 0 });
  expect(await retention.prune(NEVER)).toEqual({ runs: 0, pings: 4500 });
  expect(await count("pings")).toBe(0);
});

it("pings that have no partition of their day go as well", async () => {
  const jobId = await makeJob(database, project);
  await database.pool.query(
    `INSERT INTO pings (id, job_id, received_at, action, disposition, method)
     SELECT gen_random_uuid(), $1, belfry_now() - n * interval '1 day', 'success', 'applied', 'GET' FROM generate_series(1, 20) AS n`,
    [jobId],
  );
  await keep(project, { days: 10 });
  const { pings } = await retention.prune(NEVER);
  expect(pings).toBe(10);
  expect(await count("pings")).toBe(10);
});

it("two processes at the same work do not stumble over each other", async () => {
  const jobId = await makeJob(database, project);
  await spend(7);
  await addHistory(jobId, 7);
  await keep(project, { days: 2 });
  const both = await Promise.all([retention.prune(NEVER), createJobRetention(database.pool).prune(NEVER)]);
  expect(both.reduce((sum, { runs }) => sum + runs, 0)).toBe(60);
});
