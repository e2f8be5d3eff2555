import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inTransaction } from "../../lib/store/client.ts";
import { replayDelivery } from "../../lib/store/deliveries-replay.ts";
import { deleteJobRecord } from "../../lib/store/jobs-deletion.ts";
import { findPingedJobs } from "../../lib/store/keys.ts";
import { pruneRows } from "../../lib/store/retention.ts";
import { listHolds, listPlanned, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeChannel, makeJob, makeOnlyProject, type TestProject } from "../support/jobs.ts";

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

const remove = (jobId: string) => inTransaction(database.pool, (client) => deleteJobRecord(client, jobId));
const prune = () => pruneRows(database.pool, new AbortController().signal);
const planned = async () => (await listPlanned(database)).map(({ event }) => event);

/** Whatever is in the outbox has left. */
async function send(): Promise<void> {
  await database.pool.query("UPDATE deliveries SET state = 'sent', attempts = 1");
}

/** How many rows of the job there are. */
async function left(jobId: string): Promise<Record<string, number>> {
  const { rows } = await database.pool.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM jobs WHERE id = $1) AS jobs, (SELECT count(*) FROM job_state WHERE job_id = $1) AS states,
       (SELECT count(*) FROM runs WHERE job_id = $1) AS runs, (SELECT count(*) FROM incidents WHERE job_id = $1) AS incidents,
       (SELECT count(*) FROM alerts WHERE job_id = $1) AS alerts, (SELECT count(*) FROM deliveries WHERE job_id = $1) AS deliveries`,
    [jobId],
  );
  return rows[0] ?? {};
}

const NOTHING = { jobs: 0, states: 0, runs: 0, incidents: 0, alerts: 0, deliveries: 0 };

describe("an incident of which nobody has heard, when its job is deleted", () => {
  test.each([
    ["waits to be planned", async () => undefined],
    ["waits in the outbox", async () => planNow(database)],
    [
      "waits for a window",
      async () => {
        await database.pool.query(
          `INSERT INTO windows (project_id, name, kind, source, starts_at, ends_at)
           VALUES ($1, 'Move', 'once', 'person', belfry_now() - interval '1 hour', belfry_now() + interval '1 hour')`,
          [project.id],
        );
        await planNow(database);
        expect(await listHolds(database)).toMatchObject([{ hold: "window", waits: true }]);
      },
    ],
  ])("and which %s goes with it at once", async (_what, wait) => {
    const incident = await openIncident(database, project);
    await wait();
    await remove(incident.jobId);
    expect(await left(incident.jobId)).toEqual(NOTHING);
    await planNow(database);
    expect(await planned()).toEqual([]);
  });
});

describe("a deleted job", () => {
  async function removeTold(): Promise<string> {
    const incident = await openIncident(database, project, { name: "backup", tags: ["db"] });
    await planNow(database);
    await send();
    await remove(incident.jobId);
    return incident.jobId;
  }

  test("is nobody's and unknown to pings at once, and its name is free", async () => {
    const jobId = await removeTold();
    expect(await left(jobId)).toMatchObject({ jobs: 1, states: 0, runs: 0, incidents: 1 });
    expect(await findPingedJobs(database.pool, [{ jobId }])).toMatchObject([{ jobId: null, projectId: null }]);
    await makeJob(database, project, { slug: "backup" });
    await remove(jobId);
    expect(await left(jobId)).toMatchObject({ jobs: 1, incidents: 1 });
  });

  test("leaves nothing behind once its end was told", async () => {
    const jobId = await removeTold();
    expect(await prune()).toEqual({});
    await planNow(database);
    expect(await prune()).toEqual({});
    await send();
    expect(await prune()).toEqual({ jobs: 1 });
    expect(await left(jobId)).toEqual(NOTHING);
  });

  test("stays as long as its end is a dead letter, which can be sent again", async () => {
    const jobId = await removeTold();
    await planNow(database);
    const { rows } = await database.pool.query<{ id: string }>(
      "UPDATE deliveries d SET state = 'dead' FROM alerts a WHERE a.id = d.alert_id AND a.event = 'resolved' RETURNING d.id",
    );
    expect(await prune()).toEqual({});
    const asked = { deliveryId: rows[0]?.id ?? "", keepers: new Set<string>() };
    expect((await replayDelivery(database.pool, asked)).replayed).toEqual([asked.deliveryId]);
    expect(await left(jobId)).toMatchObject({ jobs: 1, deliveries: 2 });
  });

  test("takes what is over with it, but for an end that still waits", async () => {
    const over = await openIncident(database, project, { name: "over" });
    const waits = await openIncident(database, project, { name: "waits" });
    await planNow(database);
    await send();
    for (const incident of [over, waits]) await resolveIncident(database, incident);
    await planNow(database);
    await database.pool.query("UPDATE deliveries SET state = 'sent', attempts = 1 WHERE incident_id = $1", [over.id]);
    for (const { jobId } of [over, waits]) await remove(jobId);
    expect(await left(over.jobId)).toEqual(NOTHING);
    await planNow(database);
    const states = (await listPlanned(database)).map(({ job, event, state }) => `${job} ${event} ${state}`);
    expect(states).toEqual(["waits opened sent", "waits resolved pending"]);
  });

  test("goes though its state cannot be read, and its end is told", async () => {
    const incident = await openIncident(database, project);
    await planNow(database);
    await send();
    await database.pool.query("UPDATE job_state SET memory = '{}'");
    await remove(incident.jobId);
    await planNow(database);
    expect(await planned()).toEqual(["opened", "resolved"]);
  });
});
