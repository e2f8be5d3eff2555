import { beforeAll, describe, expect, test } from "vitest";
import { DAY } from "../../lib/domain/time.ts";
import { adoptCodeRequest } from "../../lib/services/code-jobs.ts";
import { createJob, updateJob } from "../../lib/services/job-changes.ts";
import { getJob } from "../../lib/services/jobs.ts";
import {
  countRecentUnmatched,
  dismissUnmatched,
  listUnmatchedPings,
  makeJobOfUnmatched,
} from "../../lib/services/unmatched.ts";
import { findJobRecord } from "../../lib/store/jobs.ts";
import { addUnmatched } from "../support/unmatched.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let projectId: string;

beforeAll(async () => {
  world = await openWorld();
  projectId = world.project.id;
});

async function addOne(slug: string, given: Parameters<typeof addUnmatched>[3] = {}): Promise<number> {
  const [id = 0] = await addUnmatched(world.database, projectId, [slug], given);
  return id;
}

const jobOf = (jobId: string) => findJobRecord(world.database.pool, jobId);
const slugs = async () => (await listUnmatchedPings(world.owner, { projectId })).map(({ slug }) => slug);

describe("a job made of pings that found none", () => {
  test("has their slug and environment and what their client asked for, and they are forgotten", async () => {
    const asked = { name: "Nightly backup", schedule: "0 2 * * *", timeZone: "Europe/Riga", grace: "10m", code: null };
    const id = await addOne("backup", { environment: "staging", asked });
    expect(await slugs()).toContain("backup");
    const { id: jobId, leftOut } = await makeJobOfUnmatched(world.owner, { projectId, id });
    expect(leftOut).toEqual([]);
    const job = await jobOf(jobId);
    expect(job).toMatchObject({ slug: "backup", name: "Nightly backup", environment: "staging", managedBy: "app" });
    expect(job?.schedule).toMatchObject({ kind: "cron", expression: "0 2 * * *", timeZone: "Europe/Riga" });
    expect(await slugs()).not.toContain("backup");
    await expect(makeJobOfUnmatched(world.owner, { projectId, id })).rejects.toMatchObject({ code: "not-found" });
  });

  test("goes on following the code that asked for it", async () => {
    const id = await addOne("worker", { asked: { schedule: "every 5m", code: { digest: "d1" } } });
    const { id: jobId } = await makeJobOfUnmatched(world.owner, { projectId, id });
    expect(await jobOf(jobId)).toMatchObject({
      managedBy: "code",
      schedule: { kind: "interval" },
    });
  });

  test("is made without what makes no sense, says so, and shows it until somebody saves the job", async () => {
    const asked = { schedule: "61 2 * * *", grace: "10m", dialect: 7, name: null };
    const id = await addOne("odd", { reason: "invalid-job", asked, detail: "61 is no minute" });
    const { id: jobId, leftOut } = await makeJobOfUnmatched(world.owner, { projectId, id });
    expect(leftOut).toEqual([expect.stringMatching(/^The schedule was left out: .*61.*\.$/)]);
    expect(await jobOf(jobId)).toMatchObject({ slug: "odd", schedule: { kind: "none" }, managedBy: "app" });
    expect(await getJob(world.owner, { jobId })).toMatchObject({
      leftOut: [{ field: "schedule", asked: "61 2 * * * (UTC)", problem: expect.stringContaining("61") }],
      followsCode: null,
    });
    await expect(adoptCodeRequest(world.owner, { jobId })).rejects.toMatchObject({ code: "conflict" });
    await updateJob(world.owner, { jobId, schedule: "1 2 * * *" });
    expect(await getJob(world.owner, { jobId })).toMatchObject({ leftOut: [], followsCode: null });
  });

  test("of code says what it cannot do, and shows it beside what the code asks for", async () => {
    const asked = { schedule: "61 2 * * *", grace: "10m", code: { digest: "d1" } };
    const id = await addOne("odd-code", { asked });
    const { id: jobId, leftOut } = await makeJobOfUnmatched(world.owner, { projectId, id });
    expect(leftOut).toEqual([expect.stringContaining("The schedule was left out")]);
    const { followsCode, leftOut: kept } = await getJob(world.owner, { jobId });
    expect([followsCode?.differences, kept]).toEqual([[expect.objectContaining({ field: "schedule" })], []]);
  });

  test("has the tags and waits for the jobs that its pings name", async () => {
    const upstream = await createJob(world.owner, { projectId, slug: "first" });
    const id = await addOne("second", { asked: { tags: "web,db", upstreams: "first" } });
    const { id: jobId } = await makeJobOfUnmatched(world.owner, { projectId, id });
    const job = await getJob(world.owner, { jobId });
    expect([job.tags, job.upstreams]).toEqual([["web", "db"], [expect.objectContaining({ id: upstream.id })]]);
  });

  test("is no second one where somebody was quicker", async () => {
    const id = await addOne("twice");
    await createJob(world.owner, { projectId, slug: "twice" });
    await expect(makeJobOfUnmatched(world.owner, { projectId, id })).rejects.toMatchObject({ code: "conflict" });
    expect(await slugs()).not.toContain("twice");
  });

  test.each(["rate-limited", "unknown-key", "invalid-url"] as const)("is not what %s pings need", async (reason) => {
    const id = await addOne(`no-${reason}`, { reason });
    expect(await listUnmatchedPings(world.owner, { projectId })).toContainEqual(
      expect.objectContaining({ id, makesJob: false }),
    );
    await expect(makeJobOfUnmatched(world.owner, { projectId, id })).rejects.toMatchObject({ code: "invalid" });
  });
});

test("what is dismissed is gone, and another project's cannot be touched", async () => {
  const id = await addOne("dismissed");
  const elsewhere = { projectId: "00000000-0000-0000-0000-000000000000", id };
  await expect(dismissUnmatched(world.system, elsewhere)).rejects.toMatchObject({ code: "not-found" });
  await expect(dismissUnmatched(world.owner, { projectId: null, id })).rejects.toMatchObject({ code: "not-found" });
  await dismissUnmatched(world.owner, { projectId, id });
  expect(await slugs()).not.toContain("dismissed");
  await expect(dismissUnmatched(world.owner, { projectId, id })).rejects.toMatchObject({ code: "not-found" });
  await expect(dismissUnmatched(world.owner, { projectId, id: Number.NaN })).rejects.toMatchObject({
    code: "not-found",
  });
});

test("the hint counts the mistakes of the last day", async () => {
  const before = await countRecentUnmatched(world.owner, { projectId });
  await addOne("today");
  await addOne("long-ago", { lastAt: Date.now() - 2 * DAY });
  expect(await countRecentUnmatched(world.owner, { projectId })).toBe(before + 1);
});
