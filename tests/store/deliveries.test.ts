import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { composeMessage } from "../../lib/domain/message.ts";
import { SECOND } from "../../lib/domain/time.ts";
import {
  claimDeliveries,
  findNextDue,
  insertTest,
  renewLeases,
  replayDelivery,
  type ClaimedDelivery,
  type ClaimOrder,
} from "../../lib/store/deliveries.ts";
import { loadDeliveryContexts } from "../../lib/store/deliveries-context.ts";
import { recordResults, type DeliveryResult } from "../../lib/store/deliveries-results.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import type { TestProject } from "../support/jobs.ts";
import { addAlert, addIncident, addPerson, addProject, addRecovery, listStored } from "../support/outbox.ts";

const HOOK = { url: "https://example.org/hook" };
const MAIL = { to: "ops@example.org" };
const LEASE = 30 * SECOND;

let database: TestDatabase;
let project: TestProject;
let one: string;
let two: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.pool.query("TRUNCATE projects, users, alerts CASCADE");
  await offsetClock(database, 0);
  const made = await addProject(database, [HOOK, MAIL]);
  project = made.project;
  [one = "", two = ""] = made.channelIds;
});

function claim(changes: Partial<ClaimOrder> = {}): Promise<ClaimedDelivery[]> {
  const room = { otherwise: 100, named: new Map<string, number>() };
  return claimDeliveries(database.pool, { limit: 100, lanes: room, kinds: room, leaseMs: LEASE, ...changes });
}

function result(
  claimed: { id: string; attempt: number },
  outcome: DeliveryResult["outcome"],
  message: Partial<NonNullable<DeliveryResult["message"]>> | null = {},
): DeliveryResult {
  const blank = { id: randomUUID(), startedAt: 1, finishedAt: 2, accepted: outcome.state === "sent", status: 200 };
  return {
    id: claimed.id,
    attempt: claimed.attempt,
    outcome,
    message: message === null ? null : { ...blank, answer: "ok", externalId: null, ...message },
  };
}

const SENT = { state: "sent", at: Date.UTC(2025, 0, 1) } as const;
const DEAD = {
  state: "dead",
  error: "404 no_service",
  refused: true,
  verdict: "✗ FAILED · x",
  kindLabel: "Webhook",
} as const;

async function record(...results: DeliveryResult[]) {
  return recordResults(database.pool, results, { mailWorks: true });
}

describe("claiming", () => {
  test("a claimed delivery is not claimed again while its lease lasts", async () => {
    const [id] = await addAlert(database, await addIncident(database, project), "opened", [one]);
    expect(await claim()).toMatchObject([{ id, attempt: 1, lane: one, kind: "webhook" }]);
    expect(await claim()).toEqual([]);
  });

  test("a lease that ran out is claimed again, and the result of the first holder counts no more", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [first] = await claim();
    await offsetClock(database, LEASE + SECOND);
    const [second] = await claim();
    expect(second).toMatchObject({ id: first?.id, attempt: 2, firstAttemptAt: first?.firstAttemptAt });
    if (first === undefined || second === undefined) return;
    expect((await record(result(first, SENT))).stale).toEqual(new Set([first.id]));
    expect(await listStored(database)).toMatchObject([{ state: "sending" }]);
    expect((await record(result(second, SENT))).stale.size).toBe(0);
    expect(await listStored(database)).toMatchObject([{ state: "sent", attempts: 2 }]);
    // Both messages did leave.
    const { rows } = await database.pool.query("SELECT attempt FROM message_deliveries ORDER BY attempt");
    expect(rows).toEqual([{ attempt: 1 }, { attempt: 2 }]);
  });

  test("a result may come after the lease, as long as nobody else took over", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim();
    await offsetClock(database, LEASE + SECOND);
    if (claimed !== undefined) await record(result(claimed, SENT));
    expect(await listStored(database)).toMatchObject([{ state: "sent" }]);
  });

  test("a renewed lease lasts longer; one that was taken over is not renewed", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const first = await claim();
    await offsetClock(database, LEASE - SECOND);
    await renewLeases(database.pool, first, LEASE);
    await offsetClock(database, LEASE + SECOND);
    expect(await claim()).toEqual([]);
    await offsetClock(database, 2 * LEASE);
    expect(await claim()).toHaveLength(1);
    await renewLeases(database.pool, first, 10 * LEASE);
    await offsetClock(database, 3 * LEASE + SECOND);
    expect(await claim()).toHaveLength(1);
  });

  test("claims side by side never share a delivery, and together take all", async () => {
    for (let index = 0; index < 40; index += 1) {
      await addAlert(database, await addIncident(database, project), "opened", [one, two]);
    }
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim({ limit: 10 })));
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    while (ids.length < 80) {
      const more = await claim({ limit: 10 });
      expect(more).not.toEqual([]);
      ids.push(...more.map(({ id }) => id));
    }
    expect(new Set(ids).size).toBe(80);
  });

  test("urgent ones come first, however long others have waited", async () => {
    const [report] = await addAlert(database, await addIncident(database, project), "opened", [one]);
    await database.pool.query("UPDATE deliveries SET priority = 2, next_attempt_at = next_attempt_at - interval '1 h'");
    const [alarm] = await addAlert(database, await addIncident(database, project), "opened", [one]);
    expect((await claim({ limit: 1 })).map(({ id }) => id)).toEqual([alarm]);
    expect((await claim({ limit: 1 })).map(({ id }) => id)).toEqual([report]);
  });

  test("a lane or kind gives no more than it has room for, and does not hide what stands behind it", async () => {
    for (let index = 0; index < 30; index += 1)
      await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [behind] = await addAlert(database, await addIncident(database, project), "opened", [two]);
    const lanes = { otherwise: 2, named: new Map([[one, 3]]) };
    expect((await claim({ lanes, limit: 2 })).map(({ lane }) => lane)).toEqual([one, one]);
    const full = { otherwise: 2, named: new Map([[one, 0]]) };
    expect((await claim({ lanes: full, limit: 2 })).map(({ id }) => id)).toEqual([behind]);
    expect((await claim({ lanes, limit: 10 })).map(({ lane }) => lane)).toEqual([one, one, one]);
    const kinds = { otherwise: 5, named: new Map([["webhook", 4]]) };
    expect(await claim({ kinds })).toHaveLength(4);
  });
});

describe("order within a job and channel", () => {
  test("a recovery waits until its alarm has left", async () => {
    const incident = await addIncident(database, project);
    const [alarm] = await addAlert(database, incident, "opened", [one]);
    const [recovery] = await addRecovery(database, incident, [one]);
    const [first] = await claim();
    expect(first?.id).toBe(alarm);
    expect(await claim()).toEqual([]);
    if (first !== undefined) await record(result(first, SENT));
    expect((await claim()).map(({ id }) => id)).toEqual([recovery]);
  });

  test("also while the alarm is being retried; the queue then asks for the alarm's time", async () => {
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", [one]);
    await addRecovery(database, incident, [one]);
    const [alarm] = await claim();
    const at = Date.now() + 3_600 * SECOND;
    if (alarm !== undefined) await record(result(alarm, { state: "retry", at, error: "503" }));
    expect(await claim()).toEqual([]);
    expect(await findNextDue(database.pool)).toBe(at);
  });

  test("a dead or dropped one blocks nothing", async () => {
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", [one]);
    const [recovery] = await addRecovery(database, incident, [one]);
    const [alarm] = await claim();
    if (alarm !== undefined) await record(result(alarm, DEAD));
    expect((await claim()).map(({ id }) => id)).toContain(recovery);
  });

  test("another channel and another job do not wait", async () => {
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", [one]);
    await claim();
    const [other] = await addRecovery(database, incident, [two]);
    const [sameChannel] = await addAlert(database, await addIncident(database, project), "opened", [one]);
    expect((await claim()).map(({ id }) => id).toSorted()).toEqual([other, sameChannel].toSorted());
  });
});

describe("what became of it", () => {
  test("a retry waits for its time, with the error shown", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim();
    if (claimed !== undefined)
      await record(result(claimed, { state: "retry", at: Date.now() + 60 * SECOND, error: "503 busy" }));
    expect(await listStored(database)).toMatchObject([{ state: "pending", attempts: 1, lastError: "503 busy" }]);
    expect(await claim()).toEqual([]);
    await offsetClock(database, 61 * SECOND);
    expect(await claim()).toMatchObject([{ attempt: 2 }]);
  });

  test("what is handed back unsent has not been attempted", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim();
    if (claimed !== undefined) await record(result(claimed, { state: "released", at: Date.now() - SECOND }, null));
    expect(await listStored(database)).toMatchObject([{ state: "pending", attempts: 0 }]);
    expect(await claim()).toMatchObject([{ attempt: 1 }]);
  });

  test("a message keeps the receiver's answer", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim();
    if (claimed === undefined) return;
    await record(result(claimed, SENT, { status: 202, answer: 'thank "you", \\ {}', externalId: "<x@y>" }));
    const { rows } = await database.pool.query(
      "SELECT channel_id, accepted, status, answer, external_id FROM messages",
    );
    expect(rows).toEqual([
      { channel_id: one, accepted: true, status: 202, answer: 'thank "you", \\ {}', external_id: "<x@y>" },
    ]);
  });

  test("a channel that was deleted meanwhile takes nothing down with it", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one, two]);
    const claimed = await claim();
    await database.pool.query("DELETE FROM channels WHERE id = $1", [one]);
    const { stale } = await record(...claimed.map((each) => result(each, SENT)));
    expect(stale.size).toBe(1);
    expect(await listStored(database)).toMatchObject([{ channelId: two, state: "sent" }]);
  });

  test("a dead letter can be replayed, with a new day of attempts", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim();
    if (claimed === undefined) return;
    expect(await replayDelivery(database.pool, claimed.id)).toBe(false);
    await record(result(claimed, DEAD));
    expect(await replayDelivery(database.pool, claimed.id)).toBe(true);
    await offsetClock(database, SECOND);
    const [again] = (await claim()).filter(({ id }) => id === claimed.id);
    expect(again).toMatchObject({ attempt: 1 });
    expect(again?.firstAttemptAt).toBeGreaterThan(claimed.firstAttemptAt);
  });

  test("a test belongs to whoever made it, for a minute", async () => {
    const made = await insertTest(database.pool, { alertId: randomUUID(), channelId: one, requestedBy: "Ada" });
    expect(made).toMatchObject({ attempt: 1, lane: one, kind: "webhook" });
    await offsetClock(database, LEASE + SECOND);
    expect(await claim()).toEqual([]);
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
    expect(await contexts(await claim())).toEqual([expected]);
  });

  test("is dropped together with its recovery, and only on the channel that it had not reached", async () => {
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", [one, two]);
    const [overOne, overTwo] = await claim();
    if (overOne === undefined || overTwo === undefined) return;
    await addRecovery(database, incident, [one, two], "withdrawn");
    await record(
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
    await claim();
    await offsetClock(database, LEASE + SECOND);
    await addRecovery(database, incident, [one], "withdrawn");
    expect(await contexts(await claim())).toEqual([false]);
  });
});

describe("dead letters", () => {
  async function die(channelIds = [one]): Promise<Awaited<ReturnType<typeof record>>> {
    await addAlert(database, await addIncident(database, project), "opened", channelIds);
    const claimed = (await claim()).filter(({ lane }) => lane === one);
    return record(...claimed.map((each) => result(each, DEAD)));
  }

  async function brokenReason(channelId: string): Promise<string | null> {
    const { rows } = await database.pool.query("SELECT broken_reason FROM channels WHERE id = $1", [channelId]);
    return rows[0]?.broken_reason;
  }

  async function notices() {
    return (await listStored(database)).filter(({ event }) => event === "notice");
  }

  test("mark the channel broken, until it takes a message again", async () => {
    await die();
    expect(await brokenReason(one)).toBe("404 no_service");
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = (await claim()).filter(({ lane }) => lane === one);
    if (claimed !== undefined) await record(result(claimed, SENT));
    expect(await brokenReason(one)).toBeNull();
  });

  test("are told over the project's other working channels", async () => {
    expect((await die()).told).toMatchObject([{ to: ["Channel 2"] }]);
    expect(await notices()).toMatchObject([
      {
        channelId: two,
        state: "pending",
        facts: {
          notice: "undelivered",
          channel: "Channel 1",
          kind: "Webhook",
          reason: "404 no_service",
          refused: true,
        },
      },
    ]);
  });

  test("else to the owners by mail, else to the operators, else to nobody", async () => {
    await database.pool.query("UPDATE channels SET enabled = false WHERE id = $1", [two]);
    expect((await die()).told).toMatchObject([{ to: [] }]);
    await database.pool.query("DELETE FROM alerts; UPDATE channels SET broken_at = NULL");
    const operator = await addPerson(database, "operator@example.org", { operator: true });
    expect((await die()).told).toMatchObject([{ to: [operator] }]);
    await database.pool.query("DELETE FROM alerts; UPDATE channels SET broken_at = NULL");
    const owner = await addPerson(database, "owner@example.org", { owns: project });
    expect((await die()).told).toMatchObject([{ to: [owner] }]);
    expect(await notices()).toMatchObject([{ recipient: owner, channelId: null }]);
  });

  test("nobody is mailed where mail does not work", async () => {
    await database.pool.query("UPDATE channels SET enabled = false WHERE id = $1", [two]);
    await addPerson(database, "owner@example.org", { owns: project });
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim();
    if (claimed === undefined) return;
    const { told } = await recordResults(database.pool, [result(claimed, DEAD)], { mailWorks: false });
    expect(told).toMatchObject([{ to: [] }]);
  });

  test("a storm of them makes one notice", async () => {
    for (let index = 0; index < 10; index += 1)
      await addAlert(database, await addIncident(database, project), "opened", [one]);
    await record(...(await claim()).map((each) => result(each, DEAD)));
    expect(await notices()).toHaveLength(1);
  });

  test("while the channel stays broken only what reached nobody else is told again, and not at once", async () => {
    await die([one, two]);
    await offsetClock(database, 3_600 * SECOND);
    expect((await die([one, two])).told).toEqual([]);
    expect(await notices()).toHaveLength(1);
    expect((await die([one])).told).toMatchObject([{ to: ["Channel 2"] }]);
    expect((await die([one])).told).toEqual([]);
    expect(await notices()).toHaveLength(2);
  });

  test("a notice that dies goes on to the owners, then to the operators, and then ends", async () => {
    const owner = await addPerson(database, "owner@example.org", { owns: project });
    const operator = await addPerson(database, "operator@example.org", { operator: true });
    await die();
    const told: string[][] = [];
    for (let round = 0; round < 4; round += 1) {
      const claimed = await claim();
      const recorded = await record(...claimed.map((each) => result(each, DEAD)));
      told.push(...recorded.told.map(({ to }) => to));
    }
    expect(told).toEqual([[owner], [operator], []]);
    expect((await notices()).map(({ recipient }) => recipient)).toEqual([null, owner, operator]);
  });

  test("a test that fails tells nobody but who asked for it", async () => {
    const made = await insertTest(database.pool, { alertId: randomUUID(), channelId: one, requestedBy: null });
    if (made === null) return;
    expect((await record(result(made, DEAD))).told).toEqual([]);
    expect(await brokenReason(one)).not.toBeNull();
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
