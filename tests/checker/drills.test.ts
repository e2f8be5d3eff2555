import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { drillDue } from "../../lib/checker/drills.ts";
import { DRILL_PATIENCE_MS } from "../../lib/domain/drill.ts";
import { DAY, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { openClock } from "../../lib/store/clock.ts";
import { insertDrill } from "../../lib/store/drills.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { makeOnlyProject, type TestProject } from "../support/jobs.ts";
import { addChannel, addPerson, listStored } from "../support/outbox.ts";

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  project = await makeOnlyProject(database);
});
afterAll(() => database.close());

/** One turn of the loop. */
async function turn(): Promise<number | null> {
  const clock = await openClock(database.pool);
  const deps = { pool: database.pool, clock, log: pino({ level: "silent" }), mailWorks: true };
  return drillDue(deps, new AbortController().signal);
}

const LATE = DRILL_PATIENCE_MS + SECOND;

async function start(): Promise<number> {
  const drill = { projectId: project.id, requestedBy: "Somebody", mailWorks: true };
  return (await inTransaction(database.pool, (client) => insertDrill(client, drill))).messages;
}

/** Whether what waits for that channel arrived. */
async function settle(
  channelId: string,
  state: "sent" | "pending" | "dead",
  error: string | null = null,
): Promise<void> {
  await database.pool.query("UPDATE deliveries SET state = $2, last_error = $3 WHERE channel_id = $1", [
    channelId,
    state,
    error,
  ]);
}

const channel = (name: string) => addChannel(database, project, { url: "http://127.0.0.1:9/" }, name);

async function notices(): Promise<{ to: string | null; facts: Record<string, unknown> }[]> {
  const stored = await listStored(database);
  return stored
    .filter(({ event }) => event === "notice")
    .map(({ channelId, recipient, facts }) => ({ to: channelId ?? recipient, facts }));
}

describe("a drill", () => {
  test("gives every channel that is switched on a test, behind alarms", async () => {
    const [on] = [await channel("On"), await channel("Off")];
    await database.pool.query("UPDATE channels SET enabled = false WHERE name = 'Off'");
    expect(await start()).toBe(1);
    expect(await listStored(database)).toMatchObject([{ event: "test", channelId: on, state: "pending" }]);
  });

  test("goes to the owners by mail where no channel is switched on, as alarms do", async () => {
    await addPerson(database, "owner@example.org", { owns: project });
    expect(await start()).toBe(1);
    expect(await listStored(database)).toMatchObject([{ recipient: "owner@example.org", event: "test" }]);
  });

  test("that arrived everywhere in time is told to nobody", async () => {
    await settleAll(await channel("Ops"));
    await offsetClock(database, LATE);
    await turn();
    expect(await notices()).toEqual([]);
    expect(await turn()).toBeNull();
  });

  async function settleAll(channelId: string): Promise<void> {
    await start();
    await settle(channelId, "sent");
  }

  test("that did not arrive within a quarter of an hour is told over the others, once", async () => {
    const [ops, phones, mail] = [await channel("Ops"), await channel("Phones"), await channel("Mail")];
    await start();
    await settle(ops, "sent");
    await settle(phones, "pending", "503 busy");
    await settle(mail, "dead", "550 no such user");
    await offsetClock(database, DRILL_PATIENCE_MS - MINUTE);
    await turn();
    expect(await notices()).toEqual([]);
    await offsetClock(database, LATE);
    await Promise.all([turn(), turn()]);
    await turn();
    const told = await notices();
    expect(told.map(({ to }) => to)).toEqual([ops]);
    expect(told[0]?.facts).toMatchObject({
      notice: "drill",
      arrived: 1,
      missing: [
        { channelId: mail, channel: "Mail", reason: "550 no such user" },
        { channelId: phones, channel: "Phones", reason: "503 busy" },
      ],
    });
  });

  test("that arrived nowhere is told to the owners by mail", async () => {
    await addPerson(database, "owner@example.org", { owns: project });
    await channel("Ops");
    await start();
    await offsetClock(database, LATE);
    await turn();
    expect((await notices()).map(({ to }) => to)).toEqual(["owner@example.org"]);
  });
});

describe("scheduled drills", () => {
  async function schedule(every: string, agoMs: number): Promise<void> {
    await database.pool.query(
      "UPDATE projects SET drill_every = $2, drill_at = belfry_now() - $3 * interval '1 ms' WHERE id = $1",
      [project.id, every, agoMs],
    );
  }

  test("start once when they are due, whatever the number of processes, and stay on their weekday", async () => {
    await channel("Ops");
    await schedule("week", MINUTE);
    const due =
      (await database.pool.query<{ at: Date }>("SELECT drill_at AS at FROM projects")).rows[0]?.at.getTime() ?? 0;
    await Promise.all([turn(), turn(), turn()]);
    expect(await listStored(database)).toHaveLength(1);
    const { rows } = await database.pool.query<{ at: Date }>("SELECT drill_at AS at FROM projects");
    expect(rows[0]?.at.getTime()).toBe(due + 7 * DAY);
  });

  test("are not made up for after a time without us", async () => {
    await channel("Ops");
    await schedule("week", 30 * DAY);
    await turn();
    await turn();
    expect(await listStored(database)).toHaveLength(1);
  });

  test("say when the next thing is to be done", async () => {
    expect(await turn()).toBeNull();
    await schedule("month", -DAY);
    const inMs = ((await turn()) ?? 0) - Date.now();
    expect(Math.abs(inMs - DAY)).toBeLessThan(MINUTE);
    await channel("Ops");
    await start();
    const checkIn = ((await turn()) ?? 0) - Date.now();
    expect(Math.abs(checkIn - DRILL_PATIENCE_MS)).toBeLessThan(MINUTE);
  });
});
