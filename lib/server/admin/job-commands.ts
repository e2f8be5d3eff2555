import { createJob, deleteJob, pauseJob, resumeJob } from "../../services/job-changes.ts";
import { jobReport } from "../../services/job-report.ts";
import type { Options } from "./arguments.ts";
import { type Command, isoTime, required } from "./command.ts";

const ID = { name: "id", required: true, value: "ID" };

/** Commands about jobs. */
export const JOB_COMMANDS: readonly Command[] = [
  {
    name: "create-job",
    summary: "Makes a job; its name defaults to its slug.",
    options: [
      { name: "project", required: true, value: "ID" },
      { name: "slug", required: true, value: "SLUG" },
      { name: "name", required: false, value: "NAME" },
      { name: "schedule", required: false, value: '"*/5 * * * *"|"every 5s"' },
      { name: "dialect", required: false, value: "auto|vixie|systemd|kubernetes|…" },
      { name: "tz", required: false, value: "ZONE" },
      { name: "grace", required: false, value: "DURATION" },
      { name: "max-runtime", required: false, value: "DURATION" },
      { name: "min-runtime", required: false, value: "DURATION" },
      { name: "jitter", required: false, value: "DURATION" },
      { name: "overlap", required: false, value: "alert|allow" },
      { name: "unusual", required: false, value: "alert|ignore" },
    ],
    run: (ctx, options) => createJob(ctx, { projectId: required(options, "project"), ...newJob(options) }),
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

function newJob(options: Options) {
  return {
    slug: required(options, "slug"),
    name: options.get("name"),
    schedule: options.get("schedule"),
    dialect: options.get("dialect"),
    timeZone: options.get("tz"),
    grace: options.get("grace"),
    maxRuntime: options.get("max-runtime"),
    minRuntime: options.get("min-runtime"),
    jitter: options.get("jitter"),
    overlap: options.get("overlap"),
    unusual: options.get("unusual"),
  };
}
