import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SECOND } from "../../lib/domain/time.ts";
import { findNextDue, renewLeases } from "../../lib/store/deliveries.ts";
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

describe("claiming", () => {
  test("a claimed delivery is not claimed again while its lease lasts", async () => {
    const [id] = await addAlert(database, await addIncident(database, project), "opened", [one]);
    expect(await claim(database)).toMatchObject([{ id, attempt: 1, lane: one, kind: "webhook" }]);
    expect(await claim(database)).toEqual([]);
  });

  test("a lease that ran out is claimed again, and the result of the first holder counts no more", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [first] = await claim(database);
    await offsetClock(database, LEASE + SECOND);
    const [second] = await claim(database);
    expect(second).toMatchObject({ id: first?.id, attempt: 2, firstAttemptAt: first?.firstAttemptAt });
    if (first === undefined || second === undefined) return expect.unreachable();
    expect((await record(database, result(first, SENT))).stale).toEqual(new Set([first.id]));
    expect(await listStored(database)).toMatchObject([{ state: "sending" }]);
    expect((await record(database, result(second, SENT))).stale.size).toBe(0);
    expect(await listStored(database)).toMatchObject([{ state: "sent", attempts: 2 }]);
    // Both messages did leave.
    const { rows } = await database.pool.query("SELECT attempt FROM message_deliveries ORDER BY attempt");
    expect(rows).toEqual([{ attempt: 1 }, { attempt: 2 }]);
  });

  test("a result may come after the lease, as long as nobody else took over", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [claimed] = await claim(database);
    await offsetClock(database, LEASE + SECOND);
    if (claimed !== undefined) await record(database, result(claimed, SENT));
    expect(await listStored(database)).toMatchObject([{ state: "sent" }]);
  });

  test("a renewed lease lasts longer; one that was taken over is not renewed", async () => {
    await addAlert(database, await addIncident(database, project), "opened", [one]);
    const first = await claim(database);
    await offsetClock(database, LEASE - SECOND);
    await renewLeases(database.pool, first, LEASE);
    await offsetClock(database, LEASE + SECOND);
    expect(await claim(database)).toEqual([]);
    await offsetClock(database, 2 * LEASE);
    expect(await claim(database)).toHaveLength(1);
    await renewLeases(database.pool, first, 10 * LEASE);
    await offsetClock(database, 3 * LEASE + SECOND);
    expect(await claim(database)).toHaveLength(1);
  });

  test("claims side by side never share a delivery, and together take all", async () => {
    for (let index = 0; index < 40; index += 1) {
      await addAlert(database, await addIncident(database, project), "opened", [one, two]);
    }
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(database, { limit: 10 })));
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    while (ids.length < 80) {
      const more = await claim(database, { limit: 10 });
      expect(more).not.toEqual([]);
      ids.push(...more.map(({ id }) => id));
    }
    expect(new Set(ids).size).toBe(80);
  });

  test("urgent ones come first, however long others have waited", async () => {
    const [report] = await addAlert(database, await addIncident(database, project), "opened", [one]);
    await database.pool.query("UPDATE deliveries SET priority = 2, next_attempt_at = next_attempt_at - interval '1 h'");
    const [alarm] = await addAlert(database, await addIncident(database, project), "opened", [one]);
    expect((await claim(database, { limit: 1 })).map(({ id }) => id)).toEqual([alarm]);
    expect((await claim(database, { limit: 1 })).map(({ id }) => id)).toEqual([report]);
  });

  test("a lane or kind gives no more than it has room for, and does not hide what stands behind it", async () => {
    for (let index = 0; index < 30; index += 1)
      await addAlert(database, await addIncident(database, project), "opened", [one]);
    const [behind] = await addAlert(database, await addIncident(database, project), "opened", [two]);
    const lanes = { otherwise: 2, named: new Map([[one, 3]]) };
    expect((await claim(database, { lanes, limit: 2 })).map(({ lane }) => lane)).toEqual([one, one]);
    const full = { otherwise: 2, named: new Map([[one, 0]]) };
    expect((await claim(database, { lanes: full, limit: 2 })).map(({ id }) => id)).toEqual([behind]);
    expect((await claim(database, { lanes, limit: 10 })).map(({ lane }) => lane)).toEqual([one, one, one]);
    const kinds = { otherwise: 5, named: new Map([["webhook", 4]]) };
    expect(await claim(database, { kinds })).toHaveLength(4);
  });
});

describe("order within a job and channel", () => {
  test("a recovery waits until its alarm has left", async () => {
    const incident = await addIncident(database, project);
    const [alarm] = await addAlert(database, incident, "opened", [one]);
    const [recovery] = await addRecovery(database, incident, [one]);
    const [first] = await claim(database);
    expect(first?.id).toBe(alarm);
    expect(await claim(database)).toEqual([]);
    if (first !== undefined) await record(database, result(first, SENT));
    expect((await claim(database)).map(({ id }) => id)).toEqual([recovery]);
  });

  test("also while the alarm is being retried; the queue then asks for the alarm's time", async () => {
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", [one]);
    await addRecovery(database, incident, [one]);
    const [alarm] = await claim(database);
    const at = Date.now() + 3_600 * SECOND;
    if (alarm !== undefined) await record(database, result(alarm, { state: "retry", at, error: "503" }));
    expect(await claim(database)).toEqual([]);
    expect(await findNextDue(database.pool)).toBe(at);
  });

  test("a dead or dropped one blocks nothing", async () => {
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", [one]);
    const [recovery] = await addRecovery(database, incident, [one]);
    const [alarm] = await claim(database);
    if (alarm !== undefined) await record(database, result(alarm, DEAD));
    expect((await claim(database)).map(({ id }) => id)).toContain(recovery);
  });

  test("another channel and another job do not wait", async () => {
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", [one]);
    await claim(database);
    const [other] = await addRecovery(database, incident, [two]);
    const [sameChannel] = await addAlert(database, await addIncident(database, project), "opened", [one]);
    expect((await claim(database)).map(({ id }) => id).toSorted()).toEqual([other, sameChannel].toSorted());
  });
});
