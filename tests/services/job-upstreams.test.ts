import { beforeAll, describe, expect, test } from "vitest";
import { createJob, deleteJob, updateJob } from "../../lib/services/job-changes.ts";
import { listUpstreamChoices } from "../../lib/services/job-upstreams.ts";
import { getJob } from "../../lib/services/jobs.ts";
import { listProjects } from "../../lib/services/projects.ts";
import { insertJobRecord } from "../../lib/store/jobs.ts";
import { settingsOf } from "../support/jobs.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let projectId: string;

beforeAll(async () => {
  world = await openWorld();
  projectId = world.project.id;
});

async function make(slug: string, upstreams: string[] = [], environment = "production"): Promise<string> {
  return (await createJob(world.owner, { projectId, slug, upstreams, environment })).id;
}

const linksOf = async (jobId: string) => {
  const { upstreams, downstreams, form } = await getJob(world.owner, { jobId });
  return { up: upstreams.map(({ slug }) => slug), down: downstreams.map(({ slug }) => slug), form: form.upstreams };
};

describe("what a job waits for", () => {
  test("is named by slug and shown on both pages", async () => {
    const backup = await make("backup");
    const report = await make("report", ["backup", " backup ", "", "production/backup"]);
    expect(await linksOf(report)).toEqual({ up: ["backup"], down: [], form: ["backup"] });
    expect(await linksOf(backup)).toEqual({ up: [], down: ["report"], form: [] });
  });

  test("stays in an edit that does not speak of it, and goes with one that empties it", async () => {
    await make("stays");
    const job = await make("edited", ["stays"]);
    await updateJob(world.owner, { jobId: job, name: "Edited" });
    expect((await linksOf(job)).up).toEqual(["stays"]);
    await updateJob(world.owner, { jobId: job, upstreams: [] });
    expect((await linksOf(job)).up).toEqual([]);
  });

  test("is in the job's own environment unless another is named, and is kept as the job moves", async () => {
    await make("shared");
    await make("shared", [], "staging");
    const job = await make("mover", ["shared", "staging/shared"]);
    expect((await linksOf(job)).form).toEqual(["shared", "staging/shared"]);
    await updateJob(world.owner, { jobId: job, environment: "staging" });
    expect((await linksOf(job)).form.toSorted()).toEqual(["production/shared", "shared"]);
  });

  test.each([
    ["nowhere", /no job with the slug "nowhere" in production/],
    ["staging/nowhere", /"nowhere" in staging/],
    ["refused", /cannot wait for itself/],
  ])("cannot be %j", async (upstream, message) => {
    const jobId = await make("refused");
    await expect(updateJob(world.owner, { jobId, upstreams: [upstream] })).rejects.toMatchObject({
      code: "invalid",
      field: "upstreams",
      message: expect.stringMatching(message),
    });
    await deleteJob(world.owner, { jobId });
  });

  test("is never a circle, and the refusal names the way", async () => {
    const first = await make("first");
    await make("second", ["first"]);
    await make("third", ["second"]);
    await expect(updateJob(world.owner, { jobId: first, upstreams: ["third"] })).rejects.toMatchObject({
      field: "upstreams",
      message:
        '"third" waits for this job already (over "second"). If they waited for each other, nobody would ever be told.',
    });
    expect((await linksOf(first)).up).toEqual([]);
  });

  test("is never a circle either where two people make one half each at once", async () => {
    const [left, right] = [await make("left"), await make("right")];
    const answers = await Promise.allSettled([
      updateJob(world.owner, { jobId: left, upstreams: ["right"] }),
      updateJob(world.owner, { jobId: right, upstreams: ["left"] }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("may be said by a first ping; what the project does not have is left out", async () => {
    const upstream = await make("source");
    const names = ["source", "source", "nowhere", "nowhere"].map((slug) => ({ environment: "production", slug }));
    const settings = settingsOf("by-ping", { kind: "none" });
    const job = await insertJobRecord(world.database.pool, { projectId, settings, code: null, upstreams: names });
    expect((await linksOf(job?.id ?? "")).up).toEqual(["source"]);
    expect(job?.leftOut).toMatchObject([{ field: "upstreams", asked: "production/nowhere" }]);
    expect((await linksOf(upstream)).down).toEqual(["by-ping"]);
  });

  test("goes with the job that is deleted", async () => {
    const gone = await make("gone");
    const job = await make("left-over", ["gone"]);
    await deleteJob(world.owner, { jobId: gone });
    expect((await linksOf(job)).up).toEqual([]);
  });

  test("is of the same project, and strangers hear of none", async () => {
    const [own] = await listProjects(world.stranger);
    const choices = { projectId: own?.id ?? "", jobId: null, environment: "production" };
    await expect(
      createJob(world.stranger, { projectId: own?.id ?? "", slug: "theirs", upstreams: ["backup"] }),
    ).rejects.toMatchObject({ field: "upstreams" });
    expect(await listUpstreamChoices(world.stranger, choices)).toEqual([]);
    await expect(listUpstreamChoices(world.stranger, { ...choices, projectId })).rejects.toMatchObject({
      code: "not-found",
    });
    expect(await listUpstreamChoices(world.owner, { ...choices, projectId })).toContain("staging/shared");
  });
});
