import { afterEach, expect, test } from "vitest";
import { type Health, type Watched, watchHealth } from "../../lib/server/health.ts";
import { createTestDatabase } from "../support/database.ts";
import { silent } from "./stub/site.ts";

let health: Health | null = null;
afterEach(() => health?.stop());

function watch(watched: Partial<Watched>): Health {
  health = watchHealth(
    () => ({ pool: null, clock: { now: () => 100_000 }, loops: [], pages: null, ...watched }),
    silent,
  );
  return health;
}

test("all is well", async () => {
  const { pool } = await createTestDatabase();
  const loops = [{ name: "sweep", lastTurnAt: () => 97_000 }];
  expect(await watch({ pool, loops, pages: { state: () => "up" } }).report()).toEqual({
    status: "ok",
    reasons: [],
    database: "reachable",
    loops: { sweep: { lastTurnMsAgo: 3_000 } },
    pages: "up",
  });
});

test("a loop that has not turned for long is named", async () => {
  const { pool } = await createTestDatabase();
  const loops = [
    { name: "sweep", lastTurnAt: () => 100_000 },
    { name: "dispatch", lastTurnAt: () => 55_000 },
  ];
  const report = await watch({ pool, loops }).report();
  expect(report.status).toBe("unavailable");
  expect(report.reasons).toEqual(["The dispatch loop has not turned for 45 s."]);
});

test("a database that is not open yet, or was lost, is away; the address of it stays in the log", async () => {
  expect((await watch({}).report()).reasons).toEqual(["The database cannot be reached; the log says why."]);
  health?.stop();
  const database = await createTestDatabase();
  const watching = watch({ pool: database.pool });
  expect(await watching.lookAtDatabase()).toBe(false);
  await database.close();
  expect(await watching.lookAtDatabase()).toBe(true);
  expect(watching.databaseAway()).toBe(true);
});
