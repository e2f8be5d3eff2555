import { createJob, deleteJob, pauseJob, resumeJob, updateJob } from "../../services/job-changes.ts";
import { jobReport } from "../../services/job-report.ts";
import { type Command, isoTime, required } from "./command.ts";
import { JOB_OPTIONS, jobOf } from "./job-options.ts";

const ID = { name: "id", required: true, value: "ID" };

/** Commands about jobs. */
export const JOB_COMMANDS: readonly Command[] = [
  {
    name: "create-job",
    summary: "Makes a job; its name defaults to its slug.",
    options: [
      { name: "project", required: true, value: "ID" },
      { name: "slug", required: true, value: "SLUG" },
      ...JOB_OPTIONS,
    ],
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
    options: [ID, { name: "slug", required: false, value: "SLUG" }, ...JOB_OPTIONS],
    run: (ctx, options) =>
      updateJob(ctx, { jobId: required(options, "id"), slug: options.get("slug"), ...jobOf(options) }),
  },
  {
    name: "job",
    summary: "Shows a job with its newest 100 runs.",
    options: [ID],
    async run(ctx, options) {
      const { runs, lastPingAt, nextExpectedAt, ...job } = await jobReport(ctx, { jobId: required(options, "id") });
      return {
        ...{ id: job.id, slug: job.slug, state: job.status },
        lastPingAt: isoTime(lastPingAt),
        nextExpectedAt: isoTime(nextExpectedAt),
        pings: job.pings,
        runs: runs.map((run) => ({
          outcome: run.outcome,
          startedAt: isoTime(run.startedAt),
          finishedAt: isoTime(run.finishedAt),
          durationMs: run.durationMs,
          exitCode: run.exitCode,
          slotAt: isoTime(run.slotAt),
        })),
      };
    },
  },
  {
    name: "pause-job",
    summary: "Stops expecting a job; its open incidents end without an alert.",
    options: [ID],
    run: (ctx, options) => pauseJob(ctx, { jobId: required(options, "id") }),
  },
  {
    name: "resume-job",
    summary: "Expects a job again, from its next slot on.",
    options: [ID],
    run: (ctx, options) => resumeJob(ctx, { jobId: required(options, "id") }),
  },
  {
    name: "delete-job",
    summary: "Deletes a job with its runs and incidents.",
    options: [ID],
    async run(ctx, options) {
      const { id, slug } = await deleteJob(ctx, { jobId: required(options, "id") });
      return { id, slug, deleted: true };
    },
  },
];
