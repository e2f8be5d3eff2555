import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { HOUR } from "../../lib/domain/time.ts";
import { runAdmin } from "../../lib/server/admin/run.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { book, openWorld, type World } from "../services/world.ts";

let world: World;
let projectId: string;
let folder: string;

beforeAll(async () => {
  world = await openWorld();
  projectId = world.project.id;
  folder = await mkdtemp(join(tmpdir(), "belfry-windows-"));
});
beforeEach(() => world.database.pool.query("DELETE FROM windows"));
afterAll(() => rm(folder, { recursive: true }));

async function admin(...words: string[]) {
  const open = () => Promise.resolve({ ctx: world.system, close: () => Promise.resolve() });
  const { output } = await runAdmin(words, open);
  return JSON.parse(JSON.stringify(output));
}

async function create(...words: string[]) {
  return admin("create-window", "--project", projectId, "--name", "Deploy", ...words);
}

async function listed() {
  const { windows } = await admin("windows", "--project", projectId);
  return windows;
}

test("a window from now on is opened, listed and deleted", async () => {
  await createJob(world.system, { projectId, slug: "backup" });
  const { id } = await create("--kind", "once", "--for", "2h", "--jobs", "backup", "--tags", "web, api");
  const [window] = await listed();
  expect(window).toMatchObject({
    ...{ id, name: "Deploy", kind: "once", enabled: true, source: "person", createdBy: "the command line" },
    ...{ jobs: ["backup"], tags: ["web", "api"], hosts: [] },
  });
  expect(Date.parse(window.closesAt) - Date.parse(window.opensAt)).toBe(2 * HOUR);
  expect(await admin("delete-window", "--id", id)).toEqual({ id, deleted: true });
  expect(await listed()).toEqual([]);
});

test("tags and hosts that no job has are said, and the window is made all the same", async () => {
  const { id: jobId } = await createJob(world.system, { projectId, slug: "web-job", tags: ["web"] });
  await book(world, jobId, { action: "success", host: "Web-1" });
  const scope = ["--tags", "web,wbe", "--hosts", "web-1,db-1"];
  const { id, warnings } = await create("--kind", "once", "--for", "2h", ...scope);
  const [tag, host] = [
    'No job has the tag "wbe" at the moment; look whether it is spelt right.',
    'No job ran on the host "db-1" last; look whether it is spelt right.',
  ];
  expect(warnings).toEqual([tag, host]);
  expect(await listed()).toMatchObject([{ id, tags: ["web", "wbe"], hosts: ["web-1", "db-1"] }]);
  expect((await admin("update-window", "--id", id, "--tags", "web")).warnings).toEqual([host]);
  expect((await admin("update-window", "--id", id, "--hosts", "WEB-1")).warnings).toEqual([]);
});

test("a weekly window takes days by name, and can be switched off", async () => {
  const hours = ["--tz", "UTC", "--days", "fri-mon,wed", "--from", "22:00", "--to", "06:00"];
  const { id } = await create("--kind", "weekly", ...hours);
  const { rows } = await world.database.pool.query("SELECT spec FROM windows");
  expect(rows).toEqual([{ spec: { hours: { days: [1, 3, 5, 6, 7], from: "22:00", to: "06:00" }, outside: false } }]);
  await admin("update-window", "--id", id, "--enabled", "no");
  expect(await listed()).toMatchObject([{ enabled: false, opensAt: null }]);
  await admin("update-window", "--id", id, "--enabled", "yes", "--outside", "yes", "--hosts", "db-03");
  expect(await listed()).toMatchObject([{ enabled: true, hosts: ["db-03"] }]);
});

test("a calendar file gives holidays", async () => {
  const path = join(folder, "holidays.ics");
  await writeFile(path, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20991225\nEND:VEVENT\nEND:VCALENDAR\n");
  expect(await create("--kind", "holidays", "--calendar", path)).toMatchObject({ leftOut: null });
  expect(await listed()).toMatchObject([{ kind: "holidays", opensAt: null }]);
});

test.each([
  [["--kind", "once", "--for", "long"], /is no duration/],
  [["--kind", "weekly", "--days", "someday"], /--days takes days/],
  [["--kind", "weekly", "--outside", "perhaps"], /yes or no/],
  [["--kind", "holidays", "--calendar", "/nowhere/at/all.ics"], /cannot be read/],
  [["--kind", "once", "--for", "2h", "--jobs", "stranger"], /no job "stranger"/],
  [["--kind", "once", "--for", "2h", "--tags", ""], /Name at least one/],
])("%j is refused in words", async (words, message) => {
  expect((await create(...words)).error).toMatch(message);
});
