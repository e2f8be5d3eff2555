import { once } from "node:events";
import { PassThrough } from "node:stream";
import pg from "pg";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLog } from "../../lib/log.ts";
import { openBus, type Bus, type BusChannel } from "../../lib/store/bus.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
const buses: Bus[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await database.close();
});

async function openTestBus(log = createLog("silent")): Promise<Bus> {
  const bus = await openBus(database.url, log);
  buses.push(bus);
  return bus;
}

/** The next `count` payloads on `channel`. */
function next(bus: Bus, channel: BusChannel, count = 1): Promise<string[]> {
  return new Promise((resolve) => {
    const heard: string[] = [];
    const stop = bus.on(channel, (payload) => {
      heard.push(payload);
      if (heard.length < count) return;
      stop();
      resolve(heard);
    });
  });
}

async function cutConnections(): Promise<void> {
  await database.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'belfry bus'",
  );
}

describe("the bus", () => {
  test("carries a payload to every process and channel that listens, its own too", async () => {
    const [one, two] = [await openTestBus(), await openTestBus()];
    const heard = Promise.all([next(one, "belfry_check"), next(two, "belfry_check"), next(two, "belfry_deliver")]);
    await one.publish("belfry_check", "1700000000000");
    await one.publish("belfry_deliver");
    expect(await heard).toEqual([["1700000000000"], ["1700000000000"], [""]]);
  });

  test("hears what SQL of a transaction announces, after its commit", async () => {
    const bus = await openTestBus();
    const heard = next(bus, "belfry_deliver", 1);
    await database.pool.query("BEGIN; SELECT pg_notify('belfry_deliver', 'rolled back'); ROLLBACK");
    await database.pool.query("BEGIN; SELECT pg_notify('belfry_deliver', 'committed'); COMMIT");
    expect(await heard).toEqual(["committed"]);
  });

  test("a listener that has stopped hears nothing more, and one that throws disturbs no other", async () => {
    const bus = await openTestBus();
    let stopped = 0;
    bus.on("belfry_cache", () => stopped++)();
    bus.on("belfry_cache", () => {
      throw new Error("a mistake");
    });
    const heard = next(bus, "belfry_cache", 2);
    await bus.publish("belfry_cache", "a");
    await bus.publish("belfry_cache", "b");
    expect(await heard).toEqual(["a", "b"]);
    expect(stopped).toBe(0);
  });

  test("connects again, tells every listener that something may have been missed, and hears again", async () => {
    const bus = await openTestBus();
    for (let round = 0; round < 3; round++) {
      const missed = Promise.all([next(bus, "belfry_cache"), next(bus, "belfry_check")]);
      await cutConnections();
      expect(await missed).toEqual([[""], [""]]);
      const heard = next(bus, "belfry_cache");
      await bus.publish("belfry_cache", "again");
      expect(await heard).toEqual(["again"]);
    }
  });

  test("keeps what is published while the connection is away", async () => {
    const lines = new PassThrough();
    const bus = await openTestBus(pino({ level: "warn" }, lines));
    const heard = next(bus, "belfry_live", 2);
    await cutConnections();
    await once(lines, "data");
    await bus.publish("belfry_live", "project");
    expect(await heard).toEqual(["", "project"]);
  });

  test("closes at once, connected or away", async () => {
    const bus = await openTestBus();
    await cutConnections();
    await bus.close();
    await bus.publish("belfry_check");
    const left = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'belfry bus'";
    await expect.poll(async () => (await database.pool.query(left)).rowCount, { timeout: 10_000 }).toBe(0);
  });

  test("fails at once where the database cannot be reached at the start", async () => {
    const url = new URL(database.url);
    url.pathname = "/no_such_database";
    await expect(openBus(url.href, createLog("silent"))).rejects.toBeInstanceOf(pg.DatabaseError);
  });
});
