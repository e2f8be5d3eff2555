import { beforeAll, expect, test } from "vitest";
import { runAdmin } from "../../lib/server/admin/run.ts";
import type { OpenSession } from "../../lib/server/admin/session.ts";
import { listUnmatchedPings } from "../../lib/services/unmatched.ts";
import { upsertUnmatched } from "../../lib/store/unmatched.ts";
import { openWorld, type World } from "../services/world.ts";
import { addUnmatched, unmatchedOf } from "../support/unmatched.ts";

let world: World;
let projectId: string;

beforeAll(async () => {
  world = await openWorld();
  projectId = world.project.id;
});

const open: OpenSession = async () => ({ ctx: world.system, close: async () => {} });

test("pings that found no job are listed, made a job of and dismissed", async () => {
  const [id] = await addUnmatched(world.database, projectId, ["by-command"], { firstAt: 0 });
  const listed = await runAdmin(["unmatched", "--project", projectId], open);
  expect(listed).toMatchObject({
    ok: true,
    output: {
      unmatched: expect.arrayContaining([expect.objectContaining({ id, firstAt: "1970-01-01T00:00:00.000Z" })]),
    },
  });
  expect(await runAdmin(["make-job-of-unmatched", "--project", projectId, "--id", `${id}`], open)).toMatchObject({
    output: { slug: "by-command" },
  });
  await upsertUnmatched(world.database.pool, [unmatchedOf({ subject: "/ping/…", reason: "invalid-url" })]);
  const strangers = await listUnmatchedPings(world.system, { projectId: null });
  expect(strangers).toMatchObject([{ projectId: null, reason: "invalid-url", makesJob: false }]);
  expect(await runAdmin(["dismiss-unmatched", "--id", `${strangers[0]?.id}`], open)).toMatchObject({ ok: true });
  expect(await listUnmatchedPings(world.system, { projectId: null })).toEqual([]);
});

test("what a project keeps is changed, and `all` ends a limit of runs", async () => {
  const command = (...words: string[]) => runAdmin(["update-project", "--project", projectId, ...words], open);
  expect(await command("--keep-days", "7", "--keep-runs", "50")).toMatchObject({
    output: { keepDays: 7, keepRuns: 50 },
  });
  expect(await command("--keep-runs", "all")).toMatchObject({ output: { keepDays: 7, keepRuns: null } });
  expect(await command("--keep-days", "0")).toMatchObject({
    ok: false,
    output: { error: expect.stringContaining("1 to 3,650") },
  });
});
