import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { createChannel, updateChannel } from "../../lib/services/channels.ts";
import { listIncidents } from "../../lib/services/incidents.ts";
import { createJob, deleteJob, pauseJob, resumeJob, updateJob } from "../../lib/services/job-changes.ts";
import { getJob, listJobs } from "../../lib/services/jobs.ts";
import { listProjects } from "../../lib/services/projects.ts";
import { createLog } from "../../lib/log.ts";
import { openBus } from "../../lib/store/bus.ts";
import { offsetClock } from "../support/database.ts";
import { book, openWorld, sweepJob, type World } from "./world.ts";

let world: World;
let projectId: string;
let slugs = 0;

beforeAll(async () => {
  world = await openWorld();
  projectId = world.project.id;
});

beforeEach(() => {
  slugs += 1;
});

const slug = () => `job-${slugs}`;

/** Makes a job as if an hour ago: what happened since then may be booked. */
async function createEarlier(input: Record<string, string> = {}): Promise<string> {
  await offsetClock(world.database, -HOUR);
  const { id } = await createJob(world.owner, { projectId, slug: slug(), ...input });
  await offsetClock(world.database, 0);
  return id;
}

async function rowOf(jobId: string) {
  const { jobs } = await listJobs(world.owner, { projectId });
  const row = jobs.find((job) => job.id === jobId);
  if (row === undefined) throw new Error("The job is not in the list.");
  return row;
}

describe("a new job", () => {
  test("is listed, shown and can be pinged", async () => {
    const created = await createJob(world.owner, {
      ...{ projectId, slug: slug(), name: "Nightly backup", schedule: "0 2 * * *", timeZone: "Europe/Riga" },
      ...{ grace: "10m", maxRuntime: "1h", tags: ["db", "db", "night"], description: " Dumps it. " },
    });
    expect(created).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      slug: slug(),
      pingUrl: `http://localhost:3000/ping/${created.id}`,
      warnings: [],
    });
    expect(await rowOf(created.id)).toMatchObject({
      ...{ name: "Nightly backup", status: "new", timeZone: "Europe/Riga", strip: [], lastDurationMs: null },
      ...{ tags: ["db", "night"], running: 0, warning: null, nextExpectedAt: null, channelCount: 0 },
      scheduleWords: expect.stringContaining("02:00"),
    });
    const page = await getJob(world.owner, { jobId: created.id });
    expect(page).toMatchObject({
      description: "Dumps it.",
      effectiveGraceMs: 10 * MINUTE,
      pings: 0,
      mailAddress: null,
    });
    const config = { ...world.owner.config, mailPort: 2525 };
    const withMail = await getJob({ ...world.owner, config }, { jobId: created.id });
    expect(withMail.mailAddress).toBe(`${created.id}@localhost`);
    expect(page.reading).toMatchObject({ guessed: true, dialect: "vixie", timeZone: "Europe/Riga", warnings: [] });
    expect(page.reading.occurrences).toHaveLength(5);
    expect(page.form).toMatchObject({
      schedule: "0 2 * * *",
      dialect: "auto",
      grace: "10m",
      maxRuntime: "1h",
      minRuntime: "",
    });
    expect(page.figures.map(({ period, runs, successRate }) => [period, runs, successRate])).toEqual([
      ["24h", 0, null],
      ["7d", 0, null],
      ["30d", 0, null],
      ["90d", 0, null],
    ]);
  });

  test("needs a slug of its own; of twelve at once one is made", async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 12 }, () => createJob(world.owner, { projectId, slug: slug() })),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const [refused] = tries.filter((attempt) => attempt.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "conflict", field: "slug" });
  });

  test("takes no channel of another project", async () => {
    const [other] = await listProjects(world.stranger);
    const elsewhere = await createChannel(world.stranger, {
      projectId: other?.id ?? "",
      kind: "slack",
      settings: { url: "https://hooks.slack.com/services/T/B/x" },
    });
    for (const channelIds of [[elsewhere.id], ["nonsense"]]) {
      const attempt = createJob(world.owner, { projectId, slug: slug(), channelIds });
      await expect(attempt).rejects.toMatchObject({ code: "invalid", field: "channelIds" });
    }
  });
});

describe("what happened", () => {
  test("shows in the list: status, strip, last duration, next expected", async () => {
    const jobId = await createEarlier({ schedule: "every 10m", grace: "1m" });
    const now = world.services.clock.now();
    await book(world, jobId, { action: "start", receivedAt: now - 50 * MINUTE });
    await book(world, jobId, { action: "success", receivedAt: now - 49 * MINUTE });
    await book(world, jobId, { action: "fail", exitCode: 3, receivedAt: now - 40 * MINUTE });
    expect(await rowOf(jobId)).toMatchObject({ status: "down", lastOkAt: now - 49 * MINUTE });
    await book(world, jobId, { action: "start", receivedAt: now - 30 * MINUTE });
    await book(world, jobId, { action: "success", receivedAt: now - 30 * MINUTE + 5 * SECOND });
    await sweepJob(world, jobId, now);
    const row = await rowOf(jobId);
    expect(row.status).toBe("down");
    expect(row.strip.map(({ outcome, durationMs, count }) => [outcome, durationMs, count])).toEqual([
      ["ok", MINUTE, 1],
      ["failed", null, 1],
      ["ok", 5 * SECOND, 1],
      ["missed", null, 2],
    ]);
    expect(row.strip[0]?.at).toBe(now - 50 * MINUTE);
    expect(row.lastDurationMs).toBe(5 * SECOND);
    expect(row.nextExpectedAt).toBe(now);
    const page = await getJob(world.owner, { jobId });
    expect(page.figures[0]).toEqual({
      ...{ period: "24h", runs: 5, ok: 2, bad: 3, successRate: 0.4, incidents: 2 },
      ...{ medianMs: 32.5 * SECOND, p95Ms: expect.closeTo(57_250, 0) },
    });
    expect(page.openIncidents).toMatchObject([{ cause: "missed" }]);
  });

  test("a job past its slot is late without an alarm", async () => {
    const jobId = await createEarlier({ schedule: "every 10m", grace: "30m" });
    await book(world, jobId, { action: "success", receivedAt: world.services.clock.now() - 15 * MINUTE });
    expect(await rowOf(jobId)).toMatchObject({ status: "late", strip: [{ outcome: "ok" }] });
  });

  test("an overlap shows as a warning beside the status, and as ambiguous without run ids", async () => {
    const jobId = await createEarlier();
    await book(world, jobId, { action: "start" });
    await book(world, jobId, { action: "start", source: "192.0.2.2" });
    expect(await rowOf(jobId)).toMatchObject({ status: "running", running: 2, warning: "overlap" });
    expect(await getJob(world.owner, { jobId })).toMatchObject({
      ambiguous: true,
      openIncidents: [{ cause: "overlap" }],
    });
  });

  test("the strip shows the newest 30, oldest first", async () => {
    const jobId = await createEarlier();
    for (let run = 0; run < 32; run++) await book(world, jobId, { action: "success" });
    const { strip } = await rowOf(jobId);
    expect(strip.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 3));
  });
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
    slugs += 1;
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

describe("nobody would be told", () => {
  test("is said with what to do, until a channel works", async () => {
    const { owner, services, project } = await openWorld();
    const { id: jobId } = await createJob(owner, { projectId: project.id, slug: "backup" });
    const told = async () => (await getJob(owner, { jobId })).nobodyTold;
    expect(await told()).toMatch(/has no channel yet/);
    const settings = { url: "https://hooks.slack.com/services/T/B/x" };
    const { id: channelId } = await createChannel(owner, { projectId: project.id, kind: "slack", settings });
    expect(await told()).toBeNull();
    expect((await listJobs(owner, { projectId: project.id })).jobs[0]?.channelCount).toBe(1);
    await updateChannel(owner, { channelId, enabled: false });
    expect(await told()).toMatch(/switched off/);
    await updateChannel(owner, { channelId, enabled: true });
    await services.database.pool.query("UPDATE channels SET broken_at = belfry_now()");
    expect(await told()).toMatch(/broken/);
    await services.database.pool.query("UPDATE channels SET broken_at = NULL");
    await updateJob(owner, { jobId, channelIds: [] });
    expect(await told()).toMatch(/no channel is chosen/);
    expect((await listJobs(owner, { projectId: project.id })).jobs[0]?.channelCount).toBe(0);
    await updateJob(owner, { jobId, channelIds: [channelId] });
    expect(await told()).toBeNull();
    expect((await listJobs(owner, { projectId: project.id })).jobs[0]?.channelCount).toBe(1);
  });
});

test("a list takes three queries, however long it is", async () => {
  const { pool } = world.database;
  const asked: unknown[] = [];
  const counting = new Proxy(pool, {
    get: (target, name) => {
      if (name === "query") asked.push(name);
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const ctx = { ...world.owner, database: { ...world.database, pool: counting } };
  const { jobs } = await listJobs(ctx, { projectId });
  expect(jobs.length).toBeGreaterThan(10);
  expect(asked).toHaveLength(3);
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
