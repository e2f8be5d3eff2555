import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { shareChannel, unshareChannel } from "../../lib/store/channel-sharing.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { loadDeliveryContexts } from "../../lib/store/deliveries-context.ts";
import { type OpenedIncident, listPlanned, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeChannel, makeProject, type TestProject } from "../support/jobs.ts";
import { addPerson } from "../support/outbox.ts";

let database: TestDatabase;
let home: TestProject;
let other: TestProject;
let channelId: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

beforeEach(async () => {
  await database.pool.query("TRUNCATE projects, users, alerts CASCADE");
  [home, other] = [await makeProject(database), await makeProject(database)];
  channelId = await makeChannel(database, home);
  await addPerson(database, "owner@example.org", { owns: other });
});

/** What is told over which channel or to whom, in the order of writing. */
async function told(): Promise<string[]> {
  return (await listPlanned(database)).map(({ job, event, to }) => `${job} ${event} ${to}`);
}

test("a channel tells the alerts of a project that it serves, in place of mail, by its own rules", async () => {
  await openIncident(database, other, { name: "before" });
  await planNow(database);
  await shareChannel(database.pool, channelId, [other.id]);
  await database.pool.query("UPDATE channels SET rules = $1", [JSON.stringify({ tags: ["db"] })]);
  await openIncident(database, other, { name: "untagged" });
  await openIncident(database, other, { name: "tagged", tags: ["db"] });
  await planNow(database);
  expect(await told()).toEqual(["before opened owner@example.org", "tagged opened Hook"]);
});

test("incidents of two projects that happen on one machine are never one message", async () => {
  await shareChannel(database.pool, channelId, [other.id]);
  for (const project of [home, other]) {
    for (const name of ["a", "b"]) await openIncident(database, project, { name, host: "db-03" });
  }
  await planNow(database);
  const { rows } = await database.pool.query(
    `SELECT count(*)::int4 AS alerts, count(*) FILTER (WHERE d.lead_id IS NULL)::int4 AS leads,
       count(DISTINCT a.project_id)::int4 AS projects
     FROM deliveries d JOIN alerts a ON a.id = d.alert_id GROUP BY coalesce(d.lead_id, d.id)`,
  );
  const message = { alerts: 2, leads: 1, projects: 1 };
  expect(rows).toEqual([message, message]);
});

test("a job with a list of its own tells over a shared channel only if that stands in it", async () => {
  await shareChannel(database.pool, channelId, [other.id]);
  await makeChannel(database, other);
  const chosen = await openIncident(database, other, { name: "chosen" });
  const left = await openIncident(database, other, { name: "left" });
  await database.pool.query("UPDATE jobs SET all_channels = false");
  await database.pool.query("INSERT INTO job_channels (job_id, channel_id) VALUES ($1, $2)", [chosen.jobId, channelId]);
  await planNow(database);
  const { rows } = await database.pool.query("SELECT job_id AS job, channel_id AS channel FROM deliveries");
  expect(rows).toEqual([{ job: chosen.jobId, channel: channelId }]);
  expect(rows).not.toContainEqual(expect.objectContaining({ job: left.jobId }));
});

test("a channel that serves a project no more tells nothing of it, neither what waits nor what is sent again", async () => {
  await shareChannel(database.pool, channelId, [other.id]);
  const theirs = await openIncident(database, other, { name: "theirs" });
  const ours: OpenedIncident = await openIncident(database, home, { name: "ours" });
  await planNow(database);
  await unshareChannel(database.pool, channelId, [other.id]);
  for (const incident of [theirs, ours]) await resolveIncident(database, incident);
  await planNow(database);
  expect(await told()).toEqual(
    expect.arrayContaining(["theirs opened Hook", "ours opened Hook", "ours resolved Hook"]),
  );
  expect((await told()).filter((line) => line === "theirs resolved Hook")).toEqual([]);
  const planned = await listPlanned(database);
  const contexts = await loadDeliveryContexts(
    database.pool,
    planned.map(({ id }) => id),
    "https://belfry.example.org",
  );
  const serves = planned.map(({ job, id, to }) => [job, to, contexts.get(id)?.channel?.serves]);
  expect(serves).toEqual(
    expect.arrayContaining([
      ["theirs", "Hook", false],
      ["ours", "Hook", true],
    ]),
  );
  expect(planned.find(({ job }) => job === "theirs")?.state).toBe("dropped");
});

test("what was planned to leave with what is dropped just now leads itself, so that it is asked about", async () => {
  await shareChannel(database.pool, channelId, [other.id]);
  for (const name of ["a", "b"]) await openIncident(database, other, { name, host: "db-03" });
  await planNow(database);
  const [lead, late] = await listPlanned(database);
  await database.pool.query("UPDATE deliveries SET state = 'sent' WHERE id = $1", [late?.id]);
  let stopping: Promise<void> = Promise.resolve();
  await inTransaction(database.pool, async (client) => {
    await client.query("SELECT FROM deliveries WHERE id = $1 FOR NO KEY UPDATE", [lead?.id]);
    await client.query("UPDATE deliveries SET state = 'pending' WHERE id = $1", [late?.id]);
    stopping = inTransaction(database.pool, (their) => unshareChannel(their, channelId, [other.id]));
    await eventually(async () => {
      const { rowCount } = await database.pool.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      expect(rowCount).toBe(1);
    }, 20_000);
  });
  await stopping;
  expect((await listPlanned(database)).map(({ state, leadId }) => [state, leadId])).toEqual([
    ["dropped", null],
    ["pending", null],
  ]);
});
