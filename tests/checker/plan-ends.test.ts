import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import {
  listHolds,
  listPlanned,
  type OpenedIncident,
  openIncident,
  planNow,
  resolveIncident,
} from "../support/alerting.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { makeChannel, makeOnlyProject, type TestProject } from "../support/jobs.ts";
import { addPerson } from "../support/outbox.ts";

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  project = await makeOnlyProject(database);
});
afterAll(() => database.close());

describe("what somebody closed", () => {
  test.each(["paused", "edited"] as const)("as %s is told only where it would stay open for ever", async (reason) => {
    await addChannel("Hook");
    await addChannel("Pager", "pagerduty");
    const incident = await openIncident(database, project, { name: "backup" });
    await planNow(database);
    await resolveIncident(database, incident, reason);
    await planNow(database);
    expect(await ends()).toEqual(["backup to Pager"]);
  });

  test("says so where nobody hears of it", async () => {
    await addChannel("Hook");
    const incident = await openIncident(database, project, { name: "backup" });
    await planNow(database);
    await resolveIncident(database, incident, "paused");
    await planNow(database);
    expect((await listHolds(database)).at(-1)).toMatchObject({ event: "resolved", hold: "closed", waits: false });
  });

  test("as the last of an outage is told to who heard that a part of it recovered", async () => {
    await addChannel("Hook");
    const [a, b] = await openOutage("a", "b");
    if (a === undefined || b === undefined) return expect.unreachable();
    await resolveIncident(database, a);
    await after(5 * MINUTE + SECOND);
    expect(await ends()).toEqual(["a to Hook"]);
    await resolveIncident(database, b, "paused");
    await planNow(database);
    expect(await ends()).toEqual(["a to Hook", "b to Hook"]);
  });

  test("as the last of an outage of which nothing had recovered is told to nobody", async () => {
    await addChannel("Hook");
    const outage = await openOutage("a", "b");
    for (const incident of outage) await resolveIncident(database, incident, "paused");
    await planNow(database);
    expect(await ends()).toEqual([]);
  });

  test("while others of its outage are open is told to nobody either", async () => {
    await addChannel("Hook");
    const [a, b] = await openOutage("a", "b", "c");
    if (a === undefined || b === undefined) return expect.unreachable();
    await resolveIncident(database, a);
    await after(5 * MINUTE + SECOND);
    await resolveIncident(database, b, "paused");
    await after(11 * MINUTE);
    expect(await ends()).toEqual(["a to Hook"]);
  });
});

test("recoveries that go on one by one wait for the rest of their outage for a quarter of an hour at most", async () => {
  await addChannel("Hook");
  const outage = await openOutage("a", "b", "c", "d", "e", "f");
  for (const [index, incident] of outage.slice(0, 4).entries()) {
    await after(index * 4 * MINUTE);
    await resolveIncident(database, incident);
    await planNow(database);
  }
  expect(await ends()).toEqual([]);
  await after(15 * MINUTE + SECOND);
  expect(await ends()).toEqual(["a", "b", "c", "d"].map((name) => `${name} to Hook`));
});

describe("an alarm that was mailed as the project had no channel", () => {
  const OWNER = "owner@example.org";

  test("ends for those who got the mail, though there is a channel by now", async () => {
    await addPerson(database, OWNER, { owns: project });
    const incident = await openIncident(database, project, { name: "backup" });
    await planNow(database);
    await addChannel("Hook");
    await resolveIncident(database, incident);
    await planNow(database);
    expect(await ends()).toEqual([`backup to ${OWNER}`]);
  });

  test("ends in silence for those who have left the project", async () => {
    await addPerson(database, OWNER, { owns: project });
    const incident = await openIncident(database, project, { name: "backup" });
    await planNow(database);
    await addChannel("Hook");
    await database.pool.query("DELETE FROM members");
    await resolveIncident(database, incident);
    await planNow(database);
    expect(await ends()).toEqual([]);
  });
});

test("the end of an alarm that became a dead letter is told only where it may have been opened all the same", async () => {
  await addChannel("Hook");
  await addChannel("Pager", "pagerduty");
  const incident = await openIncident(database, project, { name: "backup" });
  await planNow(database);
  await database.pool.query("UPDATE deliveries SET state = 'dead'");
  await resolveIncident(database, incident);
  await planNow(database);
  expect(await ends()).toEqual(["backup to Pager"]);
});

async function addChannel(name: string, kind = "webhook"): Promise<void> {
  const id = await makeChannel(database, project);
  await database.pool.query("UPDATE channels SET kind = $2, name = $3 WHERE id = $1", [id, kind, name]);
}

async function openOutage(...names: string[]): Promise<OpenedIncident[]> {
  const opened: OpenedIncident[] = [];
  for (const name of names) opened.push(await openIncident(database, project, { name, host: "db-03" }));
  await planNow(database);
  return opened;
}

/** Plans so long after the beginning. */
async function after(ms: number): Promise<void> {
  await offsetClock(database, ms);
  await planNow(database);
}

/** Who is told of which end, in the order of writing. */
async function ends(): Promise<string[]> {
  const planned = await listPlanned(database);
  return planned.filter(({ event }) => event === "resolved").map(({ job, to }) => `${job} to ${to}`);
}
