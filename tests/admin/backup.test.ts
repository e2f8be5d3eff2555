import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Services } from "../../lib/services/context.ts";
import { jobReport } from "../../lib/services/job-report.ts";
import { getRun } from "../../lib/services/runs.ts";
import { listProjects, projectSnippets } from "../../lib/services/projects.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { runAdmin } from "../../lib/server/admin/run.ts";
import { openSession } from "../../lib/server/admin/session.ts";
import { checkSecretKey, createSecretBox } from "../../lib/store/secrets.ts";
import { book, openServices, openWorld } from "../services/world.ts";
import { createTestDatabase } from "../support/database.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "belfry-backup-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function admin(services: Services, ...words: string[]) {
  const ctx = { ...services, actor: { kind: "system" as const } };
  return runAdmin(words, () => Promise.resolve({ ctx, close: () => Promise.resolve() }));
}

test("what was backed up is there again, and can be read with the key of then", async () => {
  const { owner, project, services } = await openWorld();
  const { id: jobId } = await createJob(owner, { projectId: project.id, slug: "backup", schedule: "every 1h" });
  await book({ services }, jobId, { action: "fail", exitCode: 2, body: "no space left" });
  const directory = join(folder, "monday");
  const saved = await admin(services, "backup", "--to", directory);
  expect(saved).toEqual({
    ok: true,
    output: {
      to: directory,
      madeAt: expect.stringMatching(/Z$/),
      tables: expect.any(Number),
      rows: expect.any(Number),
    },
  });
  expect(await admin(services, "backup", "--to", directory)).toMatchObject({
    output: { error: expect.stringMatching(/not empty/) },
  });

  const { services: fresh } = await openServices();
  const restored = await admin(fresh, "restore", "--from", directory);
  expect(restored).toEqual({ ok: true, output: { ...saved.output, to: undefined, from: directory } });
  const again = { ...fresh, actor: owner.actor };
  expect(await listProjects(again)).toMatchObject([{ id: project.id, name: "Night shift" }]);
  expect(await projectSnippets(again, { projectId: project.id })).toMatchObject({ pingKey: project.pingKey });
  expect(await jobReport(again, { jobId })).toEqual(await jobReport(owner, { jobId }));
  expect(await getRun(again, { jobId, number: 1 })).toMatchObject({ output: { text: "no space left" } });

  expect(await admin(fresh, "restore", "--from", directory)).toMatchObject({
    output: { error: expect.stringMatching(/not empty/) },
  });
  const { services: stranger } = await openServices();
  const otherKey = { ...stranger, secrets: createSecretBox("another secret key of tests, long") };
  expect(await admin(otherKey, "restore", "--from", directory)).toMatchObject({
    output: { error: expect.stringMatching(/^SECRET_KEY is not the one/) },
  });
  expect(await listProjects({ ...stranger, actor: { kind: "system" } })).toEqual([]);
});

test("goes into a database that a first start has set up with another key", async () => {
  const { services, project } = await openWorld();
  const directory = join(folder, "tuesday");
  await admin(services, "backup", "--to", directory);
  const database = await createTestDatabase();
  await checkSecretKey(database.pool, createSecretBox("the key that the new machine made"));
  vi.stubEnv("BASE_URL", ""); // Vite's own says something else
  vi.stubEnv("DATABASE_URL", database.url);
  vi.stubEnv("SECRET_KEY", services.config.secretKey ?? "");
  const incidents = ["incidents", "--project", project.id];
  expect(await runAdmin(incidents, openSession)).toMatchObject({
    output: { error: expect.stringMatching(/^SECRET_KEY is not the one/) },
  });
  expect(await runAdmin(["restore", "--from", directory], openSession)).toMatchObject({ ok: true });
  expect(await runAdmin(incidents, openSession)).toEqual({ ok: true, output: { incidents: [] } });
  vi.unstubAllEnvs();
});

test("a folder without a backup is named", async () => {
  const { services } = await openServices();
  const result = await admin(services, "restore", "--from", join(folder, "nowhere"));
  expect(result).toMatchObject({ ok: false, output: { error: expect.stringMatching(/nowhere holds no backup/) } });
});
