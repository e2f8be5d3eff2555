import { beforeEach, afterEach, describe, expect, test } from "vitest";
import type { IncidentAction } from "../../lib/domain/incident-care.ts";
import { DAY, HOUR, MINUTE } from "../../lib/domain/time.ts";
import { actOnIncidents } from "../../lib/services/incident-actions.ts";
import { parseNote, parseSnooze } from "../../lib/services/incident-input.ts";
import { getIncident, listIncidents } from "../../lib/services/incidents.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { loadDeliveryContexts } from "../../lib/store/deliveries-context.ts";
import { lockIncidents } from "../../lib/store/incident-actions.ts";
import {
  listHolds,
  listPlanned,
  openIncident,
  type OpenedIncident,
  planNow,
  resolveIncident,
} from "../support/alerting.ts";
import { offsetClock } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeChannel } from "../support/jobs.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let incident: OpenedIncident;

beforeEach(async () => {
  world = await openWorld();
  await makeChannel(world.database, world.project);
  incident = await openIncident(world.database, world.project, { name: "backup" });
  await planNow(world.database);
});
afterEach(() => world.database.close());

const act = (action: IncidentAction, ctx = world.owner) => actOnIncidents(ctx, { incidentIds: [incident.id], action });
const page = () => getIncident(world.owner, { incidentId: incident.id });

/** Lets time pass, and plans what is due then. */
async function pass(ms: number): Promise<void> {
  await offsetClock(world.database, ms);
  await world.services.clock.refresh();
  await planNow(world.database);
}

const events = async () => (await listPlanned(world.database)).map(({ event }) => event);

describe("what people do about an incident", () => {
  test("stands in its timeline with who and when", async () => {
    await act({ kind: "acknowledge" });
    await act({ kind: "snooze", until: world.services.clock.now() + HOUR });
    await act({ kind: "mute" }, world.system);
    await act(parseNote("  The disk is full.\nKim orders a new one. "));
    const { timeline, acknowledgedBy } = await page();
    expect(acknowledgedBy).toBe("owner");
    expect(timeline.map(({ kind, by, note }) => [kind, by, note])).toEqual([
      ["acknowledged", "owner", null],
      ["snoozed", "owner", null],
      ["muted", "the command line", null],
      ["note", "owner", "The disk is full.\nKim orders a new one."],
    ]);
  });

  test("counts once", async () => {
    expect(await act({ kind: "acknowledge" })).toEqual({ changed: 1, asked: 1 });
    expect(await act({ kind: "acknowledge" })).toEqual({ changed: 0, asked: 1 });
    expect((await page()).timeline).toHaveLength(1);
  });

  test("is refused for what is over, but for notes", async () => {
    await resolveIncident(world.database, incident);
    await expect(act({ kind: "mute" })).rejects.toMatchObject({ code: "conflict" });
    expect(await act(parseNote("It was the disk."))).toEqual({ changed: 1, asked: 1 });
  });

  test("is refused whole where one of several belongs to somebody else", async () => {
    const { rows } = await world.database.pool.query<{ id: string }>(
      "SELECT id FROM projects WHERE name = 'Elsewhere'",
    );
    const elsewhere = { ...world.project, id: rows[0]?.id ?? "" };
    const other = await openIncident(world.database, elsewhere, { name: "other" });
    const both = { incidentIds: [incident.id, other.id], action: { kind: "acknowledge" } } as const;
    await expect(actOnIncidents(world.owner, both)).rejects.toMatchObject({ code: "not-found" });
    expect((await page()).acknowledgedAt).toBeNull();
  });
});

describe("reminders", () => {
  test("come after four hours, and a day later where somebody looks after it", async () => {
    await act({ kind: "acknowledge" });
    await pass(5 * HOUR);
    expect(await events()).toEqual(["opened"]);
    await pass(DAY + MINUTE);
    expect(await events()).toEqual(["opened", "reminder"]);
    await pass(DAY + 23 * HOUR);
    expect(await events()).toEqual(["opened", "reminder"]);
    await pass(2 * DAY + 2 * MINUTE);
    expect(await events()).toEqual(["opened", "reminder", "reminder"]);
  });

  test("come when a snooze ends, and not before", async () => {
    await act(parseSnooze({ for: "6h" }, world.services.clock.now()));
    await pass(5 * HOUR);
    expect(await events()).toEqual(["opened"]);
    await pass(6 * HOUR + MINUTE);
    expect(await events()).toEqual(["opened", "reminder"]);
    expect((await page()).snoozedUntil).toBeNull();
  });

  test("come at once when a snooze is ended early, and the next one after the usual time", async () => {
    await act(parseSnooze({ for: "6h" }, world.services.clock.now()));
    await pass(HOUR);
    await act({ kind: "unsnooze" });
    await planNow(world.database);
    expect(await events()).toEqual(["opened", "reminder"]);
    await pass(HOUR + 3 * HOUR);
    expect(await events()).toEqual(["opened", "reminder"]);
    await pass(10 * HOUR);
    expect(await events()).toEqual(["opened", "reminder", "reminder"]);
  });

  test("do not come when a snooze is ended early of what somebody looks after", async () => {
    await act({ kind: "acknowledge" });
    await act({ kind: "snooze", until: null });
    await act({ kind: "unsnooze" });
    await pass(HOUR);
    expect(await events()).toEqual(["opened"]);
  });

  test("wait for the end of a snooze until the next success, which only its recovery is", async () => {
    await act({ kind: "snooze", until: null });
    await pass(30 * DAY);
    expect(await events()).toEqual(["opened"]);
    await resolveIncident(world.database, incident);
    await planNow(world.database);
    expect(await events()).toEqual(["opened", "resolved"]);
  });

  test("of a muted incident do not come, nor does its end", async () => {
    await act({ kind: "mute" });
    await pass(30 * DAY);
    await resolveIncident(world.database, incident);
    await planNow(world.database);
    expect(await events()).toEqual(["opened"]);
    expect((await listHolds(world.database)).at(-1)).toMatchObject({ event: "resolved", hold: "muted", waits: false });
  });

  test("keep to what was asked before anybody was told", async () => {
    const early = await openIncident(world.database, world.project, { name: "early" });
    await actOnIncidents(world.owner, { incidentIds: [early.id], action: { kind: "acknowledge" } });
    await planNow(world.database);
    await pass(5 * HOUR);
    expect((await listPlanned(world.database)).filter(({ job }) => job === "early")).toHaveLength(1);
  });
});

describe("an incident that somebody acknowledged while its alarm was held back", () => {
  let held: OpenedIncident;

  beforeEach(async () => {
    const { pool } = world.database;
    await pool.query("UPDATE projects SET remind_after_ms = NULL");
    await pool.query(
      `INSERT INTO windows (project_id, name, kind, starts_at, ends_at, scope)
       VALUES ($1, 'Release', 'once', belfry_now(), belfry_now() + interval '1 hour', '{"jobIds": [], "tags": [], "hosts": []}')`,
      [world.project.id],
    );
    held = await openIncident(world.database, world.project, { name: "held" });
    await planNow(world.database);
  });

  async function handle(kind: "acknowledge" | "unacknowledge" | "mute" | "unmute"): Promise<void> {
    await actOnIncidents(world.owner, { incidentIds: [held.id, incident.id], action: { kind } });
    await planNow(world.database);
  }

  const told = async () => {
    const planned = await listPlanned(world.database);
    return planned.map(({ job, event, to }) => `${job} ${event} ${to}`);
  };

  test("is told once, and at once, when nobody looks after it any more", async () => {
    await handle("acknowledge");
    await pass(HOUR + MINUTE);
    expect(await told()).toEqual(["backup opened Hook"]);
    for (let times = 0; times < 3; times++) {
      await handle("unacknowledge");
      await handle("acknowledge");
    }
    await handle("unacknowledge");
    expect(await told()).toEqual(["backup opened Hook", "held reminder Hook"]);
  });

  test("is told so when it is not muted any more either", async () => {
    await handle("acknowledge");
    await pass(HOUR + MINUTE);
    await handle("mute");
    await handle("unacknowledge");
    expect(await told()).toEqual(["backup opened Hook"]);
    await handle("unmute");
    expect(await told()).toEqual(["backup opened Hook", "held reminder Hook"]);
  });

  test("is told as new at the end of that where nobody looks after it by then", async () => {
    await handle("acknowledge");
    await handle("unacknowledge");
    await pass(HOUR + MINUTE);
    expect(await told()).toEqual(["backup opened Hook", "held opened Hook"]);
  });

  test("is told to people, also where a service that keeps incidents had its alarm", async () => {
    const pager = await makeChannel(world.database, world.project);
    await world.database.pool.query("UPDATE channels SET kind = 'pagerduty', name = 'Pager' WHERE id = $1", [pager]);
    await handle("acknowledge");
    await pass(HOUR + MINUTE);
    expect(await told()).toEqual(["backup opened Hook", "held opened Pager"]);
    await handle("unacknowledge");
    expect(await told()).toContain("held reminder Hook");
  });

  test("is told to a channel that dropped its alarm for that reason", async () => {
    await pass(HOUR + MINUTE);
    await world.database.pool.query(
      "UPDATE deliveries SET state = 'dropped' WHERE incident_id = $1 AND state = 'pending'",
      [held.id],
    );
    await handle("acknowledge");
    await handle("unacknowledge");
    expect(await told()).toContain("held reminder Hook");
  });
});

test("what waits for whoever is to be woken later lapses when somebody looks after it", async () => {
  const { pool } = world.database;
  await pool.query("UPDATE channels SET rules = $1", [JSON.stringify({ delayMinutes: 30 })]);
  const second = await openIncident(world.database, world.project, { name: "second" });
  await planNow(world.database);
  const { rows } = await pool.query<{ id: string }>("SELECT id FROM deliveries WHERE incident_id = $1", [second.id]);
  const id = rows[0]?.id ?? "";
  const lapsed = async () => (await loadDeliveryContexts(pool, [id], "https://b")).get(id)?.lapsed;
  expect(await lapsed()).toBe(false);
  await actOnIncidents(world.owner, { incidentIds: [second.id], action: { kind: "acknowledge" } });
  expect(await lapsed()).toBe(true);
});

describe("many at once", () => {
  test("are listed by whether anybody takes care of them", async () => {
    await openIncident(world.database, world.project, { name: "other" });
    await act({ kind: "acknowledge" });
    const found = await listIncidents(world.owner, { projectId: world.project.id, state: "waiting" });
    expect(found).toMatchObject({ openCount: 2, waitingCount: 1, mayHandle: true, incidents: [{ jobName: "other" }] });
    const seen = await listIncidents(world.teammate, { projectId: world.project.id });
    expect(seen.mayHandle).toBe(false);
  });

  test("are handled whole, also where the ping path holds some of them", async () => {
    const others = [];
    for (let n = 0; n < 5; n += 1) others.push(await openIncident(world.database, world.project, { name: `job-${n}` }));
    const ids = [incident, ...others].map(({ id }) => id);
    let working: Promise<unknown> = Promise.resolve();
    await inTransaction(world.database.pool, async (client) => {
      await lockIncidents(client, ids.slice(2, 4), true);
      working = actOnIncidents(world.owner, { incidentIds: ids, action: { kind: "acknowledge" } });
      await eventually(async () => {
        const { rows } = await world.database.pool.query("SELECT FROM incidents WHERE acknowledged_at IS NOT NULL");
        expect(rows.length).toBeGreaterThanOrEqual(4);
      }, 10_000);
    });
    expect(await working).toEqual({ changed: 6, asked: 6 });
  });

  test("are one outage, and each says which", async () => {
    const mates = [];
    for (const name of ["a", "b", "c"]) {
      mates.push(await openIncident(world.database, world.project, { name, host: "db-03" }));
    }
    await planNow(world.database);
    const found = await getIncident(world.owner, { incidentId: mates[0]?.id ?? "" });
    expect(found.outage).toMatchObject({ kind: "project", host: null, open: 4, unacknowledged: 4, total: 4 });
    expect(found.outage?.others.map(({ jobName }) => jobName)).toEqual(["backup", "b", "c"]);
    expect(found.timeline.map(({ kind }) => kind)).toContain("joined");
    const incidentIds = mates.map(({ id }) => id);
    await actOnIncidents(world.owner, { incidentIds, action: { kind: "acknowledge" } });
    const later = await getIncident(world.owner, { incidentId: mates[0]?.id ?? "" });
    expect(later.outage).toMatchObject({ open: 4, unacknowledged: 1 });
  });
});
