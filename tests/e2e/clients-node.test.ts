import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Belfry, runClient } from "../clients/belfry.ts";
import { missingCommand } from "../clients/missing.ts";
import { type Redis, startRedis } from "../clients/redis.ts";

// Clients of the npm registry, unmodified, in processes of their own. When such a process has ended, its pings are answered.
// Durations are those that the client measured: a timer may be a millisecond early, but no more.

const MINUTE = 60_000;

let belfry: Belfry;

beforeAll(async () => {
  belfry = await Belfry.start();
}, MINUTE);
afterAll(() => belfry?.stop());

const sentry = (): Record<string, string> => ({ SENTRY_DSN: belfry.dsn, SENTRY_ENVIRONMENT: "staging" });

/** How the executions of a job ended, the oldest first. */
async function outcomes(name: string): Promise<string[]> {
  return (await belfry.runs(name, "staging")).map((run) => run.outcome);
}

describe("check-ins that a program sends with @sentry/node", () => {
  beforeAll(async () => {
    await runClient("sentry-check-ins.mjs", sentry());
  }, MINUTE);

  it("need nothing but a DSN of the shape that SDKs accept", () => {
    expect(belfry.dsn).toMatch(/^http:\/\/[0-9a-f]{32}@127\.0\.0\.1:\d+\/\d+$/);
  });

  it("make a job with the schedule and limits of the code, whichever check-in arrives first", async () => {
    expect(await belfry.job("Invoices / EU", "staging")).toMatchObject({
      slug: "invoices-eu",
      intervalMs: 90 * MINUTE,
      graceMs: 5 * MINUTE,
      maxRuntimeMs: 30 * MINUTE,
      failuresToOpen: 2,
      successesToClose: 3,
      managedBy: "code",
    });
    expect(await belfry.job("exports", "staging")).toMatchObject({
      schedule: "*/5 * * * *",
      timeZone: "Europe/Riga",
      graceMs: 2 * MINUTE,
      maxRuntimeMs: 10 * MINUTE,
    });
  });

  it("make a job without a schedule where the code says nothing of one", async () => {
    expect(await belfry.job("imports", "staging")).toMatchObject({
      schedule: "",
      intervalMs: null,
      maxRuntimeMs: null,
    });
    expect(await belfry.job("heartbeat", "staging")).toMatchObject({ schedule: "", intervalMs: null });
  });

  it("are one run a check-in id, with the duration that the code measured", async () => {
    const [invoices, ...others] = await belfry.runs("Invoices / EU", "staging");
    expect(invoices).toMatchObject({ outcome: "ok", durationMs: 1_500 });
    expect(others).toEqual([]);
    expect(await outcomes("heartbeat")).toEqual(["ok"]);
    // Started twice, for 600 ms in all: the second time is a sign of life.
    const [long, ...more] = await belfry.runs("long", "staging");
    expect(long?.outcome).toBe("failed");
    expect(long?.durationMs).toBeGreaterThan(100);
    expect(more).toEqual([]);
  });

  it("tell of work in withMonitor how long it took and whether it threw", async () => {
    const [exported] = await belfry.runs("exports", "staging");
    expect(exported?.outcome).toBe("ok");
    expect(exported?.durationMs).toBeGreaterThanOrEqual(399);
    const [imported] = await belfry.runs("imports", "staging");
    expect(imported?.outcome).toBe("failed");
    expect(imported?.durationMs).toBeGreaterThanOrEqual(299);
  });

  it("belong to the environment that sent them", async () => {
    await runClient("sentry-check-ins.mjs", { SENTRY_DSN: belfry.dsn });
    expect((await belfry.runs("exports", "production")).map((run) => run.outcome)).toEqual(["ok"]);
    expect(await outcomes("exports")).toEqual(["ok"]);
  });
});

describe("schedulers that @sentry/node instruments", () => {
  beforeAll(async () => {
    await runClient("sentry-schedulers.mjs", sentry());
  }, MINUTE);

  it.each([
    { name: "node-cron job", timeZone: "Europe/Riga", maxRuntimeMs: 2 * MINUTE },
    { name: "cron job", timeZone: "America/New_York", maxRuntimeMs: null },
    { name: "node-schedule job", timeZone: "UTC", maxRuntimeMs: null },
  ])("tell the schedule and every run of a $name that runs every second", async ({ name, ...limits }) => {
    expect(await belfry.job(name, "staging")).toMatchObject({ schedule: "* * * * * *", ...limits, managedBy: "code" });
    const runs = await belfry.runs(name, "staging");
    expect(runs.slice(0, 2).map((run) => run.outcome)).toEqual(["ok", "failed"]);
    for (const { durationMs } of runs) expect(durationMs).toBeGreaterThanOrEqual(199);
    // The first made the job: slots count from then on.
    expect(Date.parse(runs[1]?.slotAt ?? "") % 1_000).toBe(0);
  });

  it("are watched without a word in their jobs by its integrations", { timeout: MINUTE }, async () => {
    await runClient("sentry-automatic.mjs", sentry(), "--import", "@sentry/node/import");
    const jobs = [
      { name: "unchanged node-cron job", schedule: "5 4 * * *", timeZone: "Europe/Riga" },
      { name: "unchanged cron job", schedule: "6 4 * * 1-5", timeZone: "Asia/Tokyo" },
      { name: "unchanged node-schedule job", schedule: "7 4 * * *", timeZone: "UTC" },
    ];
    for (const { name, ...asked } of jobs) {
      expect(await belfry.job(name, "staging")).toMatchObject(asked);
      expect(await outcomes(name), name).toEqual(["ok"]);
    }
  });
});

describe("BullMQ on a real Redis", () => {
  const missing = missingCommand("redis-server", "redis-server");
  let redis: Redis;
  afterAll(() => redis?.stop());

  it("tells each job of a job scheduler whose work is in withMonitor", { timeout: MINUTE }, async ({ skip }) => {
    if (missing !== null) skip(missing);
    redis = await startRedis();
    await runClient("bullmq.mjs", { ...sentry(), REDIS_SOCKET: redis.socket });
    expect(await belfry.job("nightly report", "staging")).toMatchObject({
      slug: "nightly-report",
      schedule: "* * * * * *",
      timeZone: "Europe/Riga",
      graceMs: MINUTE,
      maxRuntimeMs: 3 * MINUTE,
    });
    const runs = await belfry.runs("nightly report", "staging");
    expect(runs.slice(0, 2).map((run) => run.outcome)).toEqual(["ok", "failed"]);
    for (const { durationMs } of runs) expect(durationMs).toBeGreaterThanOrEqual(199);
  });
});

describe("healthchecks-io-client", () => {
  it("starts, ends and fails runs of a job by its uuid", async () => {
    const { id } = await belfry.createJob("healthchecks-io");
    const answers = await runClient("healthchecks-io.mjs", { HC_UUID: id, HC_URL: `${belfry.url}/ping` });
    expect(JSON.parse(answers)).toEqual(["OK", "OK", "OK", "OK"]);
    const runs = await belfry.runs("healthchecks-io");
    expect(runs.map((run) => run.outcome)).toEqual(["ok", "failed", "ok"]);
    expect(runs.map((run) => run.durationMs !== null)).toEqual([true, false, false]);
  });
});
