import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";
import { listIncidents } from "../../lib/services/incidents.ts";
import { createJob, deleteJob, pauseJob, resumeJob, updateJob } from "../../lib/services/job-changes.ts";
import { getJob } from "../../lib/services/jobs.ts";
import { createLog } from "../../lib/log.ts";
import { openBus } from "../../lib/store/bus.ts";
import { usePastJobs } from "./past-jobs.ts";
import { book, sweepJob, type World } from "./world.ts";

const { opened, slug, nextSlug, createEarlier, rowOf } = usePastJobs();

let world: World;
let projectId: string;

beforeAll(() => {
  ({ world, projectId } = opened());
});

describe("pause and resume", () => {
  test("a paused job is not expected; its incident ends", async () => {
    const jobId = await createEarlier({ schedule: "every 10m" });
    await book(world, jobId, { action: "fail" });
    expect(await pauseJob(world.owner, { jobId })).toEqual({ id: jobId, slug: slug(), state: "paused" });
    expect(await pauseJob(world.owner, { jobId })).toMatchObject({ state: "paused" });
    expect(await getJob(world.owner, { jobId })).toMatchObject({
      status: "paused",
      openIncidents: [],
      nextExpectedAt: null,
    });
    expect(await resumeJob(world.owner, { jobId })).toMatchObject({ state: "ok" });
    const { nextExpectedAt, now } = await getJob(world.owner, { jobId });
    expect(nextExpectedAt).toBeGreaterThan(now);
  });
});

describe("a change while no process takes pings", () => {
  /** Somebody took pings until then, and nobody has since. */
  async function heardUntil(ago: number): Promise<void> {
    await world.database.pool.query(
      `INSERT INTO heartbeats (process_id, host, pid, roles, started_at, beat_at)
       VALUES (gen_random_uuid(), 'x', 1, '{pings}', belfry_now(), belfry_now() - $1 * interval '1 ms')`,
      [ago],
    );
  }

  afterEach(() => world.database.pool.query("DELETE FROM heartbeats"));

  test.each([
    ["a pause", (jobId: string) => pauseJob(world.owner, { jobId })],
    ["an edit", (jobId: string) => updateJob(world.owner, { jobId, maxRuntime: "1h" })],
  ])("%s calls nothing missed", async (_name, change) => {
    const jobId = await createEarlier({ schedule: "every 10m", grace: "1m" });
    await book(world, jobId, { action: "success", receivedAt: world.services.clock.now() - 40 * MINUTE });
    await heardUntil(35 * MINUTE);
    await change(jobId);
    const { incidents } = await listIncidents(world.owner, { projectId, jobId });
    expect(incidents).toEqual([]);
    expect((await rowOf(jobId)).strip).toMatchObject([{ outcome: "ok" }]);
  });
});

describe("an edit", () => {
  test("changes what is given, keeps the rest, and counts a new schedule from now", async () => {
    const jobId = await createEarlier({ schedule: "every 10m", grace: "2m", name: "Old name" });
    await book(world, jobId, { action: "success", receivedAt: world.services.clock.now() - 40 * MINUTE });
    await updateJob(world.owner, { jobId, schedule: "every 1d", maxRuntime: "5m" });
    const page = await getJob(world.owner, { jobId });
    expect(page).toMatchObject({
      name: "Old name",
      slug: slug(),
      limits: { graceMs: 2 * MINUTE, maxRuntimeMs: 5 * MINUTE },
    });
    expect(page.status).not.toBe("late");
    expect(page.nextExpectedAt).toBeGreaterThan(page.now + 20 * HOUR);
  });

  test("what a limit already in force decided stays; a longer one holds for the run that goes on", async () => {
    const jobId = await createEarlier({ maxRuntime: "10m" });
    await book(world, jobId, { action: "start", receivedAt: world.services.clock.now() - 5 * MINUTE });
    await updateJob(world.owner, { jobId, maxRuntime: "1m" });
    await sweepJob(world, jobId, world.services.clock.now());
    expect(await rowOf(jobId)).toMatchObject({ status: "down" });
  });

  test("of a slug in use is refused, and nothing is changed", async () => {
    const first = await createEarlier();
    nextSlug();
    const jobId = await createEarlier({ name: "Kept" });
    const { form } = await getJob(world.owner, { jobId: first });
    const attempt = updateJob(world.owner, { jobId, slug: form.slug, name: "Lost" });
    await expect(attempt).rejects.toMatchObject({ code: "conflict", field: "slug" });
    expect(await getJob(world.owner, { jobId })).toMatchObject({ name: "Kept", slug: slug() });
  });

  test("that says nothing new changes nothing", async () => {
    const jobId = await createEarlier({
      schedule: "30 4 * * *",
      timeZone: "Europe/Riga",
      grace: "1h30m",
      overlap: "allow",
    });
    const { form } = await getJob(world.owner, { jobId });
    await updateJob(world.owner, { jobId, ...form });
    expect((await getJob(world.owner, { jobId })).form).toEqual(form);
  });
});

test("a deleted job is gone with all that hangs on it", async () => {
  const jobId = await createEarlier();
  await book(world, jobId, { action: "fail", body: "x" });
  await deleteJob(world.owner, { jobId });
  await expect(getJob(world.owner, { jobId })).rejects.toMatchObject({ code: "not-found" });
  const { rows } = await world.database.pool.query(
    "SELECT (SELECT count(*) FROM runs WHERE job_id = $1) + (SELECT count(*) FROM incidents WHERE job_id = $1) AS left",
    [jobId],
  );
  expect(rows).toEqual([{ left: 0 }]);
});

test("changes are told with the commit: caches, screens and the sweep", async () => {
  const bus = await openBus(world.database.url, createLog("silent"));
  const heard: string[] = [];
  for (const channel of ["belfry_cache", "belfry_live", "belfry_check"] as const) {
    bus.on(channel, (payload) => heard.push(`${channel} ${payload}`));
  }
  const { id } = await createJob(world.owner, { projectId, slug: slug(), maxRuntime: "1h" });
  const start = await book(world, id, { action: "start" });
  await updateJob(world.owner, { jobId: id, maxRuntime: "30m" });
  await deleteJob(world.owner, { jobId: id });
  await bus.publish("belfry_live", "end");
  await expect.poll(() => heard).toContain("belfry_live end");
  await bus.close();
  const earlier = (start.checkAt ?? 0) - 30 * MINUTE;
  expect(heard.filter((line) => line === `belfry_cache ${id}`)).toHaveLength(3);
  expect(heard.filter((line) => line === `belfry_live ${projectId}`)).toHaveLength(3);
  expect(heard).toContain(`belfry_check ${earlier}`);
});
