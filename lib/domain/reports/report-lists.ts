import type { FailedJob, Listed, NoisyJob, ReportFacts, SlowerJob } from "./report-facts.ts";
import { SECOND, type Millis } from "../time.ts";

/** Further lines of a mail nobody reads. */
const TOP = 10;

/** A job that breaks so often is worth more than another look at its last failure. */
const FLAKY_INCIDENTS = 3;
/** So many alerts of one job are a burden. */
const NOISY_ALERTS = 5;
const SLOWER_FACTOR = 1.25;
const SLOWER_LEAST: Millis = 10 * SECOND;

export function listed<T>(all: readonly T[]): Listed<T> {
  return { top: all.slice(0, TOP), total: all.length };
}

/** Those that are down first, then those that were for longest. */
export function failedJobs(jobs: readonly FailedJob[]): ReportFacts["failed"] {
  const order = (a: FailedJob, b: FailedJob) =>
    Number(b.stillDown) - Number(a.stillDown) || b.downMs - a.downMs || a.name.localeCompare(b.name);
  return listed(jobs.toSorted(order));
}

/** Those that broke again and again, most often first. */
export function flakyJobs(jobs: readonly FailedJob[]): ReportFacts["flaky"] {
  const flaky = jobs.filter(({ incidents }) => incidents >= FLAKY_INCIDENTS);
  return listed(flaky.toSorted((a, b) => b.incidents - a.incidents || a.name.localeCompare(b.name)));
}

/** Those that take much longer than in the weeks before, by how many times as long. */
export function slowerJobs(jobs: readonly SlowerJob[]): ReportFacts["slower"] {
  const slower = jobs.filter(
    ({ beforeMs, nowMs }) => nowMs >= SLOWER_FACTOR * beforeMs && nowMs - beforeMs >= SLOWER_LEAST,
  );
  return listed(slower.toSorted((a, b) => growth(b) - growth(a)));
}

function growth({ beforeMs, nowMs }: SlowerJob): number {
  return nowMs / Math.max(beforeMs, 1);
}

export function noisyJobs(jobs: readonly NoisyJob[]): ReportFacts["noisy"] {
  const noisy = jobs.filter(({ alerts }) => alerts >= NOISY_ALERTS);
  return listed(noisy.toSorted((a, b) => b.alerts - a.alerts || a.name.localeCompare(b.name)));
}
