import { beforeAll, describe, expect, test } from "vitest";
import { HOUR, SECOND } from "../../lib/domain/time.ts";
import { openClock, refuseOffsetClock } from "../../lib/store/clock.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

async function databaseNow(): Promise<number> {
  const { rows } = await database.pool.query<{ now: Date }>("SELECT belfry_now() AS now");
  return rows[0]?.now.getTime() ?? Number.NaN;
}

describe("the database's clock", () => {
  test("tells the database's time in whole milliseconds", async () => {
    await offsetClock(database, 0);
    const clock = await openClock(database.pool);
    const before = await databaseNow();
    const now = clock.now();
    const after = await databaseNow();
    expect(Number.isInteger(now)).toBe(true);
    expect(now).toBeGreaterThan(before - 50);
    expect(now).toBeLessThan(after + 50);
  });

  test("follows a step of the database's clock after the next measurement, forwards and back", async () => {
    await offsetClock(database, 0);
    const clock = await openClock(database.pool);
    const start = clock.now();
    await offsetClock(database, HOUR);
    expect(clock.now() - start).toBeLessThan(30 * SECOND);
    await clock.refresh();
    expect(clock.now() - start).toBeGreaterThanOrEqual(HOUR - 50);
    await offsetClock(database, -HOUR);
    await clock.refresh();
    expect(clock.now()).toBeLessThan(start);
  });

  test("does not go backwards for an error of measurement", async () => {
    await offsetClock(database, 500);
    const clock = await openClock(database.pool);
    const before = clock.now();
    await offsetClock(database, 0);
    await clock.refresh();
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  });

  test("goes on where the database is away", async () => {
    const other = await createTestDatabase();
    const clock = await openClock(other.pool);
    const before = clock.now();
    await other.close();
    await expect(clock.refresh()).rejects.toThrow();
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  });

  test("is the real one in production: a database with a moved clock is refused", async () => {
    await offsetClock(database, 0);
    await refuseOffsetClock(database.pool);
    await offsetClock(database, 10 * SECOND);
    await expect(refuseOffsetClock(database.pool)).rejects.toMatchObject({ code: "invalid", field: "DATABASE_URL" });
  });
});
