import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SECOND } from "../../lib/domain/time.ts";
import { insertTest } from "../../lib/store/deliveries.ts";
import { type Recorded, recordResults } from "../../lib/store/deliveries-results.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import type { TestProject } from "../support/jobs.ts";
import { addAlert, addIncident, addPerson, listStored } from "../support/outbox.ts";
import { claim, DEAD, emptyQueue, record, result, SENT } from "../support/queue.ts";

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

describe("dead letters", () => {
  async function die(channelIds = [one]): Promise<Recorded> {
    await addAlert(database, await addIncident(database, project), "opened", channelIds);
    const claimed = (await claim(database)).filter(({ lane }) => lane === one);
    return record(database, ...claimed.map((each) => result(each, DEAD)));
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
    const [claimed] = (await claim(database)).filter(({ lane }) => lane === one);
    if (claimed !== undefined) await record(database, result(claimed, SENT));
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
    const [claimed] = await claim(database);
    if (claimed === undefined) return expect.unreachable();
    const { told } = await recordResults(database.pool, [result(claimed, DEAD)], { mailWorks: false });
    expect(told).toMatchObject([{ to: [] }]);
  });

  test("a storm of them makes one notice", async () => {
    for (let index = 0; index < 10; index += 1)
      await addAlert(database, await addIncident(database, project), "opened", [one]);
    await record(database, ...(await claim(database)).map((each) => result(each, DEAD)));
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
      const claimed = await claim(database);
      const recorded = await record(database, ...claimed.map((each) => result(each, DEAD)));
      told.push(...recorded.told.map(({ to }) => to));
    }
    expect(told).toEqual([[owner], [operator], []]);
    expect((await notices()).map(({ recipient }) => recipient)).toEqual([null, owner, operator]);
  });

  test("a test that fails tells nobody but who asked for it", async () => {
    const made = await insertTest(database.pool, { alertId: randomUUID(), channelId: one, requestedBy: null });
    if (made === null) return expect.unreachable();
    expect((await record(database, result(made, DEAD))).told).toEqual([]);
    expect(await brokenReason(one)).not.toBeNull();
  });
});
