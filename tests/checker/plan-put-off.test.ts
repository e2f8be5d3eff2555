import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { passLeadOn } from "../../lib/store/deliveries-leads.ts";
import { listPlanned, type OpenedIncident, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeChannel, makeOnlyProject, type TestProject } from "../support/jobs.ts";

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  project = await makeOnlyProject(database);
  const channelId = await makeChannel(database, project);
  const clock = (at: number) => new Date(at).toISOString().slice(11, 16);
  const hours = { from: clock(Date.now() - HOUR), to: clock(Date.now() + 2 * HOUR) };
  const quietHours = { timeZone: "UTC", days: [1, 2, 3, 4, 5, 6, 7], ...hours };
  await database.pool.query("UPDATE channels SET rules = $2 WHERE id = $1", [channelId, { quietHours }]);
});
afterAll(() => database.close());

describe("while a channel is quiet", () => {
  test("what joins an outage later leaves with its first message", async () => {
    await open("a", "b");
    await later(5 * MINUTE);
    await open("c");
    expect(await messages()).toEqual([["a opened", "b opened", "c opened"]]);
  });

  test("the first alarm of what becomes an outage leaves with the others", async () => {
    await open("a");
    await open("b", "c");
    expect(await messages()).toEqual([["a opened", "b opened", "c opened"]]);
  });

  test("a job that recovers and fails again is told of in order, in messages that do not wait for each other", async () => {
    const [a] = await open("a", "b");
    await resolve(a);
    await later(10 * MINUTE);
    await database.pool.query(REOPEN, [a?.jobId]);
    await planNow(database);
    expect(await messages()).toEqual([["a opened", "b opened"], ["a resolved"], ["a opened"]]);
  });

  test("what joins an outage while its message is dropped leaves with what is left of that", async () => {
    await open("a", "b");
    const [a] = await listPlanned(database);
    await later(5 * MINUTE);
    const { pool } = database;
    let planning: Promise<unknown> = Promise.resolve();
    await inTransaction(pool, async (client) => {
      await client.query("UPDATE deliveries SET state = 'dropped' WHERE id = $1", [a?.id]);
      await passLeadOn(client, [a?.id ?? ""]);
      planning = open("c");
      const waits = eventually(async () => {
        const { rowCount } = await pool.query(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        expect(rowCount).toBe(1);
      }, 20_000);
      await Promise.race([waits, planning]);
    });
    await planning;
    await planNow(database);
    expect(await messages()).toEqual([["a opened"], ["b opened", "c opened"]]);
  });

  test("other machines have messages of their own", async () => {
    await open("a", "b");
    for (const name of ["x", "y"]) await openIncident(database, project, { name, host: "web-1", cause: "missed" });
    await planNow(database);
    expect(await messages()).toEqual([
      ["a opened", "b opened"],
      ["x opened", "y opened"],
    ]);
  });
});

/** The same job is in trouble again. */
const REOPEN = `WITH incident AS (
    INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at, outage_id)
    SELECT gen_random_uuid(), job_id, project_id, 2, severity, cause, 'open', 1, belfry_now(), outage_id
    FROM incidents WHERE job_id = $1 RETURNING *
  )
  INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
  SELECT gen_random_uuid(), i.project_id, i.job_id, i.id, 'opened', i.severity, 1, belfry_now(), belfry_now(), a.facts
  FROM incident i JOIN alerts a ON a.job_id = i.job_id AND a.event = 'opened'`;

async function open(...names: string[]): Promise<OpenedIncident[]> {
  const opened: OpenedIncident[] = [];
  for (const name of names) {
    opened.push(await openIncident(database, project, { name, host: "db-03", cause: "missed" }));
  }
  await planNow(database);
  return opened;
}

async function resolve(incident: OpenedIncident | undefined): Promise<void> {
  if (incident !== undefined) await resolveIncident(database, incident);
  await planNow(database);
}

async function later(ms: number): Promise<void> {
  await offsetClock(database, ms);
  await planNow(database);
}

/** What each message tells, in the order of writing. */
async function messages(): Promise<string[][]> {
  const byLead = new Map<string, string[]>();
  for (const { id, leadId, job, event } of await listPlanned(database)) {
    const lead = leadId ?? id;
    byLead.set(lead, [...(byLead.get(lead) ?? []), `${job} ${event}`]);
  }
  return [...byLead.values()];
}
