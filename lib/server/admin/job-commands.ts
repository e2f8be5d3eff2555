import { createJob, deleteJob, pauseJob, resumeJob, updateJob } from "../../services/job-changes.ts";
import { jobReport, reportJobs } from "../../services/job-report.ts";
import { getJob } from "../../services/jobs.ts";
import type { OptionSpec } from "./arguments.ts";
import { cut, LIMIT, limitOf, SHORT_LIST } from "./bounds.ts";
import { ANY_PROJECT, type Command, PROJECT, required } from "./command.ts";
import { JOB_OPTIONS, jobOf } from "./job-options.ts";
import { jobOutputOf, listedJobOf } from "./job-outputs.ts";

/** Which job: a slug is looked for in the project that is named, or in all. */
const JOB: readonly OptionSpec[] = [{ name: "id", required: true, value: "ID|SLUG", refers: "job" }, ANY_PROJECT];

/** Commands about jobs. */
export const JOB_COMMANDS: readonly Command[] = [
  {
    name: "create-job",
    summary: "Makes a job; its name defaults to its slug.",
    options: [PROJECT, { name: "slug", required: true, value: "SLUG" }, ...JOB_OPTIONS],
    run: (ctx, options) =>
      createJob(ctx, {
        projectId: required(options, "project"),
        slug: required(options, "slug"),
        ...jobOf(options),
      }),
  },
  {
    name: "update-job",
    summary: "Changes what is given of a job and leaves the rest.",
    options: [...JOB, { name: "slug", required: false, value: "SLUG" }, ...JOB_OPTIONS],
    run: (ctx, options) =>
      updateJob(ctx, { jobId: required(options, "id"), slug: options.get("slug"), ...jobOf(options) }),
  },
  {
    name: "jobs",
    summary: "Lists a project's jobs by name, with what is open about them.",
    options: [PROJECT, LIMIT],
    async run(ctx, options) {
      const limit = limitOf(options, SHORT_LIST);
      const projectId = required(options, "project");
      const { shown, more } = cut(await reportJobs(ctx, { projectId, limit: limit + 1 }), limit);
      return { jobs: shown.map(listedJobOf), ...more };
    },
  },
  {
    name: "job",
    summary: "Shows a job with its settings, over which channels it would be told of, and its newest 100 runs.",
    options: JOB,
    async run(ctx, options) {
      const job = { jobId: required(options, "id") };
      return jobOutputOf(await jobReport(ctx, job), await getJob(ctx, job));
    },
  },
  {
    name: "pause-job",
    summary: "Stops expecting a job; its open incidents end without an alert.",
    options: JOB,
    run: (ctx, options) => pauseJob(ctx, { jobId: required(options, "id") }),
  },
  {
    name: "resume-job",
    summary: "Expects a job again, from its next slot on.",
    options: JOB,
    run: (ctx, options) => resumeJob(ctx, { jobId: required(options, "id") }),
  },
  {
    name: "delete-job",
    summary: "Deletes a job with its runs and incidents.",
    options: JOB,
    async run(ctx, options) {
      const { id, slug } = await deleteJob(ctx, { jobId: required(options, "id") });
      return { id, slug, deleted: true };
    },
  },
];
