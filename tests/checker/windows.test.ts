import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { WindowScope, WindowTimes } from "../../lib/domain/alerting/window.ts";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { lockPlanning } from "../../lib/store/alerting.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { isTransient } from "../../lib/store/failures.ts";
import { deleteWindowRecord, insertWindowRecord, replanHeldAlerts } from "../../lib/store/windows.ts";
import { listHolds, listPlanned, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
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
  await makeChannel(database, project);
});
afterAll(() => database.close());

async function openWindow(
  ms: { from?: number; to: number },
  change: { name?: string; scope?: Partial<WindowScope>; enabled?: boolean; times?: WindowTimes } = {},
): Promise<string> {
  const { rows } = await database.pool.query<{ now: Date }>("SELECT belfry_now() AS now");
  const now = rows[0]?.now.getTime() ?? 0;
  const times: WindowTimes = { kind: "once", startsAt: now + (ms.from ?? -MINUTE), endsAt: now + ms.to };
  const { id } = await insertWindowRecord(database.pool, {
    ...{ projectId: project.id, name: "Maintenance", enabled: true, source: "person", createdBy: null, times },
    ...change,
    scope: { jobIds: [], tags: [], hosts: [], ...change.scope },
  });
  return id;
}

/** Of every alert in order: what it waits for, until when from now, and the window's name. */
async function listWaits(): Promise<unknown[]> {
  const { rows } = await database.pool.query<{ event: string; hold: string; detail: string; minutes: number | null }>(
    `SELECT event, hold, hold_detail AS detail, round(extract(epoch FROM plan_at - belfry_now()) / 60)::int4 AS minutes
     FROM alerts ORDER BY created_at, sequence`,
  );
  return rows.map(({ event, hold, detail, minutes }) => [event, hold, detail, minutes]);
}

/** An alarm waits for the end of a window, is acknowledged meanwhile, and its incident ends after that. */
async function endAcknowledged(): Promise<void> {
  await openWindow({ to: HOUR });
  const incident = await openIncident(database, project);
  await planNow(database);
  await database.pool.query("UPDATE incidents SET acknowledged_at = belfry_now()");
  await offsetClock(database, HOUR + SECOND);
  await planNow(database);
  await resolveIncident(database, incident);
  await planNow(database);
}

describe("an alarm inside a window", () => {
  test("waits until its end, and is told then because the job is still in trouble", async () => {
    await openWindow({ to: HOUR });
    await openIncident(database, project);
    await planNow(database);
    expect(await listWaits()).toEqual([["opened", "window", "Maintenance", 60]]);
    expect(await listPlanned(database)).toEqual([]);
    await offsetClock(database, HOUR + SECOND);
    await planNow(database);
    expect((await listPlanned(database)).map(({ event }) => event)).toEqual(["opened"]);
  });

  test("is never told where the job came right inside it, and says which window it was", async () => {
    await openWindow({ to: HOUR });
    const incident = await openIncident(database, project);
    await planNow(database);
    await resolveIncident(database, incident);
    await planNow(database);
    await offsetClock(database, HOUR + SECOND);
    await planNow(database);
    expect(await listPlanned(database)).toEqual([]);
    expect(await listWaits()).toEqual([
      ["opened", "window", "Maintenance", null],
      ["resolved", "window", "Maintenance", null],
    ]);
  });

  test("is never told where the job comes right as the window ends", async () => {
    await openWindow({ to: HOUR });
    const incident = await openIncident(database, project);
    await planNow(database);
    await offsetClock(database, HOUR + SECOND);
    await resolveIncident(database, incident);
    await planNow(database);
    expect(await listPlanned(database)).toEqual([]);
    expect(await listWaits()).toEqual([
      ["opened", "window", "Maintenance", null],
      ["resolved", "window", "Maintenance", null],
    ]);
  });

  test("is told to nobody where somebody has acknowledged the incident meanwhile, nor is its end", async () => {
    await endAcknowledged();
    expect(await listPlanned(database)).toEqual([]);
    expect(await listWaits()).toEqual([
      ["opened", "acknowledged", null, null],
      ["resolved", "passed", null, null],
    ]);
  });

  test("is told to who keeps incidents open, with its end, though somebody has acknowledged it meanwhile", async () => {
    const pager = await makeChannel(database, project);
    await database.pool.query("UPDATE channels SET kind = 'pagerduty', name = 'Pager' WHERE id = $1", [pager]);
    await endAcknowledged();
    expect((await listPlanned(database)).map(({ event, to }) => `${event} ${to}`)).toEqual([
      "opened Pager",
      "resolved Pager",
    ]);
  });

  test("waits for the end of the windows that follow without a gap", async () => {
    await openWindow({ to: HOUR });
    await openWindow({ from: HOUR - MINUTE, to: 3 * HOUR }, { name: "Night" });
    await openIncident(database, project);
    await planNow(database);
    expect(await listWaits()).toEqual([["opened", "window", "Maintenance", 180]]);
  });

  test("is told at once where the window is for others, or is switched off", async () => {
    await openWindow({ to: HOUR }, { scope: { tags: ["web"] } });
    await openWindow({ to: HOUR }, { enabled: false });
    await openIncident(database, project, { tags: ["db"] });
    await planNow(database);
    expect((await listPlanned(database)).length).toBe(1);
  });

  test("is found by the job's tag and by its host", async () => {
    await openWindow({ to: HOUR }, { scope: { tags: ["db"] } });
    await openWindow({ to: HOUR }, { scope: { hosts: ["WEB-1"] } });
    await openIncident(database, project, { name: "a", tags: ["db"] });
    await openIncident(database, project, { name: "b", host: "web-1" });
    await openIncident(database, project, { name: "c", host: "web-2" });
    await planNow(database);
    expect((await listPlanned(database)).map(({ job }) => job)).toEqual(["c"]);
  });

  test("is told as soon as the window is taken away", async () => {
    const id = await openWindow({ to: HOUR });
    await openIncident(database, project);
    await planNow(database);
    await deleteWindowRecord(database.pool, id);
    await inTransaction(database.pool, (client) => replanHeldAlerts(client, project.id));
    await planNow(database);
    expect((await listPlanned(database)).length).toBe(1);
  });

  test("is looked at again also where it is held back at the moment at which the window is taken away", async () => {
    const { pool } = database;
    const window = await openWindow({ to: HOUR });
    await openIncident(database, project);
    const replanning: Promise<void>[] = [];
    await inTransaction(pool, async (planner) => {
      await lockPlanning(planner, project.id);
      await deleteWindowRecord(pool, window);
      replanning.push(inTransaction(pool, (client) => replanHeldAlerts(client, project.id)));
      await eventually(async () => {
        const { rows } = await pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
        expect(rows).toHaveLength(1);
      }, 20_000);
      await planner.query("UPDATE alerts SET hold = 'window', plan_at = belfry_now() + interval '1 hour'");
    });
    await Promise.all(replanning);
    await planNow(database);
    expect((await listPlanned(database)).map(({ event }) => event)).toEqual(["opened"]);
  });

  test("is not held back by whoever began to plan before the window was taken away", async () => {
    const window = await openWindow({ to: HOUR });
    await openIncident(database, project);
    const planning = inTransaction(database.pool, async (planner) => {
      await planner.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT FROM windows");
      await deleteWindowRecord(database.pool, window);
      await inTransaction(database.pool, (client) => replanHeldAlerts(client, project.id));
      await planner.query("UPDATE alerts SET hold = 'window', plan_at = belfry_now() + interval '1 hour'");
    });
    expect(isTransient(await planning.catch((error: unknown) => error))).toBe(true);
  });

  test("of several jobs of a machine is one message at its end", async () => {
    await openWindow({ to: HOUR });
    for (const name of ["a", "b", "c"]) await openIncident(database, project, { name, host: "db-03" });
    await planNow(database);
    await offsetClock(database, HOUR + SECOND);
    await planNow(database);
    const planned = await listPlanned(database);
    expect(planned.map(({ leadId }) => leadId === null)).toEqual([true, false, false]);
  });
});

test("what is held as before is not written again", async () => {
  await openWindow({ to: HOUR });
  await openIncident(database, project);
  await planNow(database);
  const places = () =>
    database.pool.query("SELECT ctid::text AS place, plan_at AS until FROM alerts WHERE event = 'opened'");
  const { rows: before } = await places();
  await database.pool.query(
    `INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
     SELECT gen_random_uuid(), project_id, job_id, incident_id, 'changed', severity, 2, belfry_now(), belfry_now(), facts FROM alerts`,
  );
  await planNow(database);
  expect((await listWaits()).length).toBe(2);
  expect((await places()).rows).toEqual(before);
});

describe("an incident that was told before a window", () => {
  test("is told as resolved inside it", async () => {
    const incident = await openIncident(database, project);
    await planNow(database);
    await openWindow({ to: HOUR });
    await resolveIncident(database, incident);
    await planNow(database);
    expect((await listPlanned(database)).map(({ event }) => event)).toEqual(["opened", "resolved"]);
  });

  test("has one reminder at its end, however many came due inside", async () => {
    await openIncident(database, project);
    await planNow(database);
    await openWindow({ to: 24 * HOUR });
    for (const hours of [4.1, 12.2, 24.5]) {
      await offsetClock(database, hours * HOUR);
      await planNow(database);
    }
    expect((await listPlanned(database)).map(({ event }) => event)).toEqual(["opened", "reminder"]);
    expect((await listHolds(database)).map(({ event, hold, waits }) => [event, hold, waits])).toEqual([
      ["opened", null, false],
      ["reminder", "window", false],
      ["reminder", null, false],
    ]);
  });

  test("has no reminder where it was resolved inside", async () => {
    const incident = await openIncident(database, project);
    await planNow(database);
    await openWindow({ to: 6 * HOUR });
    await offsetClock(database, 4.1 * HOUR);
    await planNow(database);
    await resolveIncident(database, incident);
    await offsetClock(database, 7 * HOUR);
    await planNow(database);
    expect((await listPlanned(database)).map(({ event }) => event)).toEqual(["opened", "resolved"]);
  });
});

test("a weekly window and a holiday hold alarms as one that comes once does", async () => {
  const days = [1, 2, 3, 4, 5, 6, 7];
  const hours = { timeZone: "UTC", days, from: "00:00", to: "00:00" };
  const weekly = await openWindow({ to: 0 }, { name: "Weekly", times: { kind: "weekly", hours, outside: false } });
  await openIncident(database, project, { name: "a" });
  await planNow(database);
  await deleteWindowRecord(database.pool, weekly);
  const holiday = {
    ...{ name: "Always", length: 24 * HOUR, timeZone: null, except: [] },
    ...{ start: Math.floor((Date.now() - HOUR) / (24 * HOUR)) * 24 * HOUR, yearly: null },
  };
  const next = { ...holiday, start: holiday.start + 24 * HOUR };
  const times: WindowTimes = { kind: "holidays", timeZone: "UTC", holidays: [holiday, next] };
  await openWindow({ to: 0 }, { name: "Holidays", times });
  await openIncident(database, project, { name: "b" });
  await planNow(database);
  expect((await listWaits()).map((wait) => JSON.stringify(wait))).toEqual([
    expect.stringContaining('["opened","window","Weekly"'),
    expect.stringContaining('["opened","window","Holidays"'),
  ]);
});
