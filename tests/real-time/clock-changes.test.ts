import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compileSchedule } from "../../lib/domain/schedule.ts";
import { MINUTE, SECOND, type Instant } from "../../lib/domain/time.ts";
import { cronMissing, fastClockMissing, startCronDaemon } from "../support/cron-daemon.ts";
import { eventually } from "../support/eventually.ts";

// A real Debian cron daemon lives through both clock changes of a year in New York, on a clock that is so fast that an hour
// takes a minute or two. What it starts must be what we predict.

const missing = cronMissing() ?? fastClockMissing();

const TIME_ZONE = "America/New_York";
/** Runs in every minute that cron is awake: it shows which ones a busy machine took from it. */
const HEARTBEAT = "* * * * *";
const JOBS = [
  "30 2 * * *",
  "0 2 * * *",
  "15 2,3 * * *",
  "0 0-23 * * *",
  "30 1 * * *",
  "0,30 1-2 * * *",
  "*/15 * * * *",
  "0 * * * *",
  "@hourly",
  "*/15 2 * * *",
  "*/30 1 * * *",
  "0 */2 * * *",
];

const LINES = [HEARTBEAT, ...JOBS];

type Change = {
  day: string;
  /** Where the daemon's clock starts. */
  from: string;
  /** The last minute that is watched; no job is due shortly before. */
  until: Instant;
  /** How fast the clock is, and how fast where the machine was too busy for that. */
  speeds: readonly [number, number];
};
const CHANGES: readonly Change[] = [
  { day: "8 March", from: "2026-03-08 01:55:00", until: Date.UTC(2026, 2, 8, 7, 38), speeds: [25, 10] },
  { day: "1 November", from: "2026-11-01 00:57:00", until: Date.UTC(2026, 10, 1, 7, 4), speeds: [60, 20] },
];

type Run = { job: string; at: Instant };
/** The runs of all jobs from the first minute in which the daemon was awake. */
type Observation = { since: Instant; runs: readonly Run[] };

// A busy machine takes its time to start a job, and cron waits ten seconds after each minute that it catches up.
// The slots of each job lie at least 15 minutes apart, so it is clear which one a run is for.
const LATE = 2 * MINUTE;

describe("the clock changes of 2026 in New York", () => {
  const observations = new Map<string, Observation>();

  beforeEach(({ skip }) => {
    if (missing !== null) skip(missing);
  });

  beforeAll(async () => {
    if (missing !== null) return;
    await Promise.all(CHANGES.map(async (change) => observations.set(change.day, await observe(change))));
  }, 30 * MINUTE);

  it.each(CHANGES.flatMap(({ day, until }) => JOBS.map((job) => ({ job, day, until }))))(
    "on $day cron runs $job at the slots that are predicted",
    ({ job, day, until }) => {
      const { since, runs } = observations.get(day) ?? { since: 0, runs: [] };
      const schedule = compileSchedule({ kind: "cron", dialect: "vixie", expression: job, timeZone: TIME_ZONE });
      const predicted = schedule.between(since - 1, until, 1_000);
      const ran = runs.filter((run) => run.job === job).map(({ at }) => slotOf(at, predicted));
      expect([...new Set(ran)].map(told)).toEqual(predicted.map(told));
    },
  );
});

/** Watches a daemon through a change; once more, on a slower clock, where the machine kept it from its minutes. */
async function observe({ day, from, until, speeds }: Change): Promise<Observation> {
  for (const speed of speeds) {
    const runs = await runsUntil(until, { from, speed });
    const heartbeats = runs.filter(({ job }) => job === HEARTBEAT).map(({ at }) => at);
    const since = minuteOf(heartbeats[0] ?? until);
    const beats = heartbeats.filter((at) => at < until + MINUTE).length;
    if (beats === (until - since) / MINUTE + 1) return { since, runs: runs.filter(({ at }) => at < until) };
  }
  throw new Error(`This machine was too busy twice: on ${day} cron itself missed minutes.`);
}

/** Everything that a daemon with a fast clock starts until its heartbeat passes `until`. */
async function runsUntil(until: Instant, { from, speed }: { from: string; speed: number }): Promise<Run[]> {
  const work = mkdtempSync(join(tmpdir(), "belfry-clock-"));
  const log = join(work, "runs");
  const daemon = startCronDaemon({ timeZone: TIME_ZONE, from, speed });
  const line = (job: string, index: number): string =>
    `${job} . ${daemon.clockFile}; echo "${index} $(date +\\%s)" >> ${log}`;
  try {
    daemon.install(LINES.map(line));
    await eventually(() => {
      const heartbeat = readRuns(log).findLast(({ job }) => job === HEARTBEAT);
      expect(heartbeat?.at ?? 0, `the last heartbeat; the daemon says: ${daemon.log()}`).toBeGreaterThan(until);
    }, 12 * MINUTE);
    return readRuns(log);
  } finally {
    await daemon.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

function readRuns(log: string): Run[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, "utf8").split("\n").slice(0, -1);
  return lines
    .map((line) => line.split(" ").map(Number))
    .map(([index = NaN, seconds = NaN]) => ({ job: LINES[index] ?? "?", at: seconds * SECOND }))
    .toSorted((a, b) => a.at - b.at);
}

/** The predicted slot that a run is for; where it is for none, its own minute. */
function slotOf(run: Instant, predicted: readonly Instant[]): Instant {
  const slot = predicted.findLast((at) => at <= run);
  return slot !== undefined && run - slot < LATE ? slot : minuteOf(run);
}

function minuteOf(at: Instant): Instant {
  return Math.floor(at / MINUTE) * MINUTE;
}

function told(at: Instant): string {
  return new Date(at).toISOString().slice(0, 16);
}
