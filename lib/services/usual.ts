import { hostZoneOf } from "../domain/host-zone.ts";
import { compileSchedule, intervalAround, type Schedule } from "../domain/schedule.ts";
import type { Millis } from "../domain/time.ts";
import { type Spread, suggestedGrace, suggestedMaxRuntime } from "../domain/usual.ts";
import { type UsualDays, usualDays, usualOfRuns, worthSuggesting, type Yardstick } from "../domain/usual-runs.ts";
import type { JobRecord } from "../store/jobs.ts";
import { listGoodRuns, listStarts, type SeenStart } from "../store/usual.ts";
import type { Ctx } from "./context.ts";
import { effectiveGrace, requireJob } from "./jobs.ts";

export type JobUsual = {
  /** Good runs that it comes from. */
  runs: number;
  /** How long good runs take on most days; null where too few are known. */
  duration: Spread | null;
  /** How long after slot + jitter the first sign of a run comes; negative where before. Null where `hostZone` says it. */
  lateness: Spread | null;
  /** What that sign mostly is. */
  sign: "start" | "end";
  /** Weekdays on which runs take much longer or less long, 0 for Sunday. */
  weekdays: UsualDays["unlike"];
  /** Limits that would suit these runs, where those in force do not. */
  suggested: { graceMs: Millis | null; maxRuntimeMs: Millis | null };
  /** Set where the job's machine seems to be in another zone. */
  hostZone: HostZoneHint | null;
  /** What the length of each run is held against. */
  yardstick: Yardstick;
};

export type HostZoneHint = {
  /** "your host seems to run in UTC, not in Europe/Riga" as a part of a sentence. */
  words: string;
  /** The zone of the schedule. */
  timeZone: string;
  /** How long after its times the job is heard of; negative where before. */
  shiftMs: Millis;
  /** Only ends of runs are seen: they may as well take so long. */
  mayTakeThatLong: boolean;
};

/** What a job usually does, from its latest 200 good runs. @throws AppError `not-found`, also for strangers. */
export async function jobUsual(ctx: Ctx, input: { jobId: string }): Promise<JobUsual> {
  const job = await requireJob(ctx, input.jobId, "see");
  const { pool } = ctx.database;
  const now = ctx.clock.now();
  const [runs, starts] = await Promise.all([
    listGoodRuns(pool, job.id),
    listStarts(pool, { jobId: job.id, since: job.scheduleSince, limit: 2 * STARTS_COMPARED }),
  ]);
  const usual = usualOfRuns(runs, job);
  const days = usualDays(runs, job);
  const schedule = compileSchedule(job.schedule);
  const graceMs = effectiveGrace(job, now);
  const hostZone = hostZoneHint(schedule, starts, graceMs);
  // Runs at the wrong hour are no reason to wait for hours.
  const grace = hostZone === null ? suggestedGrace(usual) : null;
  const interval = intervalAround(schedule, job.facts.nextSlotAt ?? now).afterMs ?? Infinity;
  const ends = runs.filter(({ signAt, startedAt, durationMs }) => signAt > startedAt || durationMs === null);
  return {
    runs: runs.length,
    duration: days.ordinary,
    lateness: hostZone === null ? usual.lateness : null,
    sign: ends.length > runs.length / 2 ? "end" : "start",
    weekdays: days.unlike,
    suggested: {
      graceMs: grace !== null && grace < interval ? worthSuggesting(grace, graceMs) : null,
      maxRuntimeMs: worthSuggesting(suggestedMaxRuntime(usual), job.limits.maxRuntimeMs),
    },
    hostZone,
    yardstick: { runs, settings: job },
  };
}

/** More would go back to a time before the machine was moved. */
const STARTS_COMPARED = 10;

/** Runs that fill no slot were mostly begun by hand; on a machine whose clock is ahead they are the scheduled ones. */
function hostZoneHint(schedule: Schedule, starts: readonly SeenStart[], graceMs: Millis | null): HostZoneHint | null {
  const withSlot = starts.filter(({ slotAt }) => slotAt !== null);
  return hintOf(schedule, withSlot, graceMs) ?? hintOf(schedule, starts, graceMs);
}

function hintOf(schedule: Schedule, starts: readonly SeenStart[], graceMs: Millis | null): HostZoneHint | null {
  const { zone } = schedule;
  if (zone === null) return null;
  const compared = starts.slice(0, STARTS_COMPARED).toSorted((a, b) => a.at - b.at);
  const found = hostZoneOf(
    schedule,
    zone,
    compared.map(({ at }) => at),
  );
  if (found === null) return null;
  const mayTakeThatLong = found.shiftMs > 0 && compared.some(({ exact }) => !exact);
  // A job that just takes an hour is in nobody's way as long as its grace allows for it.
  if (mayTakeThatLong && found.shiftMs <= (graceMs ?? 0)) return null;
  return { words: found.words, timeZone: zone.name, shiftMs: found.shiftMs, mayTakeThatLong };
}

/** What the length of a job's runs is held against. */
export async function findYardstick(ctx: Ctx, job: JobRecord): Promise<Yardstick> {
  return { runs: await listGoodRuns(ctx.database.pool, job.id), settings: job };
}
