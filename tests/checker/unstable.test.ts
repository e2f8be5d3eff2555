import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MINUTE, type Instant } from "../../lib/domain/time.ts";
import { createJob, pauseJob } from "../../lib/services/job-changes.ts";
import { getJob } from "../../lib/services/jobs.ts";
import { listHolds, listPlanned, planNow } from "../support/alerting.ts";
import { offsetClock } from "../support/database.ts";
import { makeChannel } from "../support/jobs.ts";
import { book, openWorld, type World } from "../services/world.ts";

let world: World;
let start: Instant;
let jobs = 0;

beforeAll(async () => {
  world = await openWorld();
  await makeChannel(world.database, { id: world.project.id, pingKey: "" });
  start = world.services.clock.now();
});
beforeEach(async () => {
  await world.database.pool.query("TRUNCATE jobs, alerts, outages CASCADE");
  await offsetClock(world.database, 0);
  jobs += 1;
});
afterAll(() => world.database.close());

async function makeJob(name = "sync"): Promise<string> {
  return (await createJob(world.owner, { projectId: world.project.id, name, slug: `${name}-${jobs}` })).id;
}

/** Time passes to so many minutes after the beginning. */
async function pass(minutes: number): Promise<void> {
  await offsetClock(world.database, minutes * MINUTE);
  await planNow(world.database);
  await planNow(world.database);
}

async function ping(jobId: string, action: "fail" | "success", minutes: number, host = "db-01"): Promise<void> {
  await offsetClock(world.database, minutes * MINUTE);
  await book(world, jobId, { action, receivedAt: start + minutes * MINUTE, host });
}

/** It fails and recovers, `times` times, five minutes apart, beginning at `from`. */
async function flap(jobId: string, times: number, from = 0): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await ping(jobId, "fail", from + 5 * time);
    await ping(jobId, "success", from + 5 * time + 2);
  }
}

const told = async () => (await listPlanned(world.database)).map(({ event }) => event);

const THREE_TIMES = ["opened", "resolved", "opened", "resolved", "opened", "resolved"];

describe("a job that fails and recovers again and again", () => {
  test("is told to be unstable the fourth time within an hour, and then is hushed", async () => {
    const jobId = await makeJob();
    await flap(jobId, 8);
    expect(await told()).toEqual([...THREE_TIMES, "unstable"]);
    const { rows } = await world.database.pool.query(
      "SELECT facts -> 'unstable' AS said FROM alerts WHERE event = 'unstable'",
    );
    expect(rows).toEqual([{ said: { since: start, openings: 4 } }]);
    expect((await getJob(world.owner, { jobId })).unstable).toEqual({ since: start, openings: 8 });
    await pass(55);
    expect((await listHolds(world.database)).filter(({ waits }) => waits)).toEqual([]);
  });

  test("is told to be stable when it was calm for half an hour, and as any other after that", async () => {
    const jobId = await makeJob();
    await flap(jobId, 5);
    await pass(51);
    expect((await told()).at(-1)).toBe("unstable");
    await pass(53);
    expect(await told()).toEqual([...THREE_TIMES, "unstable", "stable"]);
    const { rows } = await world.database.pool.query(
      "SELECT facts -> 'unstable' AS said FROM alerts WHERE event = 'stable'",
    );
    expect(rows).toEqual([{ said: { since: start, openings: 5 } }]);
    await ping(jobId, "fail", 120);
    expect((await told()).at(-1)).toBe("opened");
  });

  test("is told as any other where it stays down, and so is its end", async () => {
    const jobId = await makeJob();
    await flap(jobId, 4);
    await ping(jobId, "fail", 30);
    await pass(41);
    expect((await told()).at(-1)).toBe("unstable");
    await pass(42);
    expect((await told()).at(-1)).toBe("opened");
    await pass(80);
    expect((await told()).at(-1)).toBe("opened");
    await ping(jobId, "success", 85);
    expect((await told()).at(-1)).toBe("resolved");
    await pass(116);
    expect((await told()).at(-1)).toBe("stable");
  });

  test("is told as down too where it stays down the very time that made it unstable", async () => {
    const jobId = await makeJob();
    await flap(jobId, 3);
    await ping(jobId, "fail", 15);
    expect(await told()).toEqual([...THREE_TIMES, "unstable"]);
    await pass(28);
    expect(await told()).toEqual([...THREE_TIMES, "unstable", "opened"]);
  });

  test("is not unstable where it fails three times, or where that takes longer than an hour", async () => {
    await flap(await makeJob("three"), 3);
    const slow = await makeJob("slow");
    for (const minutes of [20, 45, 70, 95, 120]) {
      await ping(slow, "fail", minutes);
      await ping(slow, "success", minutes + 2);
    }
    expect(await told()).not.toContain("unstable");
  });

  test("is forgotten without a word where it is paused", async () => {
    const jobId = await makeJob();
    await flap(jobId, 4);
    await offsetClock(world.database, 25 * MINUTE);
    await pauseJob(world.owner, { jobId });
    await pass(90);
    expect((await told()).at(-1)).toBe("unstable");
    expect((await getJob(world.owner, { jobId })).unstable).toBeNull();
  });
});

test("several jobs of one machine that become unstable together are one message, and stable together", async () => {
  const ids = [await makeJob("a"), await makeJob("b"), await makeJob("c")];
  await keepWaiting(await makeJob("judged-late"));
  for (let time = 0; time < 4; time += 1) {
    for (const jobId of ids) await ping(jobId, "fail", 5 * time);
    await pass(5 * time + 1);
    for (const jobId of ids) await ping(jobId, "success", 5 * time + 2);
    await pass(5 * time + 4);
  }
  await pass(60);
  const planned = await listPlanned(world.database);
  const counts = (event: string) => {
    const own = planned.filter((one) => one.event === event);
    return { alerts: own.length, messages: own.filter(({ leadId }) => leadId === null).length };
  };
  expect(counts("opened")).toEqual({ alerts: 9, messages: 3 });
  expect(counts("resolved")).toEqual({ alerts: 9, messages: 3 });
  expect(counts("unstable")).toEqual({ alerts: 3, messages: 1 });
  expect(counts("stable")).toEqual({ alerts: 3, messages: 1 });
});

/** While a job waits for its verdict, what opens is gathered. */
async function keepWaiting(jobId: string): Promise<void> {
  await world.database.pool.query("UPDATE job_state SET check_at = $2 WHERE job_id = $1", [
    jobId,
    new Date(start - MINUTE),
  ]);
}
