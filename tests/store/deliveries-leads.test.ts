import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { hurryChannel } from "../../lib/store/channel-failures.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { claimDeliveries, type ClaimedDelivery } from "../../lib/store/deliveries.ts";
import { loadBundles } from "../../lib/store/deliveries-bundle.ts";
import { replayDelivery } from "../../lib/store/deliveries-replay.ts";
import { type DeliveryResult, recordResults } from "../../lib/store/deliveries-results.ts";
import { deleteJobRecord } from "../../lib/store/jobs-deletion.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import type { TestProject } from "../support/jobs.ts";
import {
  addAlert,
  addChannel,
  addIncident,
  addProject,
  addRecovery,
  listStored,
  type TestIncident,
} from "../support/outbox.ts";

const LEASE = 30 * SECOND;

let database: TestDatabase;
let project: TestProject;
let channel: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.pool.query("TRUNCATE projects, users, alerts CASCADE");
  await offsetClock(database, 0);
  const made = await addProject(database, [{ url: "https://example.org/hook" }]);
  project = made.project;
  channel = made.channelIds[0] ?? "";
});

function claim(): Promise<ClaimedDelivery[]> {
  const room = { otherwise: 100, named: new Map<string, number>() };
  return claimDeliveries(database.pool, { limit: 100, lanes: room, kinds: room, leaseMs: LEASE });
}

async function claimed(): Promise<string[]> {
  return (await claim()).map(({ id }) => id);
}

/** Incidents of one outage. */
async function addOutage(...slugs: string[]): Promise<TestIncident[]> {
  const incidents: TestIncident[] = [];
  for (const slug of slugs) incidents.push(await addIncident(database, project, slug));
  await database.pool.query(
    `WITH outage AS (
       INSERT INTO outages (project_id, kind, host, opened_at, latest_at) VALUES ($1, 'host', 'db-03', belfry_now(), belfry_now())
       RETURNING id
     )
     UPDATE incidents i SET outage_id = outage.id FROM outage`,
    [project.id],
  );
  return incidents;
}

/** Makes these leave as one message, that of the first. */
async function bind(ids: readonly (string | undefined)[]): Promise<void> {
  const [lead, ...others] = ids;
  await database.pool.query("UPDATE deliveries SET lead_id = $1 WHERE id = ANY ($2::uuid[])", [lead, others]);
  await database.pool.query(
    `UPDATE deliveries d SET incident_id = a.incident_id FROM alerts a WHERE a.id = d.alert_id;
     UPDATE alerts a SET outage_id = i.outage_id FROM incidents i WHERE i.id = a.incident_id`,
  );
}

/** The alarms of these, as one message. */
async function alarm(incidents: readonly TestIncident[]): Promise<string[]> {
  const ids: string[] = [];
  for (const incident of incidents) ids.push(...(await addAlert(database, incident, "opened", [channel])));
  await bind(ids);
  return ids;
}

function record(
  one: ClaimedDelivery | undefined,
  outcome: DeliveryResult["outcome"],
  left: string[] = [],
  message: DeliveryResult["message"] = null,
) {
  if (one === undefined) throw new Error("Nothing was claimed.");
  const untold = left.map((id) => ({ id, reason: "Taken back" }));
  const result = { id: one.id, attempt: one.attempt, outcome, message, ...(left.length > 0 && { left: untold }) };
  return recordResults(database.pool, [result], { mailWorks: false });
}

const SENT = { state: "sent", at: Date.UTC(2025, 0, 1) } as const;
const DEAD = { state: "dead", error: "404", refused: true, verdict: "✗", kindLabel: "Webhook" } as const;

describe("what leaves with a delivery that will not leave", () => {
  test("leaves without it, where its alarm was taken back and the others' were told", async () => {
    const [a, b, c] = await addOutage("a", "b", "c");
    if (a === undefined || b === undefined || c === undefined) throw new Error("There are three.");
    const [untold = ""] = await alarm([a, b, c]);
    const [message] = await claim();
    const [overA] = await addRecovery(database, a, [channel], "withdrawn");
    const [overB] = await addRecovery(database, b, [channel]);
    const [overC] = await addRecovery(database, c, [channel]);
    await bind([overA, overB, overC]);
    await record(message, SENT, [untold]);
    const [recovery, ...others] = await claim();
    expect([recovery?.id, others]).toEqual([overB, []]);
    await record(recovery, SENT);
    const states = (await listStored(database)).map(({ event, state }) => `${event} ${state}`);
    expect(states.slice(0, 3)).toEqual(["opened dropped", "opened sent", "opened sent"]);
    expect(states.slice(3)).toEqual(["resolved dropped", "resolved sent", "resolved sent"]);
  });

  test("leaves as one message where the job that led it is deleted", async () => {
    const incidents = await addOutage("a", "b", "c");
    const [, second] = await alarm(incidents);
    const [first] = incidents;
    await inTransaction(database.pool, (client) => deleteJobRecord(client, first?.jobId ?? ""));
    const [message, ...others] = await claim();
    expect([message?.id, others]).toEqual([second, []]);
    await record(message, SENT);
    expect((await listStored(database)).map(({ state }) => state)).toEqual(["sent", "sent"]);
  });

  test("is told once, with its lead, where the job that leads it is deleted while it is sent", async () => {
    const incidents = await addOutage("a", "b", "c");
    await alarm(incidents);
    const [message] = await claim();
    await inTransaction(database.pool, (client) => deleteJobRecord(client, incidents[0]?.jobId ?? ""));
    expect(await claim()).toEqual([]);
    expect((await record(message, SENT)).stale).toEqual(new Set());
    expect((await listStored(database)).map(({ state }) => state)).toEqual(["sent", "sent", "sent"]);
  });

  test("makes a notice where nobody else hears of it, though others hear of its lead", async () => {
    const [a, b] = await addOutage("a", "b");
    if (a === undefined || b === undefined) throw new Error("There are two.");
    const other = await addChannel(database, project, { url: "https://example.org/other" }, "Other");
    const [lead] = await addAlert(database, a, "opened", [channel, other]);
    const [follower] = await addAlert(database, b, "opened", [channel]);
    await bind([lead, follower]);
    await database.pool.query("UPDATE channels SET broken_at = belfry_now() WHERE id = $1", [channel]);
    const message = (await claim()).find(({ lane }) => lane === channel);
    expect((await record(message, DEAD)).told).toEqual([{ deliveryId: lead, to: ["Other"] }]);
  });

  test("is sent again when it is replayed, though its lead was dropped", async () => {
    const [untold = "", second = "", third = ""] = await alarm(await addOutage("a", "b", "c"));
    const [message] = await claim();
    await record(message, DEAD, [untold]);
    const asked = { deliveryId: third, keepers: new Set<string>() };
    expect((await replayDelivery(database.pool, asked)).replayed.toSorted()).toEqual([second, third].toSorted());
    const [again, ...others] = await claim();
    expect([again?.id, again?.attempt, others]).toEqual([second, 1, []]);
    await record(again, SENT);
    expect((await listStored(database)).map(({ state }) => state)).toEqual(["dropped", "sent", "sent"]);
  });
});

describe("of a message of several", () => {
  let second: string;
  let lead: string;

  beforeEach(async () => {
    const incidents = await addOutage("a", "b");
    [lead = "", second = ""] = await alarm(incidents);
    await database.pool.query(
      "UPDATE incidents SET state = 'resolved', resolved_at = belfry_now(), resolve_reason = 'withdrawn' WHERE id = $1",
      [incidents[1]?.id],
    );
  });

  async function takenBack(): Promise<boolean[] | undefined> {
    return (await loadBundles(database.pool, [lead])).get(lead)?.members.map(({ withdrawn }) => withdrawn);
  }

  test("that may have arrived nothing is taken back any more", async () => {
    await claim();
    expect(await takenBack()).toEqual([false, true]);
    await offsetClock(database, LEASE + SECOND);
    await claim();
    expect(await takenBack()).toEqual([false, false]);
  });

  test("what the first attempt left out stays out", async () => {
    const [message] = await claim();
    const answer = { accepted: false, status: 503, answer: "busy", externalId: null };
    const sent = { id: randomUUID(), startedAt: 1, finishedAt: 2, ...answer };
    await record(message, { state: "retry", at: Date.now(), error: "503" }, [second], sent);
    await offsetClock(database, SECOND);
    await claim();
    expect(await takenBack()).toEqual([false, true]);
  });
});

describe("an alarm that was handed back until its receiver is asked again", () => {
  /** @returns the one that was handed back; another incident of its job waits behind it. */
  async function handBack(): Promise<string> {
    const incident = await addIncident(database, project, "a");
    const [first = ""] = await alarm([incident]);
    await record((await claim())[0], { state: "released", at: Date.now() + 10 * MINUTE });
    const next = { ...incident, id: randomUUID() };
    await database.pool.query(
      `INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at)
       VALUES ($1, $2, $3, 2, 'warning', 'slow', 'open', 2, belfry_now())`,
      [next.id, next.jobId, next.projectId],
    );
    await alarm([next]);
    return first;
  }

  test("is not overtaken by what happened to its job later", async () => {
    const first = await handBack();
    expect(await claimed()).toEqual([]);
    await offsetClock(database, 11 * MINUTE);
    expect(await claimed()).toEqual([first]);
  });

  test("leaves at once when its receiver is back", async () => {
    const first = await handBack();
    expect(await hurryChannel(database.pool, channel)).toBe(1);
    expect(await claimed()).toEqual([first]);
  });
});
