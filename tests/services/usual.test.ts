import { beforeAll, describe, expect, test } from "vitest";
import { DAY, HOUR, type Instant, type Millis, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { unusualFactor } from "../../lib/domain/usual-runs.ts";
import { createJob, updateJob } from "../../lib/services/job-changes.ts";
import { getRun, listRuns } from "../../lib/services/runs.ts";
import { type JobUsual, jobUsual } from "../../lib/services/usual.ts";
import { offsetClock } from "../support/database.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let jobs = 0;
let today: Instant;

beforeAll(async () => {
  world = await openWorld();
  today = Math.floor(world.services.clock.now() / DAY) * DAY;
});

/** Made two months ago: what happened since then may be booked. */
async function newJob(input: Record<string, string> = {}): Promise<string> {
  jobs += 1;
  await offsetClock(world.database, -60 * DAY);
  const { id } = await createJob(world.owner, { projectId: world.project.id, slug: `job-${jobs}`, ...input });
  await offsetClock(world.database, 0);
  return id;
}

type Seeded = {
  slotAt?: Instant | null;
  startedAt: Instant;
  durationMs?: Millis | null;
  startSeen?: boolean;
  outcome?: string;
};

/** Runs as the rules book them, oldest first. */
async function addRuns(jobId: string, runs: readonly Seeded[]): Promise<void> {
  for (const [index, run] of runs.entries()) {
    const { slotAt = null, startedAt, durationMs = null, startSeen = true, outcome = "ok" } = run;
    const finishedAt = startedAt + (durationMs ?? 0);
    await world.database.pool.query(
      `INSERT INTO runs (job_id, number, outcome, slot_at, last_slot_at, started_at, finished_at, duration_ms, start_seen,
         settled_at) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $6)`,
      [
        ...[jobId, index + 1, outcome, slotAt === null ? null : new Date(slotAt), new Date(startedAt)],
        ...[new Date(finishedAt), durationMs, startSeen],
      ],
    );
  }
}

/** One run a day at `hour` UTC, the newest yesterday. */
function daily(count: number, hour: number, run: (index: number, at: Instant) => Partial<Seeded>): Seeded[] {
  return Array.from({ length: count }, (_, index) => {
    const at = today - (count - index) * DAY + hour * HOUR;
    return { startedAt: at, slotAt: at, ...run(index, at) };
  });
}

const usualOf = (jobId: string): Promise<JobUsual> => jobUsual(world.owner, { jobId });

describe("what a job usually does", () => {
  test("is seen by its people, and not by a stranger", async () => {
    const jobId = await newJob({ schedule: "0 2 * * *" });
    await addRuns(
      jobId,
      daily(30, 2, (_, at) => ({ startedAt: at + 3 * SECOND, durationMs: 4 * MINUTE })),
    );
    for (const ctx of [world.system, world.owner, world.teammate]) {
      expect(await jobUsual(ctx, { jobId })).toMatchObject({
        runs: 30,
        duration: { count: 30, median: 4 * MINUTE, p95: 4 * MINUTE },
        lateness: { count: 30, median: 3 * SECOND },
        ...{ sign: "start", weekdays: [], hostZone: null },
      });
    }
    await expect(jobUsual(world.stranger, { jobId })).rejects.toMatchObject({ code: "not-found" });
    await expect(jobUsual(world.owner, { jobId: "nonsense" })).rejects.toMatchObject({ code: "not-found" });
  });

  test("is unknown for few runs", async () => {
    const jobId = await newJob({ schedule: "0 2 * * *" });
    expect(await usualOf(jobId)).toEqual({
      runs: 0,
      ...{ duration: null, lateness: null, sign: "start", weekdays: [], hostZone: null },
      suggested: { graceMs: null, maxRuntimeMs: null },
      yardstick: expect.anything(),
    });
    await addRuns(
      jobId,
      daily(9, 2, () => ({ durationMs: MINUTE })),
    );
    expect(await usualOf(jobId)).toMatchObject({ duration: null, suggested: { graceMs: null, maxRuntimeMs: null } });
  });

  test("differs by weekday where runs do", async () => {
    const jobId = await newJob({ schedule: "0 2 * * *" });
    const isSunday = (at: Instant) => new Date(at).getUTCDay() === 0;
    await addRuns(
      jobId,
      daily(56, 2, (_, at) => ({ durationMs: isSunday(at) ? HOUR : 4 * MINUTE })),
    );
    const { weekdays, duration } = await usualOf(jobId);
    expect(duration).toMatchObject({ median: 4 * MINUTE });
    expect(weekdays).toEqual([{ weekday: 0, duration: expect.objectContaining({ count: 8, median: HOUR }) }]);
  });

  test("counts lateness after the jitter, and to the first sign that came", async () => {
    const jobId = await newJob({ schedule: "0 2 * * *", jitter: "5m" });
    await addRuns(
      jobId,
      daily(20, 2, (_, at) => ({ startedAt: at + MINUTE, durationMs: 10 * MINUTE, startSeen: false })),
    );
    expect(await usualOf(jobId)).toMatchObject({ lateness: { median: 6 * MINUTE }, sign: "end" });
  });
});

describe("limits are suggested", () => {
  const runs = () => daily(30, 2, (_, at) => ({ startedAt: at + 10 * SECOND, durationMs: 4 * MINUTE }));

  test("where those in force differ by enough to matter", async () => {
    const jobId = await newJob({ schedule: "0 2 * * *" });
    await addRuns(jobId, runs());
    expect((await usualOf(jobId)).suggested).toEqual({ graceMs: MINUTE, maxRuntimeMs: 15 * MINUTE });
    await updateJob(world.owner, { jobId, grace: "90s", maxRuntime: "20m" });
    expect((await usualOf(jobId)).suggested).toEqual({ graceMs: null, maxRuntimeMs: null });
    await updateJob(world.owner, { jobId, grace: "30s", maxRuntime: "5m" });
    expect((await usualOf(jobId)).suggested).toEqual({ graceMs: MINUTE, maxRuntimeMs: 15 * MINUTE });
  });

  test("but no grace without slots, nor one as long as the interval", async () => {
    const none = await newJob();
    await addRuns(
      none,
      daily(30, 2, () => ({ slotAt: null, durationMs: 4 * MINUTE })),
    );
    expect((await usualOf(none)).suggested).toEqual({ graceMs: null, maxRuntimeMs: 15 * MINUTE });
    const hourly = await newJob({ schedule: "0 * * * *" });
    await addRuns(
      hourly,
      daily(30, 2, (_, at) => ({ startedAt: at + 40 * MINUTE, durationMs: SECOND })),
    );
    expect((await usualOf(hourly)).suggested).toMatchObject({ graceMs: null });
  });
});

describe("the zone of the host", () => {
  const inRiga = { schedule: "0 12 * * *", timeZone: "Etc/GMT-3" };

  test("is recognised from runs that took their missed slots late, and the grace is left alone", async () => {
    const jobId = await newJob(inRiga);
    await addRuns(
      jobId,
      daily(15, 12, (_, at) => ({ slotAt: at - 3 * HOUR, durationMs: MINUTE })),
    );
    expect(await usualOf(jobId)).toMatchObject({
      hostZone: { words: "your host seems to run in UTC, not in Etc/GMT-3", shiftMs: 3 * HOUR, mayTakeThatLong: false },
      suggested: { graceMs: null },
      lateness: null,
    });
  });

  test("is recognised through runs begun by hand, which fill no slot", async () => {
    const jobId = await newJob(inRiga);
    const scheduled = daily(8, 12, (_, at) => ({ slotAt: at - 3 * HOUR, durationMs: MINUTE }));
    const byHand = daily(8, 15, () => ({ slotAt: null, durationMs: MINUTE }));
    await addRuns(
      jobId,
      scheduled.flatMap((run, index) => [run, byHand[index] ?? run]),
    );
    expect((await usualOf(jobId)).hostZone).toMatchObject({ shiftMs: 3 * HOUR });
  });

  test("is recognised where runs come before their slots and fill none", async () => {
    const jobId = await newJob({ schedule: "0 12 * * *", timeZone: "UTC" });
    await addRuns(
      jobId,
      daily(8, 6, () => ({ slotAt: null, durationMs: MINUTE })),
    );
    expect((await usualOf(jobId)).hostZone).toMatchObject({
      words: expect.stringContaining("UTC+6"),
      shiftMs: -6 * HOUR,
    });
  });

  test("is no matter of the past: the schedule was changed, or the host", async () => {
    const edited = await newJob(inRiga);
    await addRuns(
      edited,
      daily(8, 12, (_, at) => ({ slotAt: at - 3 * HOUR, durationMs: MINUTE })),
    );
    await updateJob(world.owner, { jobId: edited, timeZone: "UTC" });
    expect((await usualOf(edited)).hostZone).toBeNull();
    const moved = await newJob(inRiga);
    const wrong = daily(9, 12, (_, at) => ({ slotAt: at - 3 * HOUR, durationMs: MINUTE }));
    const right = daily(1, 9, () => ({ durationMs: MINUTE }));
    await addRuns(moved, [...wrong.slice(0, -1), ...right]);
    expect((await usualOf(moved)).hostZone).toBeNull();
  });

  test("is in doubt where only ends are seen, and no matter while the grace allows for them", async () => {
    const jobId = await newJob(inRiga);
    await addRuns(
      jobId,
      daily(8, 12, (_, at) => ({ slotAt: at - 3 * HOUR, startSeen: false })),
    );
    expect((await usualOf(jobId)).hostZone).toMatchObject({ mayTakeThatLong: true });
    await updateJob(world.owner, { jobId, grace: "4h" });
    expect((await usualOf(jobId)).hostZone).toBeNull();
  });
});

describe("a run beside what is usual", () => {
  test("shows how many times as long it took, where that is unusual", async () => {
    const jobId = await newJob({ schedule: "0 2 * * *" });
    const lengths = new Map([
      [170, 16 * MINUTE],
      [171, 30 * SECOND],
      [172, 5 * MINUTE],
    ]);
    await addRuns(
      jobId,
      daily(174, 2, (index) => ({ durationMs: lengths.get(index) ?? 4 * MINUTE })),
    );
    const { yardstick } = await usualOf(jobId);
    const { runs } = await listRuns(world.owner, { jobId, limit: 4 });
    expect(runs.map((run) => unusualFactor(run, yardstick))).toEqual([null, null, 0.125, 4]);
    expect(await getRun(world.owner, { jobId, number: 171 })).toMatchObject({
      usual: { median: 4 * MINUTE },
      usualFactor: 4,
    });
  });

  test("that failed early is not called fast, and nothing is said where too little is known", async () => {
    const jobId = await newJob();
    const at = today - 40 * DAY;
    await addRuns(jobId, [{ startedAt: at, durationMs: SECOND }]);
    expect(await getRun(world.owner, { jobId, number: 1 })).toMatchObject({ usual: null, usualFactor: null });
    const failing = await newJob();
    const runs = daily(20, 2, () => ({ durationMs: 4 * MINUTE }));
    await addRuns(failing, [...runs, { startedAt: today, durationMs: SECOND, outcome: "failed" }]);
    expect(await getRun(world.owner, { jobId: failing, number: 21 })).toMatchObject({ usualFactor: null });
  });

  test("is marked where another was open at once", async () => {
    const jobId = await newJob();
    const at = (minutes: number): Instant => today + minutes * MINUTE;
    await addRuns(jobId, [
      { startedAt: at(0), durationMs: 5 * MINUTE },
      { startedAt: at(5), durationMs: 5 * MINUTE },
      { startedAt: at(9), durationMs: 5 * MINUTE },
      { startedAt: at(12), startSeen: false },
      { startedAt: at(20), durationMs: 5 * MINUTE },
    ]);
    const { runs } = await listRuns(world.owner, { jobId });
    expect(runs.filter(({ overlapped }) => overlapped).map(({ number }) => number)).toEqual([3, 2]);
    await world.database.pool.query(
      "UPDATE runs SET outcome = 'running', finished_at = NULL WHERE job_id = $1 AND number = 3",
      [jobId],
    );
    const open = await listRuns(world.owner, { jobId });
    expect(open.runs.filter(({ overlapped }) => overlapped).map(({ number }) => number)).toEqual([5, 3, 2]);
  });
});
