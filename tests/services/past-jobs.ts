import { beforeAll, beforeEach } from "vitest";
import { HOUR } from "../../lib/domain/time.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import type { JobRow } from "../../lib/services/job-views.ts";
import { listJobs } from "../../lib/services/jobs.ts";
import { offsetClock } from "../support/database.ts";
import { openWorld, type World } from "./world.ts";

/** A project of a test file whose jobs may have a past. */
export type PastJobs = {
  opened: () => { world: World; projectId: string };
  /** A new one for each test. */
  slug: () => string;
  nextSlug: () => void;
  /** Makes a job as if an hour ago: what happened since then may be booked. */
  createEarlier: (input?: Record<string, string>) => Promise<string>;
  /** The job as the list shows it. */
  rowOf: (jobId: string) => Promise<JobRow>;
};

export function usePastJobs(): PastJobs {
  let world: World | null = null;
  let slugs = 0;
  const opened = () => {
    if (world === null) throw new Error("Only within a test.");
    return { world, projectId: world.project.id };
  };
  const slug = () => `job-${slugs}`;
  const nextSlug = () => {
    slugs += 1;
  };
  beforeAll(async () => {
    world = await openWorld();
  });
  beforeEach(nextSlug);
  return {
    opened,
    slug,
    nextSlug,
    async createEarlier(input = {}) {
      const { world: here, projectId } = opened();
      await offsetClock(here.database, -HOUR);
      const { id } = await createJob(here.owner, { projectId, slug: slug(), ...input });
      await offsetClock(here.database, 0);
      return id;
    },
    async rowOf(jobId) {
      const { world: here, projectId } = opened();
      const { jobs } = await listJobs(here.owner, { projectId });
      const row = jobs.find((job) => job.id === jobId);
      if (row === undefined) throw new Error("The job is not in the list.");
      return row;
    },
  };
}
