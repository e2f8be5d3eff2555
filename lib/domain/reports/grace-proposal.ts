import { hostZoneOf } from "../host-zone.ts";
import type { ScheduleSpec } from "../job.ts";
import { compileSchedule, intervalAround, type Schedule } from "../schedule.ts";
import { HOUR, MINUTE, type Instant, type Millis } from "../time.ts";
import { suggestedGrace } from "../usual.ts";
import { type GoodRun, usualOfRuns, worthSuggesting } from "../usual-runs.ts";

/** What is known of a job whose grace is looked at. */
export type GraceInput = {
  schedule: ScheduleSpec;
  jitterMs: Millis;
  /** Null: by the interval. */
  graceMs: Millis | null;
  /** The latest good runs, newest first. */
  runs: readonly GoodRun[];
};

/** Starts whose shift tells the zone of a machine: see `hostZoneOf`. */
const STARTS_COMPARED = 10;

/**
 * A grace that would suit a job's runs, beside the one in force and how late its runs mostly come; null where that suits,
 * too little is known, or the runs come by the clocks of another zone. Throws a `ScheduleError`.
 */
export function proposeGrace(
  job: GraceInput,
  now: Instant,
): { graceMs: Millis; proposedMs: Millis; usualMs: Millis } | null {
  const schedule = compileSchedule(job.schedule);
  const interval = intervalAround(schedule, schedule.next(now) ?? now).afterMs;
  if (interval === null || seemsElsewhere(schedule, job)) return null;
  const { schedule: spec, jitterMs, runs } = job;
  const usual = usualOfRuns(runs, { schedule: spec, limits: { jitterMs } });
  const graceMs = job.graceMs ?? defaultGrace(interval);
  const suggested = suggestedGrace(usual);
  if (usual.lateness === null || suggested === null || suggested >= interval) return null;
  const proposedMs = worthSuggesting(suggested, graceMs);
  // Nobody chose the default, and a longer grace than needed does no harm that is worth a line.
  if (proposedMs !== null && job.graceMs === null && proposedMs < graceMs) return null;
  return proposedMs === null ? null : { graceMs, proposedMs, usualMs: Math.max(0, usual.lateness.p95) };
}

/** As `graceAt` has it. */
function defaultGrace(intervalMs: Millis): Millis {
  return Math.min(Math.max(intervalMs / 5, MINUTE), HOUR);
}

/** Runs at the wrong hour are no reason to wait for hours. */
function seemsElsewhere(schedule: Schedule, { runs }: GraceInput): boolean {
  const { zone } = schedule;
  if (zone === null) return false;
  const starts = runs.slice(0, STARTS_COMPARED).map(({ signAt }) => signAt);
  const ascending = starts.toSorted((a, b) => a - b);
  return hostZoneOf(schedule, zone, ascending) !== null;
}
