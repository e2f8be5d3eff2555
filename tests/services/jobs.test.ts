import { beforeAll, describe, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { createChannel, updateChannel } from "../../lib/services/channels.ts";
import { createJob, updateJob } from "../../lib/services/job-changes.ts";
import { getJob, listJobs } from "../../lib/services/jobs.ts";
import { listProjects } from "../../lib/services/projects.ts";
import { usePastJobs } from "./past-jobs.ts";
import { book, openWorld, sweepJob, type World } from "./world.ts";

const { opened, slug, createEarlier, rowOf } = usePastJobs();

let world: World;
let projectId: string;

beforeAll(() => {
  ({ world, projectId } = opened());
});

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
  const made = Array.from({ length: 11 }, (_, job) => createJob(world.owner, { projectId, slug: `${slug()}-${job}` }));
  await Promise.all(made);
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
