import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { replayChannelDeliveries, replayDelivery } from "../../lib/store/deliveries-replay.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import type { TestProject } from "../support/jobs.ts";
import { addAlert, addIncident, addProject, addRecovery, listStored, type TestIncident } from "../support/outbox.ts";

const NO_KEEPERS: ReadonlySet<string> = new Set();
const OVER = expect.stringMatching(/^Over since \d{4}-\d\d-\d\d \d\d:\d\d UTC; not sent again\.$/);

let database: TestDatabase;
let project: TestProject;
let channelId: string;
let incident: TestIncident;
let alarm: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.pool.query("TRUNCATE projects, users, alerts CASCADE");
  const made = await addProject(database, [{ url: "https://example.org/hook" }]);
  project = made.project;
  [channelId = ""] = made.channelIds;
  incident = await addIncident(database, project);
  [alarm = ""] = await addAlert(database, incident, "opened", [channelId]);
});

async function bury(...ids: string[]): Promise<void> {
  await database.pool.query(
    "UPDATE deliveries SET state = 'dead', attempts = 9, last_error = '410 gone' WHERE id = ANY ($1)",
    [ids],
  );
}

const recover = async () => (await addRecovery(database, incident, [channelId]))[0] ?? "";

function replayAll(keepers = NO_KEEPERS) {
  return replayChannelDeliveries(database.pool, { channelId, projectId: project.id, keepers });
}

const states = async () => (await listStored(database)).map(({ state, lastError }) => [state, lastError]);

describe("of an incident that is over", () => {
  test("neither alarm nor recovery is sent as if it were new", async () => {
    const recovery = await recover();
    await bury(alarm, recovery);
    const { replayed, closed } = await replayAll();
    expect([replayed, closed.toSorted()]).toEqual([[], [alarm, recovery].toSorted()]);
    expect(await states()).toEqual([
      ["dropped", OVER],
      ["dropped", OVER],
    ]);
    expect(await replayAll()).toEqual({ replayed: [], closed: [] });
  });

  test("the recovery is sent where its alarm has arrived", async () => {
    const recovery = await recover();
    await database.pool.query("UPDATE deliveries SET state = 'sent' WHERE id = $1", [alarm]);
    await bury(recovery);
    expect(await replayAll()).toEqual({ replayed: [recovery], closed: [] });
  });

  test("both are sent to whoever keeps incidents open until it is told of their end", async () => {
    const recovery = await recover();
    await bury(alarm, recovery);
    const { replayed, closed } = await replayAll(new Set(["webhook"]));
    expect([replayed.toSorted(), closed]).toEqual([[alarm, recovery].toSorted(), []]);
  });

  test("a letter that is asked for by itself is closed as well", async () => {
    await recover();
    await bury(alarm);
    const asked = { deliveryId: alarm, keepers: NO_KEEPERS };
    expect(await replayDelivery(database.pool, asked)).toEqual({ replayed: [], closed: [alarm] });
  });
});

test("the alarm of an incident that is open is sent again", async () => {
  await bury(alarm);
  expect(await replayAll()).toEqual({ replayed: [alarm], closed: [] });
  expect((await listStored(database)).map(({ state, attempts }) => [state, attempts])).toEqual([["pending", 0]]);
});

test("what is about no incident is sent again", async () => {
  await bury(alarm);
  await database.pool.query("UPDATE alerts SET event = 'report', incident_id = NULL, job_id = NULL");
  await database.pool.query("UPDATE deliveries SET incident_id = NULL, job_id = NULL");
  expect(await replayAll()).toEqual({ replayed: [alarm], closed: [] });
});

test("of a message of several what is open leaves, led by the first of it, and the rest is closed", async () => {
  const ids = [alarm];
  for (const slug of ["b", "c"]) {
    const [id = ""] = await addAlert(database, await addIncident(database, project, slug), "opened", [channelId]);
    ids.push(id);
  }
  const [, second = "", third = ""] = ids;
  await recover();
  await database.pool.query("UPDATE deliveries SET lead_id = $1 WHERE id = ANY ($2)", [alarm, [second, third]]);
  await bury(...ids);
  const { replayed, closed } = await replayDelivery(database.pool, { deliveryId: third, keepers: NO_KEEPERS });
  expect([replayed.toSorted(), closed]).toEqual([[second, third].toSorted(), [alarm]]);
  const { rows } = await database.pool.query(
    "SELECT id, lead_id FROM deliveries WHERE id = ANY ($1) ORDER BY ordinal",
    [ids],
  );
  expect(rows).toEqual([
    { id: alarm, lead_id: null },
    { id: second, lead_id: null },
    { id: third, lead_id: second },
  ]);
});
