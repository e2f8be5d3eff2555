import { afterEach, beforeEach, expect, test } from "vitest";
import { createJob, deleteJob } from "../../lib/services/job-changes.ts";
import { screenProcess } from "../../lib/services/process.ts";
import { openWorld } from "./world.ts";

const before = { ...process.env };

beforeEach(() => {
  process.env["BASE_URL"] = "http://localhost:3000"; // the test runner has one of its own
});

afterEach(() => {
  process.env = { ...before };
});

test("opens once, after a database that was away too, and tells of changes in a project to its members", async () => {
  const world = await openWorld();
  process.env["SECRET_KEY"] = world.services.config.secretKey ?? "";
  process.env["LOG_LEVEL"] = "silent";
  process.env["DATABASE_URL"] = "postgres://127.0.0.1:1/belfry";
  await expect(screenProcess()).rejects.toThrow("ECONNREFUSED");

  process.env["DATABASE_URL"] = world.database.url;
  const screens = await screenProcess();
  expect(await screenProcess()).toBe(screens);

  const projectId = world.project.id;
  const owner = { ...screens.services, actor: world.owner.actor };
  const stranger = { ...screens.services, actor: world.stranger.actor };
  let changes = 0;
  await expect(screens.watchProject(stranger, { projectId }, () => undefined)).rejects.toMatchObject({
    code: "not-found",
  });
  const unwatch = await screens.watchProject(owner, { projectId }, () => (changes += 1));
  const { id } = await createJob(owner, { projectId, slug: "backup" });
  await expect.poll(() => changes).toBe(1);
  unwatch();
  await deleteJob(owner, { jobId: id });
  let again = 0;
  await screens.watchProject(owner, { projectId }, () => (again += 1));
  await createJob(owner, { projectId, slug: "another" });
  await expect.poll(() => again).toBeGreaterThanOrEqual(1);
  expect(changes).toBe(1);
  await screens.close();
  const next = await screenProcess();
  expect(next).not.toBe(screens);
  await next.close();
});

test("says how to start where the server did not set it up", async () => {
  delete process.env["DATABASE_URL"];
  await expect(screenProcess()).rejects.toThrow("start it with npm start");
});
