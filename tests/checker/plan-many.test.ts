import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { ALARM_FACTS, listHolds, listPlanned, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { makeChannel, makeProject, type TestProject } from "../support/jobs.ts";
import { LONG } from "../support/size.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.pool.query("TRUNCATE projects, users, alerts CASCADE");
  await offsetClock(database, 0);
});
afterAll(() => database.close());

describe("several planners at once", () => {
  test("plan every alert once, in the order of its incident", async () => {
    const incidents = [];
    for (let index = 0; index < 6; index += 1) {
      const project = await projectWithChannel();
      for (const host of [null, null, "db-03", "db-03"]) {
        incidents.push(await openIncident(database, project, { host }));
      }
    }
    await Promise.all([1, 2, 3, 4].map(() => planNow(database)));
    await Promise.all([
      ...[1, 2, 3].map(() => planNow(database)),
      ...incidents.map((one) => resolveIncident(database, one)),
    ]);
    await Promise.all([1, 2, 3, 4].map(() => planNow(database)));
    await planNow(database);
    const planned = await listPlanned(database);
    const ofEach = incidents.map(({ name }) => planned.filter(({ job }) => job === name).map(({ event }) => event));
    expect(ofEach).toEqual(incidents.map(() => ["opened", "resolved"]));
  });

  test("do not wait for each other's projects", async () => {
    const [one, other] = [await projectWithChannel(), await projectWithChannel()];
    await openIncident(database, one, { name: "one" });
    await openIncident(database, other, { name: "other" });
    const client = await database.pool.connect();
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('belfry plan ' || $1, 0))", [one.id]);
    await planNow(database);
    expect((await listPlanned(database)).map(({ job }) => job)).toEqual(["other"]);
    await client.query("ROLLBACK");
    client.release();
    await planNow(database);
    expect((await listPlanned(database)).map(({ job }) => job)).toEqual(["other", "one"]);
  });
});

describe("an alert that cannot be planned", () => {
  test.each([null, "db-03"])("keeps no other one waiting, also of its own machine: %s", async (host) => {
    const project = await projectWithChannel();
    const names = ["a", "b", "bad", "c", "d"];
    for (const name of names) await openIncident(database, project, { name, host });
    await spoil("bad");
    for (const at of [0, MINUTE + SECOND]) {
      await offsetClock(database, at);
      for (let turn = 0; turn < names.length; turn += 1) await planNow(database);
    }
    const told = (await listPlanned(database)).map(({ job }) => job);
    expect(told.toSorted()).toEqual(["a", "b", "c", "d"]);
    expect((await listHolds(database)).filter(({ waits }) => waits).map(({ job }) => job)).toEqual(["bad"]);
  });

  test("is tried again, and told when it can be", async () => {
    await openIncident(database, await projectWithChannel(), { name: "bad" });
    await spoil("bad");
    await planNow(database);
    expect(await listPlanned(database)).toEqual([]);
    await database.pool.query("UPDATE alerts SET facts = $1", [JSON.stringify(ALARM_FACTS)]);
    await planNow(database);
    expect(await listPlanned(database)).toEqual([]);
    await offsetClock(database, 16 * SECOND);
    await planNow(database);
    expect((await listPlanned(database)).map(({ job }) => job)).toEqual(["bad"]);
  });
});

test("a storm of one machine is one message, and one recovery", { timeout: 300_000 }, async () => {
  const jobs = LONG ? 10_000 : 2_000;
  const project = await projectWithChannel();
  await openMany(project, jobs);
  await planNow(database);
  expect(await countMessages()).toEqual([{ event: "opened", messages: 1, deliveries: jobs }]);
  await resolveAll();
  await planNow(database);
  expect(await countMessages()).toEqual([
    { event: "opened", messages: 1, deliveries: jobs },
    { event: "resolved", messages: 1, deliveries: jobs },
  ]);
});

async function projectWithChannel(): Promise<TestProject> {
  const project = await makeProject(database);
  await makeChannel(database, project);
  return project;
}

/** No alert of ours says such a thing; the database refuses to read it. */
async function spoil(job: string): Promise<void> {
  await database.pool.query(
    `UPDATE alerts SET facts = facts || '{"host": null, "runNumber": "the first"}'
     WHERE job_id = (SELECT id FROM jobs WHERE name = $1)`,
    [job],
  );
}

async function openMany(project: TestProject, jobs: number): Promise<void> {
  await database.pool.query(
    `WITH job AS (
       INSERT INTO jobs (project_id, slug, name, schedule_kind, schedule_since)
       SELECT $1, 'job-' || n, 'Job ' || n, 'none', 'epoch' FROM generate_series(1, $2::int) AS n RETURNING id
     ), state AS (
       INSERT INTO job_state (job_id, memory, down) SELECT id, '{}', true FROM job
     ), incident AS (
       INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at)
       SELECT gen_random_uuid(), id, $1, 1, 'critical', 'missed', 'open', 1, belfry_now() FROM job RETURNING *
     )
     INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
     SELECT gen_random_uuid(), $1, job_id, id, 'opened', 'critical', 1, belfry_now(), belfry_now(), $3 FROM incident`,
    [project.id, jobs, JSON.stringify({ ...ALARM_FACTS, host: "db-03" })],
  );
}

async function resolveAll(): Promise<void> {
  await database.pool.query(
    `WITH ended AS (
       UPDATE incidents SET state = 'resolved', resolved_at = belfry_now(), resolve_reason = 'recovered' RETURNING *
     )
     INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
     SELECT gen_random_uuid(), project_id, job_id, id, 'resolved', severity, 2, belfry_now(), belfry_now(), $1 FROM ended`,
    [JSON.stringify({ ...ALARM_FACTS, host: "db-03", resolveReason: "recovered" })],
  );
}

async function countMessages(): Promise<{ event: string; messages: number; deliveries: number }[]> {
  const { rows } = await database.pool.query<{ event: string; messages: number; deliveries: number }>(
    `SELECT a.event, count(DISTINCT coalesce(d.lead_id, d.id)) AS messages, count(*) AS deliveries
     FROM deliveries d JOIN alerts a ON a.id = d.alert_id GROUP BY a.event ORDER BY a.event`,
  );
  return rows;
}
