import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { listUntoldAlarms } from "../../lib/store/incidents-untold.ts";
import { changeIncident, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeChannel, makeOnlyProject, type TestProject } from "../support/jobs.ts";

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  project = await makeOnlyProject(database);
});
afterAll(() => database.close());

async function openWindow(name: string): Promise<void> {
  await database.pool.query(
    `INSERT INTO windows (project_id, name, kind, starts_at, ends_at)
     VALUES ($1, $2, 'once', belfry_now() - interval '1 hour', belfry_now() + interval '1 hour')`,
    [project.id, name],
  );
}

test("an alarm that waits is listed with what it waits for, one that was told is not", async () => {
  await makeChannel(database, project);
  const told = await openIncident(database, project, { name: "told" });
  await planNow(database);
  await openWindow("Release <b>42</b>");
  const waiting = await openIncident(database, project, { name: "waiting" });
  await planNow(database);
  const found = await listUntoldAlarms(database.pool, [told.id, waiting.id]);
  expect([...found]).toEqual([
    [waiting.id, { hold: "window", holdDetail: "Release <b>42</b>", planAt: expect.any(Number) }],
  ]);
  expect(await listUntoldAlarms(database.pool, [told.id])).toEqual(new Map());
});

test("an alarm that no channel takes is listed, also when all is over", async () => {
  const incident = await openIncident(database, project);
  await planNow(database, { mailWorks: false });
  const untold = new Map([[incident.id, { hold: "nobody", holdDetail: null, planAt: null }]]);
  expect(await listUntoldAlarms(database.pool, [incident.id])).toEqual(untold);
  await resolveIncident(database, incident);
  await planNow(database, { mailWorks: false });
  expect(await listUntoldAlarms(database.pool, [incident.id])).toEqual(untold);
});

test("an alarm that waited is not listed any more once it was told", async () => {
  await makeChannel(database, project);
  await openWindow("Release");
  const incident = await openIncident(database, project);
  await planNow(database);
  await changeIncident(database, incident, "overlong");
  await planNow(database);
  expect((await listUntoldAlarms(database.pool, [incident.id])).get(incident.id)).toMatchObject({ hold: "window" });
  await database.pool.query("DELETE FROM windows");
  await database.pool.query("UPDATE alerts SET plan_at = belfry_now() WHERE plan_at IS NOT NULL");
  await planNow(database);
  expect(await listUntoldAlarms(database.pool, [incident.id])).toEqual(new Map());
});
