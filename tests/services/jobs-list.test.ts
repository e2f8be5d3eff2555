import { beforeAll, describe, expect, test } from "vitest";
import { HOUR } from "../../lib/domain/time.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { listJobs } from "../../lib/services/jobs.ts";
import { offsetClock } from "../support/database.ts";
import { book, openWorld, type World } from "./world.ts";

const RUNS = 5;

let world: World;
let projectId: string;
let ids: string[];

beforeAll(async () => {
  world = await openWorld();
  projectId = world.project.id;
  await offsetClock(world.database, -HOUR);
  ids = [];
  for (const slug of ["one", "two"]) ids.push((await createJob(world.owner, { projectId, slug })).id);
  await offsetClock(world.database, 0);
  // Each of another length: a re-send would not count.
  for (const id of ids) {
    for (let run = 1; run <= RUNS; run += 1)
      await book(world, id, { action: "success", durationMs: run, body: `${run}` });
  }
});

async function stripLengths(input: { jobIds?: string[]; stripsUpTo?: number }): Promise<Record<string, number>> {
  const { jobs } = await listJobs(world.owner, { projectId, ...input });
  return Object.fromEntries(jobs.map((job) => [job.slug, job.strip.length]));
}

describe("a list of jobs", () => {
  test("holds whole strips where there are few jobs", async () => {
    expect(await stripLengths({})).toEqual({ one: RUNS, two: RUNS });
    expect(await stripLengths({ stripsUpTo: 2 })).toEqual({ one: RUNS, two: RUNS });
  });

  test("of more jobs holds the newest runs only, and still knows how long the last took", async () => {
    expect(await stripLengths({ stripsUpTo: 1 })).toEqual({ one: 3, two: 3 });
    const { jobs } = await listJobs(world.owner, { projectId, stripsUpTo: 1 });
    expect(jobs.map((job) => job.lastDurationMs)).toEqual([RUNS, RUNS]);
  });

  test("may be of some jobs, with whole strips; what is no job of the project is left out", async () => {
    const jobIds = [ids[1] ?? "", "nonsense", "00000000-0000-4000-8000-000000000000"];
    expect(await stripLengths({ jobIds, stripsUpTo: 1 })).toEqual({ two: RUNS });
    expect(await stripLengths({ jobIds: [] })).toEqual({});
  });
});
