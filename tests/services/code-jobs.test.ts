import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { MINUTE } from "../../lib/domain/time.ts";
import { adoptCodeRequest, followCode, readCodeJob } from "../../lib/services/code-jobs.ts";
import type { CodeRequest } from "../../lib/services/code-request.ts";
import { createJob, updateJob } from "../../lib/services/job-changes.ts";
import { getJob } from "../../lib/services/jobs.ts";
import { insertJobRecord } from "../../lib/store/jobs.ts";
import { addMember, openWorld, type World } from "./world.ts";

let world: World;
let count = 0;

beforeAll(async () => {
  world = await openWorld();
});

/** A job as the first check-in of its code makes it. */
async function madeByCode(request: CodeRequest): Promise<string> {
  count += 1;
  const record = readCodeJob({ slug: `code-${count}` }, request, "first");
  const job = await insertJobRecord(world.database.pool, { projectId: world.project.id, ...record });
  return job?.id ?? "";
}

async function madeByHand(input: Record<string, string> = {}): Promise<string> {
  count += 1;
  const { id } = await createJob(world.owner, { projectId: world.project.id, slug: `hand-${count}`, ...input });
  return id;
}

function ask(jobId: string, request: CodeRequest): Promise<void> {
  count += 1;
  return followCode(world.services, { jobId, request, digest: `digest ${count}` });
}

const page = (jobId: string) => getJob(world.owner, { jobId });
const formOf = async (jobId: string) => (await page(jobId)).form;

describe("a job that code asks for", () => {
  test("is as it asks", async () => {
    const jobId = await madeByCode({ schedule: "0 2 * * *", timeZone: "Europe/Riga", grace: "5m", failuresToOpen: 3 });
    expect(await formOf(jobId)).toMatchObject({
      ...{ schedule: "0 2 * * *", timeZone: "Europe/Riga", grace: "5m", maxRuntime: "", failuresToOpen: 3 },
    });
    expect((await page(jobId)).followsCode).toEqual({ managedBy: "code", differences: [] });
  });

  test.each<[CodeRequest, Partial<CodeRequest>]>([
    [
      { schedule: "61 * * * *", grace: "5m" },
      { schedule: "", grace: "5m" },
    ],
    [
      { schedule: "0 2 * * *", timeZone: "Mars/Base", maxRuntime: "1h" },
      { schedule: "", timeZone: "UTC", maxRuntime: "1h" },
    ],
    [
      { schedule: "0 2 * * *", grace: "soon", maxRuntime: "5m" },
      { schedule: "0 2 * * *", grace: "", maxRuntime: "5m" },
    ],
    [
      { schedule: "every 900d", jitter: "?", failuresToOpen: 1e6 },
      { schedule: "", jitter: "", failuresToOpen: 1 },
    ],
  ])("loses only what makes no sense: %j", async (request, form) => {
    expect(await formOf(await madeByCode(request))).toMatchObject(form);
  });

  test("is made whatever it asks for", () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    const many = fc.oneof(fc.integer(), fc.double());
    const request = fc.record(
      {
        ...{ schedule: text, dialect: text, timeZone: text, grace: text, maxRuntime: text, jitter: text },
        ...{ failuresToOpen: many, successesToClose: many },
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(request, (asked) => {
        expect(readCodeJob({ slug: "any" }, asked, "d").settings).toMatchObject({ slug: "any", name: "any" });
      }),
    );
  });

  test("says what cannot be done, and why", async () => {
    const jobId = await madeByCode({ schedule: "61 * * * *", timeZone: "Europe/Riga", grace: "5m" });
    expect((await page(jobId)).followsCode?.differences).toEqual([
      {
        field: "schedule",
        code: "61 * * * * (Europe/Riga)",
        here: "no schedule",
        problem: expect.stringMatching(/61.*\.$/),
      },
    ]);
  });
});

describe("code that asks anew", () => {
  test("changes its job, and what it asks for no more goes back to the default", async () => {
    const jobId = await madeByCode({ schedule: "0 2 * * *", grace: "5m" });
    await ask(jobId, { schedule: "0 3 * * *", maxRuntime: "10m" });
    expect(await formOf(jobId)).toMatchObject({ schedule: "0 3 * * *", grace: "", maxRuntime: "10m" });
  });

  test("counts a new schedule from now on, and leaves the old one as it was where it is the same", async () => {
    const jobId = await madeByCode({ schedule: "0 2 * * *" });
    const since = async () => {
      const sql = "SELECT schedule_since AS since FROM jobs WHERE id = $1";
      return (await world.database.pool.query<{ since: Date }>(sql, [jobId])).rows[0]?.since.getTime() ?? 0;
    };
    const before = await since();
    await ask(jobId, { schedule: "0 2 * * *", grace: "7m" });
    expect(await since()).toBe(before);
    await ask(jobId, { schedule: "0 4 * * *", grace: "7m" });
    expect(await since()).toBeGreaterThan(before);
  });

  test("never overwrites what a person has set, and still changes the rest", async () => {
    const jobId = await madeByCode({ schedule: "0 2 * * *", grace: "5m" });
    await updateJob(world.owner, {
      jobId,
      grace: "20m",
      description: "Dumps it.",
      minRuntime: "10s",
      overlap: "allow",
    });
    await ask(jobId, { schedule: "0 3 * * *", grace: "6m" });
    expect(await formOf(jobId)).toMatchObject({
      ...{ schedule: "0 3 * * *", grace: "20m", description: "Dumps it.", minRuntime: "10s", overlap: "allow" },
    });
    expect((await page(jobId)).followsCode).toEqual({
      managedBy: "code",
      differences: [{ field: "grace", code: "6m", here: "20m", problem: null }],
    });
  });

  test("leaves alone what a person has set before code spoke of it", async () => {
    const jobId = await madeByCode({});
    await updateJob(world.owner, { jobId, schedule: "0 5 * * *" });
    await ask(jobId, { schedule: "0 2 * * *", maxRuntime: "5m" });
    expect(await formOf(jobId)).toMatchObject({ schedule: "0 5 * * *", maxRuntime: "5m" });
  });

  test("keeps names, channels and what else people set", async () => {
    const jobId = await madeByCode({ schedule: "0 2 * * *" });
    await updateJob(world.owner, { jobId, name: "Backup of the night", tags: ["db"], channelIds: [] });
    await ask(jobId, { schedule: "0 3 * * *" });
    expect(await formOf(jobId)).toMatchObject({ name: "Backup of the night", tags: ["db"], channelIds: [] });
  });

  test("is followed once where many ask at once, and by the last where they differ", async () => {
    const jobId = await madeByCode({ grace: "1m" });
    await Promise.all(Array.from({ length: 6 }, () => ask(jobId, { grace: "2m" })));
    expect(await formOf(jobId)).toMatchObject({ grace: "2m" });
    await Promise.all(["3m", "4m", "5m"].map((grace) => ask(jobId, { grace })));
    expect((await page(jobId)).followsCode).toEqual({ managedBy: "code", differences: [] });
  });

  test("does nothing to a job that is gone", async () => {
    await ask("7b0c9f0e-0000-4000-8000-000000000001", { grace: "2m" });
  });
});

describe("a job that a person made", () => {
  test("stays as it is when code asks, and the difference is shown", async () => {
    const jobId = await madeByHand({ schedule: "0 5 * * *", grace: "10m" });
    expect((await page(jobId)).followsCode).toBeNull();
    await ask(jobId, { schedule: "0 2 * * *", timeZone: "Europe/Riga", grace: "10m", maxRuntime: "1h" });
    expect(await formOf(jobId)).toMatchObject({ schedule: "0 5 * * *", maxRuntime: "" });
    expect((await page(jobId)).followsCode).toEqual({
      managedBy: "app",
      differences: [
        { field: "schedule", code: "0 2 * * * (Europe/Riga)", here: "0 5 * * * (UTC)", problem: null },
        { field: "maxRuntime", code: "1h", here: "no limit", problem: null },
      ],
    });
  });

  test("can take what code says, all of it and nothing else, and follows it then", async () => {
    const jobId = await madeByHand({ schedule: "every 2h", minRuntime: "5s", jitter: "3m" });
    await ask(jobId, { schedule: "every 90 min", failuresToOpen: 2 });
    expect(await adoptCodeRequest(world.owner, { jobId })).toMatchObject({ id: jobId, state: "new" });
    expect(await formOf(jobId)).toMatchObject({
      ...{ schedule: "every 90 min", failuresToOpen: 2, minRuntime: "5s", jitter: "3m" },
    });
    expect((await page(jobId)).followsCode).toEqual({ managedBy: "code", differences: [] });
    await ask(jobId, { schedule: "every 30 min", failuresToOpen: 2 });
    expect((await page(jobId)).limits.graceMs).toBeNull();
    expect((await page(jobId)).schedule).toEqual({ kind: "interval", everyMs: 30 * MINUTE });
  });

  test("takes what can be done of it, and keeps its own where it cannot", async () => {
    const jobId = await madeByHand({ schedule: "0 5 * * *" });
    await ask(jobId, { schedule: "61 * * * *", grace: "2m" });
    await adoptCodeRequest(world.owner, { jobId });
    expect(await formOf(jobId)).toMatchObject({ schedule: "0 5 * * *", grace: "2m" });
    expect((await page(jobId)).followsCode?.differences).toMatchObject([
      { field: "schedule", code: "61 * * * * (UTC)" },
    ]);
  });
});

test("there is nothing to take where code has asked for nothing", async () => {
  const jobId = await madeByHand();
  await expect(adoptCodeRequest(world.owner, { jobId })).rejects.toMatchObject({ code: "conflict" });
});

test("only who may change jobs may take what code says; others may see it", async () => {
  const jobId = await madeByHand();
  await ask(jobId, { grace: "2m" });
  await expect(adoptCodeRequest(world.stranger, { jobId })).rejects.toMatchObject({ code: "not-found" });
  await expect(adoptCodeRequest(world.teammate, { jobId })).rejects.toMatchObject({ code: "forbidden" });
  expect((await getJob(world.teammate, { jobId })).followsCode?.differences).toHaveLength(1);
  await addMember(world.database, world.project.id, world.teammate, "member");
  await adoptCodeRequest(world.teammate, { jobId });
  await addMember(world.database, world.project.id, world.teammate, "viewer");
});
