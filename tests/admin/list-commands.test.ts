import { beforeAll, describe, expect, test } from "vitest";
import { book } from "../services/world.ts";
import { AdminWorld } from "./admin-world.ts";

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let world: AdminWorld;
let projectId: string;

beforeAll(async () => {
  world = await AdminWorld.open();
  projectId = world.project.id;
});

const run = (...words: string[]) => world.run(...words);

describe("projects", () => {
  test("are listed with keys, jobs and what is open", async () => {
    const other = await run("create-project", "--name", "Day shift", "--owner", "owner@example.org");
    const { id: jobId } = await run("create-job", "--project", other.id, "--slug", "tidy");
    await book(world, jobId, { action: "fail" });
    const { projects } = await run("projects");
    expect(projects).toEqual([
      { ...world.project, jobs: 0, openIncidents: 0 },
      { ...other, jobs: 1, openIncidents: 1 },
    ]);
    expect(await run("projects", "--limit", "1")).toEqual({
      projects: [projects[0]],
      more: "There are more; --limit takes up to 100000.",
    });
    await world.database.pool.query("UPDATE api_keys SET expires_at = belfry_now() WHERE project_id = $1", [other.id]);
    expect((await run("projects")).projects[1]).toMatchObject({ pingKey: null, dsn: null });
  });
});

describe("jobs", () => {
  test("are listed by name with schedule, tags, state and what is open", async () => {
    const create = async (slug: string, ...words: string[]): Promise<string> =>
      (await run("create-job", "--project", projectId, "--slug", slug, ...words)).id;
    const cron = ["--schedule", "0 2 * * *", "--dialect", "vixie", "--tz", "Europe/Riga"];
    const backup = await create("backup", "--name", "Nightly backup", "--tags", "db, nightly", ...cron);
    const tidy = await create("tidy", "--environment", "staging", "--schedule", "every 90 min");
    const manual = await create("manual");
    await book(world, backup, { action: "fail", exitCode: 3 });
    const { jobs } = await run("jobs", "--project", "Night shift");
    const plain = { environment: "production", state: "new", nextExpectedAt: null, openIncidents: [], tags: [] };
    expect(jobs).toEqual([
      {
        ...{ ...plain, id: manual, slug: "manual", name: "manual", schedule: null, dialect: null, tz: null },
      },
      {
        ...{ ...plain, id: backup, slug: "backup", name: "Nightly backup", state: "down", tags: ["db", "nightly"] },
        ...{ schedule: "0 2 * * *", dialect: "vixie", tz: "Europe/Riga", nextExpectedAt: expect.stringMatching(ISO) },
        openIncidents: [{ id: expect.any(String), cause: "failed", openedAt: expect.stringMatching(ISO) }],
      },
      {
        ...{ ...plain, id: tidy, slug: "tidy", name: "tidy", environment: "staging", dialect: null, tz: null },
        schedule: expect.stringContaining("every"),
      },
    ]);
    expect(await run("jobs", "--project", projectId, "--limit", "2")).toEqual({
      jobs: jobs.slice(0, 2),
      more: expect.stringContaining("--limit"),
    });
    expect(await run("jobs", "--project", projectId, "--limit", "3")).toEqual({ jobs });
    expect(await world.failure("jobs", "--project", projectId, "--limit", "none")).toBe(
      '--limit takes a number from 1 to 100000, not "none".',
    );
  });
});

describe("incidents and deliveries", () => {
  test("are listed up to a number, and say when there are more", async () => {
    const own = await run("create-project", "--name", "Alerts", "--owner", "owner@example.org");
    const url = "http://127.0.0.1:8080/hook";
    await run("create-channel", "--project", own.id, "--kind", "webhook", "--url", url);
    const jobs: string[] = [];
    for (const slug of ["a", "b", "c"]) jobs.push((await run("create-job", "--project", own.id, "--slug", slug)).id);
    for (const id of jobs) await book(world, id, { action: "fail", exitCode: 3, host: "db-03" });
    await book(world, jobs[0] ?? "", { action: "success" });
    const listed = async (...words: string[]) => run("incidents", "--project", "Alerts", ...words);
    expect((await listed()).more).toBeUndefined();
    expect(await listed("--limit", "2")).toMatchObject({
      incidents: [
        { jobSlug: "c", host: "db-03", exitCode: 3 },
        { jobSlug: "b", host: "db-03", exitCode: 3 },
      ],
      more: "There are more; --limit takes up to 100000.",
    });
    expect(await listed("--job", "a")).toMatchObject({ incidents: [{ jobId: jobs[0], state: "resolved" }] });
    expect((await listed("--state", "open")).incidents).toHaveLength(2);
    expect(await world.failure("incidents", "--project", own.id, "--state", "x")).toMatch(/open or resolved/);
    const { deliveries, more } = await run("deliveries", "--project", own.id, "--limit", "1");
    expect(deliveries).toHaveLength(1);
    expect(more).toBe("There are more; --limit takes up to 100000.");
  });
});
