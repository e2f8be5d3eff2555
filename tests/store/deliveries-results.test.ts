import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { composeMessage } from "../../lib/domain/message.ts";
import { SECOND } from "../../lib/domain/time.ts";
import { type ClaimedDelivery, insertTest } from "../../lib/store/deliveries.ts";
import { loadDeliveryContexts } from "../../lib/store/deliveries-context.ts";
import { replayDelivery } from "../../lib/store/deliveries-replay.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import type { TestProject } from "../support/jobs.ts";
import { addAlert, addIncident, addRecovery, listStored } from "../support/outbox.ts";
import { claim, DEAD, emptyQueue, LEASE, record, result, SENT } from "../support/queue.ts";

let database: TestDatabase;
let project: TestProject;
let one: string;
let two: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  ({ project, one, two } = await emptyQueue(database));
});

describe("what became of it", () => {
  test("a retry waits for its time, with the error shown", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim(database);
    if (claimed !== undefined)
      await record(database, result(claimed, { state: "retry", at: Date.now() + 60 * SECOND, error: "503 busy" }));
    expect(await listStored(database)).toMatchObject([{ state: "pending", attempts: 1, lastError: "503 busy" }]);
    expect(await claim(database)).toEqual([]);
    await offsetClock(database, 61 * SECOND);
    expect(await claim(database)).toMatchObject([{ attempt: 2 }]);
  });

  test("what is handed back unsent has not been attempted", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim(database);
    if (claimed !== undefined)
      await record(database, result(claimed, { state: "released", at: Date.now() - SECOND }, null));
    expect(await listStored(database)).toMatchObject([{ state: "pending", attempts: 0 }]);
    expect(await claim(database)).toMatchObject([{ attempt: 1 }]);
  });

  test("a message keeps the receiver's answer", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim(database);
    if (claimed === undefined) return expect.unreachable();
    await record(database, result(claimed, SENT, { status: 202, answer: 'thank "you", \\ {}', externalId: "<x@y>" }));
    const { rows } = await database.pool.query(
      "SELECT channel_id, accepted, status, answer, external_id FROM messages",
    );
    expect(rows).toEqual([
      { channel_id: one, accepted: true, status: 202, answer: 'thank "you", \\ {}', external_id: "<x@y>" },
    ]);
  });

  test("a channel that was deleted meanwhile takes nothing down with it", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one, two]);
    const claimed = await claim(database);
    await database.pool.query("DELETE FROM channels WHERE id = $1", [one]);
    const { stale } = await record(database, ...claimed.map((each) => result(each, SENT)));
    expect(stale.size).toBe(1);
    expect(await listStored(database)).toMatchObject([{ channelId: two, state: "sent" }]);
  });

  test("a dead letter can be replayed, with a new day of attempts", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim(database);
    if (claimed === undefined) return expect.unreachable();
    const asked = { deliveryId: claimed.id, keepers: new Set<string>() };
    expect(await replayDelivery(database.pool, asked)).toEqual({ replayed: [], closed: [] });
    await record(database, result(claimed, DEAD));
    expect(await replayDelivery(database.pool, asked)).toEqual({ replayed: [claimed.id], closed: [] });
    await offsetClock(database, SECOND);
    const [again] = (await claim(database)).filter(({ id }) => id === claimed.id);
    expect(again).toMatchObject({ attempt: 1 });
    expect(again?.firstAttemptAt).toBeGreaterThan(claimed.firstAttemptAt);
  });

  test("a test belongs to whoever made it, for a minute", async () => {
    const made = await insertTest(database.pool, { alertId: randomUUID(), channelId: one, requestedBy: "Ada" });
    expect(made).toMatchObject({ attempt: 1, lane: one, kind: "webhook" });
    await offsetClock(database, LEASE + SECOND);
    expect(await claim(database)).toEqual([]);
    expect(
      await insertTest(database.pool, { alertId: randomUUID(), channelId: randomUUID(), requestedBy: null }),
    ).toBeNull();
  });
});

describe("an alarm that was taken back before it left", () => {
  async function contexts(claimed: readonly ClaimedDelivery[]) {
    const found = await loadDeliveryContexts(
      database.pool,
      claimed.map(({ id }) => id),
      "https://b",
    );
    return claimed.map(({ id }) => found.get(id)?.withdrawn);
  }

  test.each([
    ["withdrawn", true],
    ["paused", true],
    ["edited", true],
    ["recovered", false],
    ["no-overlap", false],
  ] as const)("%s: %s", async (reason, expected) => {
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", [one]);
    await addRecovery(database, incident, [one], reason);
    expect(await contexts(await claim(database))).toEqual([expected]);
  });

  test("is dropped together with its recovery, and only on the channel that it had not reached", async () => {
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", [one, two]);
    const [overOne, overTwo] = await claim(database);
    if (overOne === undefined || overTwo === undefined) return expect.unreachable();
    await addRecovery(database, incident, [one, two], "withdrawn");
    await record(
      database,
      result(overOne, { state: "dropped", reason: "Taken back", withdrawn: true }, null),
      result(overTwo, SENT),
    );
    const stored = await listStored(database);
    expect(stored.map(({ event, channelId, state }) => [event, channelId === one ? 1 : 2, state])).toEqual([
      ["opened", 1, "dropped"],
      ["opened", 2, "sent"],
      ["resolved", 1, "dropped"],
      ["resolved", 2, "pending"],
    ]);
  });

  test("is told where an attempt may have reached somebody", async () => {
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", [one]);
    await claim(database);
    await offsetClock(database, LEASE + SECOND);
    await addRecovery(database, incident, [one], "withdrawn");
    expect(await contexts(await claim(database))).toEqual([false]);
  });
});

test("a message is worded from all that is known of the run and its job", async () => {
  const incident = await addIncident(database, project, "db-backup");
  const pingId = randomUUID();
  await database.pool.query(
    `INSERT INTO runs (job_id, number, outcome, duration_ms, host)
     SELECT $1, n, CASE WHEN n = 30 THEN 'failed' ELSE 'ok' END, n * 1000, 'db-03' FROM generate_series(1, 60) n`,
    [incident.jobId],
  );
  await database.pool.query(
    `WITH body AS (INSERT INTO ping_bodies (ping_id, received_at, body) VALUES ($2, belfry_now(), $3) RETURNING received_at)
     INSERT INTO runs (job_id, number, outcome, output_ping_id, output_received_at) SELECT $1, 61, 'failed', $2, received_at FROM body`,
    [incident.jobId, pingId, Buffer.from(`${"x\n".repeat(40_000)}\u00e9rror: disk full\npassword=hunter2\n`)],
  );
  const facts = { cause: "failed", runNumber: 61, exitCode: 3 } as const;
  const [id = ""] = await addAlert(database, incident, "opened", [one], facts);
  const context = (await loadDeliveryContexts(database.pool, [id], "https://b")).get(id);
  expect(context).toMatchObject({
    jobId: incident.jobId,
    incidentId: incident.id,
    runNumber: 61,
    channel: { id: one, kind: "webhook" },
  });
  if (context?.input?.event !== "opened" || "outage" in context.input) return expect.unreachable();
  // The newest 50 good ones: 11 to 60 without 30, and 10.
  expect(context.input.usual).toEqual({ runs: 50, medianMs: 35_000, p95Ms: 58_000 });
  const message = composeMessage(context.input);
  expect(message.verdict).toBe("✗ FAILED (exit 3) · db-backup @ db-03");
  expect(message.output?.tail.slice(-2)).toEqual(["érror: disk full", "password=[masked]"]);
  expect(message.links[0]?.url).toBe(`https://b/jobs/${incident.jobId}/runs/61`);
});
