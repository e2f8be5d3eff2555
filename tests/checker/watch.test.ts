import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sweeper } from "../../lib/checker/sweep.ts";
import { openWatch, type Watch } from "../../lib/checker/watch.ts";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { createLog } from "../../lib/log.ts";
import { openBus } from "../../lib/store/bus.ts";
import { type DatabaseClock, openClock } from "../../lib/store/clock.ts";
import { insertGapNotice } from "../../lib/store/gaps.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeChannel, makeJob, makeProject } from "../support/jobs.ts";
import { startPingServer } from "../support/ping-server.ts";

const log = createLog("silent");

let database: TestDatabase;
const watches: Watch[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query(
    `INSERT INTO users (id, email, name, operator, updated_at) VALUES
       ('o1', 'one@example.org', 'One', true, belfry_now()), ('o2', 'two@example.org', 'Two', true, belfry_now()),
       ('u', 'user@example.org', 'User', false, belfry_now())`,
  );
});

afterEach(async () => {
  await Promise.all(watches.splice(0).map((watch) => watch.stop()));
  await database.close();
});

async function open(
  roles: string[],
  options: { mail?: boolean; clock?: DatabaseClock; steadyNow?: () => number } = {},
) {
  const watch = openWatch({
    pool: database.pool,
    clock: options.clock ?? (await openClock(database.pool)),
    log,
    processId: randomUUID(),
    roles: new Set(roles),
    onGap: (client, gap) => insertGapNotice(client, gap, { mail: options.mail ?? true }),
    steadyNow: options.steadyNow,
  });
  watches.push(watch);
  return watch;
}

/** Starts a process and stops it again. */
async function liveOnce(roles: string[] = ["pings"]): Promise<void> {
  const watch = await open(roles);
  await watch.ensureFresh();
  await watch.stop();
}

async function gaps(): Promise<number[]> {
  const { rows } = await database.pool.query<{ seconds: number }>(
    "SELECT extract(epoch FROM to_at - from_at)::float8 AS seconds FROM gaps ORDER BY id",
  );
  return rows.map(({ seconds }) => Math.round(seconds));
}

async function notices(): Promise<string[]> {
  const { rows } = await database.pool.query<{ told: string }>(
    `SELECT a.event || ' ' || (a.facts ->> 'notice') || ' to ' || coalesce(d.recipient, 'nobody') AS told
     FROM alerts a LEFT JOIN deliveries d ON d.alert_id = a.id WHERE a.project_id IS NULL ORDER BY d.ordinal`,
  );
  return rows.map(({ told }) => told);
}

describe("gaps", () => {
  it("the first start ever is none, and neither is a planned restart", async () => {
    await liveOnce();
    await liveOnce();
    await offsetClock(database, 4 * SECOND);
    await liveOnce();
    expect(await gaps()).toEqual([]);
  });

  it("a short one is written and told to nobody", async () => {
    await liveOnce();
    await offsetClock(database, 10 * SECOND);
    await liveOnce();
    expect(await gaps()).toEqual([10]);
    expect(await notices()).toEqual([]);
  });

  it("a long one is told once to every operator, however many processes start at once", async () => {
    await liveOnce();
    await offsetClock(database, 10 * MINUTE);
    const started = await Promise.all(Array.from({ length: 5 }, () => open(["pings"])));
    await Promise.all(started.map((watch) => watch.ensureFresh()));
    expect(await gaps()).toEqual([600]);
    expect(await notices()).toEqual(["notice own-gap to one@example.org", "notice own-gap to two@example.org"]);
  });

  it("without a mail server the notice stands in the database all the same", async () => {
    await liveOnce();
    await offsetClock(database, MINUTE);
    await (await open(["pings"], { mail: false })).ensureFresh();
    expect(await notices()).toEqual(["notice own-gap to nobody"]);
  });

  it("there is none while another process takes pings", async () => {
    await liveOnce();
    await offsetClock(database, MINUTE);
    await (await open(["pings", "web"])).ensureFresh();
    await (await open(["pings"])).ensureFresh();
    expect(await gaps()).toEqual([60]);
  });

  it("processes that take no pings do not end one, and judge nothing while it lasts", async () => {
    await liveOnce();
    await offsetClock(database, MINUTE);
    const sweep = await open(["sweep"]);
    await expect(sweep.ensureFresh()).rejects.toThrow("No process takes pings");
    expect(await gaps()).toEqual([]);
    await (await open(["pings"])).ensureFresh();
    await sweep.ensureFresh();
    const clock = await openClock(database.pool);
    expect(Math.abs(sweep.heardUntil() - clock.now())).toBeLessThan(5 * SECOND);
    expect(await gaps()).toEqual([60]);
  });

  it("a process that was stopped gives a sign of life before anything else is done", async () => {
    let steady = 0;
    const watch = await open(["pings"], { steadyNow: () => steady });
    await watch.ensureFresh();
    // As after SIGSTOP and SIGCONT: the database's clock went on, and so did the steady one.
    await offsetClock(database, 20 * SECOND);
    steady += 20 * SECOND;
    await watch.ensureFresh();
    expect(await gaps()).toEqual([20]);
    expect(await notices()).toHaveLength(2);
  });

  it("costs no query while the last sign is fresh", async () => {
    const watch = await open(["pings"], { steadyNow: () => 0 });
    await watch.ensureFresh();
    const beats = async () => (await database.pool.query("SELECT beat_at FROM heartbeats")).rows;
    const before = await beats();
    await watch.ensureFresh();
    expect(await beats()).toEqual(before);
  });
});

it("ten minutes away raise no false alarm: what was due then ends unknown, and later misses count again", async () => {
  const project = await makeProject(database);
  await makeChannel(database, project);
  const schedule = { kind: "interval", everyMs: 2 * MINUTE } as const;
  const jobId = await makeJob(database, project, { schedule, limits: { graceMs: 10 * SECOND } });
  const server = await startPingServer(database);
  expect((await fetch(`${server.url}/ping/${jobId}`)).status).toBe(200);
  await liveOnce();

  const sweepAfter = async (offsetMs: number): Promise<string[]> => {
    await offsetClock(database, offsetMs);
    const clock = await openClock(database.pool);
    const watch = await open(["pings", "sweep"], { clock });
    const bus = await openBus(database.url, log);
    const sweeper = new Sweeper({ pool: database.pool, clock, log, bus, watch });
    await sweeper.turn(new AbortController().signal);
    await Promise.all([sweeper.close(), bus.close(), watch.stop()]);
    const { rows } = await database.pool.query<{ outcome: string }>("SELECT outcome FROM runs ORDER BY number");
    return rows.map(({ outcome }) => outcome);
  };
  const listenUntil = async (fromMs: number, toMs: number): Promise<void> => {
    for (let at = fromMs; at < toMs; at += 3 * SECOND) {
      await offsetClock(database, at);
      await liveOnce();
    }
  };
  const incidents = async () => (await database.pool.query("SELECT cause FROM incidents")).rows;

  expect(await sweepAfter(10 * MINUTE)).toEqual(["ok"]);
  // Clients that were refused have a few seconds to come again.
  await listenUntil(10 * MINUTE, 10 * MINUTE + 9 * SECOND);
  expect(await sweepAfter(10 * MINUTE + 9 * SECOND)).toEqual(["ok", "unknown"]);
  expect(await incidents()).toEqual([]);
  await listenUntil(10 * MINUTE + 9 * SECOND, 12 * MINUTE + 30 * SECOND);
  expect(await sweepAfter(12 * MINUTE + 30 * SECOND)).toEqual(["ok", "unknown", "missed"]);
  expect(await incidents()).toEqual([{ cause: "missed" }]);
  expect(await gaps()).toEqual([600]);
  expect(await notices()).toHaveLength(2);
  await server.close();
});

describe("a sign of life is given", () => {
  let steady: number;
  let watch: Watch;

  beforeEach(async () => {
    steady = 0;
    watch = await open(["pings"], { steadyNow: () => steady });
  });

  /** The last sign is too old, and there is no other way than to give one now. */
  async function beat(): Promise<void> {
    steady += 20 * SECOND;
    await offsetClock(database, steady);
    await watch.ensureFresh();
  }

  it("while all connections that work shares are taken", async () => {
    await beat();
    steady += 20 * SECOND;
    await offsetClock(database, steady);
    const taken = await Promise.all(Array.from({ length: database.pool.options.max }, () => database.pool.connect()));
    await watch.ensureFresh();
    for (const client of taken) client.release();
    expect(await gaps()).toEqual([20]);
  });

  it("over one of these where none of its own can be had", async () => {
    const allow = (allowed: boolean) =>
      database.pool.query("UPDATE pg_database SET datallowconn = $1 WHERE datname = current_database()", [allowed]);
    await allow(false);
    await beat();
    await beat();
    await allow(true);
    expect(await gaps()).toEqual([20]);
  });
});

it("signs of life go on by themselves and survive a database that was away", async () => {
  const watch = await open(["pings"]);
  await watch.ensureFresh();
  const { rows } = await database.pool.query<{ name: string }>("SELECT current_database() AS name");
  await database.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
    [rows[0]?.name],
  );
  const beat = async () =>
    (await database.pool.query<{ at: Date }>("SELECT beat_at AS at FROM heartbeats")).rows[0]?.at ?? null;
  const before = await beat();
  await eventually(async () => expect(await beat()).not.toEqual(before), 20_000);
});
