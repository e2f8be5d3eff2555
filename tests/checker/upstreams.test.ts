import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { replaceUpstreams } from "../../lib/store/jobs-upstreams.ts";
import { listHolds, listPlanned, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { makeChannel, makeOnlyProject, type TestProject } from "../support/jobs.ts";

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  project = await makeOnlyProject(database);
  await makeChannel(database, project);
});
afterAll(() => database.close());

async function openBoth() {
  const backup = await openIncident(database, project, { name: "backup", host: "db-01" });
  const report = await openIncident(database, project, { name: "report", host: "web-01" });
  await replaceUpstreams(database.pool, report.jobId, [backup.jobId]);
  await planNow(database);
  return { backup, report };
}

const told = async () => (await listPlanned(database)).map(({ job, event }) => `${job} ${event}`);

test("nobody hears of a job whose upstream is down, nor of its end where it ends with that", async () => {
  const { backup, report } = await openBoth();
  expect(await told()).toEqual(["backup opened"]);
  expect(await listHolds(database)).toContainEqual({ job: "report", event: "opened", hold: "upstream", waits: true });
  await resolveIncident(database, backup);
  await resolveIncident(database, report);
  await offsetClock(database, 16 * SECOND);
  await planNow(database);
  expect(await told()).toEqual(["backup opened", "backup resolved"]);
  expect((await listHolds(database)).filter(({ waits }) => waits)).toEqual([]);
});

test("a job that waits for its upstream is looked at again as soon as that is up", async () => {
  const { backup } = await openBoth();
  const wait = async () => {
    const { rows } = await database.pool.query<{ ms: number }>(
      `SELECT extract(epoch FROM a.plan_at - belfry_now())::float8 * 1000 AS ms FROM alerts a
       JOIN jobs j ON j.id = a.job_id WHERE j.slug = 'report'`,
    );
    return rows[0]?.ms ?? -Infinity;
  };
  expect(await wait()).toBeGreaterThan(MINUTE);
  await offsetClock(database, 20 * SECOND);
  await resolveIncident(database, backup);
  await planNow(database);
  expect(await wait()).toBeLessThanOrEqual(0);
  await planNow(database);
  expect(await wait()).toBeGreaterThan(4 * MINUTE);
  await planNow(database);
  expect(await wait()).toBeGreaterThan(4 * MINUTE);
});

test("a job that is still in trouble five minutes after its upstream is up is told", async () => {
  const { backup } = await openBoth();
  await resolveIncident(database, backup);
  await offsetClock(database, 16 * SECOND);
  await planNow(database);
  expect(await told()).toEqual(["backup opened", "backup resolved"]);
  await offsetClock(database, 5 * MINUTE + SECOND);
  await planNow(database);
  expect(await told()).toEqual(["backup opened", "backup resolved", "report opened"]);
});
