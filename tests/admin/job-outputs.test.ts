import { beforeAll, describe, expect, test } from "vitest";
import { MINUTE } from "../../lib/domain/time.ts";
import { book, sweepJob } from "../services/world.ts";
import { offsetClock } from "../support/database.ts";
import { AdminWorld } from "./admin-world.ts";

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let world: AdminWorld;
let services: AdminWorld["services"];
let database: AdminWorld["database"];
let project: AdminWorld["project"];

beforeAll(async () => {
  world = await AdminWorld.open();
  ({ services, database, project } = world);
});

const run = (...words: string[]) => world.run(...words);
const newJob = (...words: string[]) => world.newJob(...words);

describe("jobs", () => {
  test("job: what came, what was missed, newest first", async () => {
    await offsetClock(database, -60 * MINUTE);
    const id = await newJob("--schedule", "every 10m", "--grace", "1m");
    await offsetClock(database, 0);
    const installation = { services };
    const settings = {
      ...{ name: `job-${world.slugs}`, environment: "production", projectId: project.id },
      ...{ schedule: "every 10 min", dialect: null, tz: null, grace: "1m", maxRuntime: null, minRuntime: null },
      ...{ jitter: "0s", failures: 1, failureWindow: null, successes: 1, overlap: "alert", unusual: "ignore" },
      ...{ tooOften: "alert", tags: [], upstreams: [], channels: [] },
      warning: expect.stringMatching(/^Nobody/),
    };
    expect(await run("job", "--id", id)).toEqual({
      ...{ id, slug: `job-${world.slugs}`, state: "new", lastPingAt: null, nextExpectedAt: null, pings: 0, runs: [] },
      ...{ ...settings, openIncidents: [] },
    });
    const now = services.clock.now();
    const at = (minutes: number) => new Date(now - minutes * MINUTE).toISOString();
    await book(installation, id, { action: "start", receivedAt: now - 40 * MINUTE });
    await book(installation, id, { action: "fail", exitCode: 3, receivedAt: now - 39 * MINUTE });
    await book(installation, id, { action: "log", receivedAt: now - 38 * MINUTE });
    await sweepJob(installation, id, now - 25 * MINUTE);
    await book(installation, id, { action: "success", receivedAt: now - 20 * MINUTE });
    const job = await run("job", "--id", id);
    expect(job).toEqual({
      ...{ id, slug: `job-${world.slugs}`, state: "late", lastPingAt: at(20), nextExpectedAt: at(10), pings: 4 },
      ...{ ...settings, openIncidents: [] },
      runs: [
        { outcome: "ok", startedAt: at(20), finishedAt: at(20), durationMs: null, exitCode: null, slotAt: at(20) },
        { outcome: "missed", startedAt: null, finishedAt: null, durationMs: null, exitCode: null, slotAt: at(30) },
        {
          outcome: "failed",
          startedAt: at(40),
          finishedAt: at(39),
          durationMs: MINUTE,
          exitCode: 3,
          slotAt: null,
        },
      ],
    });
    expect(job.lastPingAt).toMatch(ISO);
  });

  test("job: what is set, what is open, and over which channels it would be told", async () => {
    const own = await run("create-project", "--name", "Own", "--owner", "owner@example.org");
    const channel = async (name: string, ...words: string[]) =>
      (await run(...["create-channel", "--project", own.id, "--kind", "webhook", "--name", name], ...words)).id;
    const url = ["--url", "http://127.0.0.1:8080/hook"];
    const [ops, web] = [await channel("Ops", ...url), await channel("Web", ...url, "--rules", '{"tags": ["web"]}')];
    await run("create-job", "--project", own.id, "--slug", "dump");
    const { id } = await run(
      ...["create-job", "--project", own.id, "--slug", "backup", "--schedule", "0 2 * * *", "--dialect", "vixie"],
      ...["--tz", "Europe/Riga", "--max-runtime", "90m", "--failures", "3", "--failure-window", "5", "--tags", "db"],
      ...["--upstreams", "dump"],
    );
    for (let times = 0; times < 3; times++) await book({ services }, id, { action: "fail", exitCode: 1 });
    expect(await run("job", "--id", id)).toMatchObject({
      ...{ projectId: own.id, schedule: "0 2 * * *", dialect: "vixie", tz: "Europe/Riga", grace: "1h" },
      ...{ maxRuntime: "1h30m", failures: 3, failureWindow: 5, tags: ["db"], upstreams: ["dump"], warning: null },
      channels: [
        { id: ops, name: "Ops", kind: "webhook", told: true },
        { id: web, name: "Web", kind: "webhook", told: false },
      ],
      openIncidents: [{ id: expect.any(String), cause: "failed", openedAt: expect.stringMatching(ISO) }],
    });
  });

  test("job: at most the newest 100 runs", async () => {
    const id = await newJob();
    for (let number = 1; number <= 103; number++)
      await book({ services }, id, { action: "fail", exitCode: number % 256 });
    const { runs, pings } = await run("job", "--id", id);
    expect(pings).toBe(103);
    expect(runs).toHaveLength(100);
    expect(runs.map((one: { exitCode: number }) => one.exitCode)).toEqual(
      Array.from({ length: 100 }, (_, index) => 103 - index),
    );
  });
});
