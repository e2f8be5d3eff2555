import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createUsual } from "../../lib/checker/usual.ts";
import type { Limits, ScheduleSpec } from "../../lib/domain/job.ts";
import { DAY, HOUR, type Instant, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { createLog } from "../../lib/log.ts";
import { Recorder } from "../../lib/ping/record.ts";
import { openClock } from "../../lib/store/clock.ts";
import { createLiveUpdates } from "../../lib/store/live.ts";
import { openPipeline } from "../../lib/store/pipeline.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { makePing } from "../support/scenario.ts";

const WAY = { protocol: "native", disposition: "ignored" } as const;

let database: TestDatabase;
let project: TestProject;

beforeEach(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
});

afterEach(() => database.close());

type Row = Record<string, unknown>;

async function rows<T extends Row>(sql: string, ...values: unknown[]): Promise<T[]> {
  return (await database.pool.query<T>(sql, values)).rows;
}

const TOLD: Partial<Limits> = { unusual: "alert" };

/** Good runs of `lengthMs`, one an hour until an hour before `until`, and a state that says so. */
async function addRuns(jobId: string, count: number, lengthMs: number | null, until = Date.now()): Promise<void> {
  await database.pool.query(
    `INSERT INTO runs (job_id, number, outcome, started_at, finished_at, duration_ms, settled_at)
     SELECT $1, coalesce((SELECT max(number) FROM runs WHERE job_id = $1), 0) + n, 'ok', at, at, $3, at
     FROM generate_series(1, $2) AS n, LATERAL (SELECT $4::timestamptz - ($2 - n + 1) * interval '1 hour' AS at) t`,
    [jobId, count, lengthMs, new Date(until)],
  );
  await database.pool.query(
    "UPDATE job_state SET last_ok_at = (SELECT max(settled_at) FROM runs WHERE job_id = $1) WHERE job_id = $1",
    [jobId],
  );
}

/** Lets the loop have a turn as of `ahead` from now, and waits for its end. */
async function pass(ahead = 0): Promise<void> {
  await offsetClock(database, ahead);
  const clock = await openClock(database.pool);
  const loop = createUsual({ pool: database.pool, clock, log: createLog("silent") });
  const begun = loop.lastTurnAt();
  loop.start();
  await eventually(async () => expect(loop.lastTurnAt()).toBeGreaterThan(begun), 10_000);
  await loop.stop();
}

type Bounds = { slowAfterMs: (number | null)[]; fastBelowMs: (number | null)[] };

async function boundsOf(jobId: string): Promise<Bounds | null | undefined> {
  return (await rows<{ bounds: Bounds | null }>("SELECT bounds FROM job_usual WHERE job_id = $1", jobId))[0]?.bounds;
}

async function versionOf(jobId: string): Promise<unknown> {
  return (await rows("SELECT xmin::text AS version FROM job_state WHERE job_id = $1", jobId))[0]?.version;
}

async function ageNote(jobId: string, ms: number): Promise<void> {
  await database.pool.query("UPDATE job_usual SET computed_at = computed_at - $2 * interval '1 ms' WHERE job_id = $1", [
    jobId,
    ms,
  ]);
}

describe("what is usual", () => {
  it("is noted for jobs whose unusual runs are told, and for no others", async () => {
    const told = await makeJob(database, project, { limits: TOLD });
    const untold = await makeJob(database, project);
    for (const jobId of [told, untold]) await addRuns(jobId, 40, 2 * MINUTE);
    await pass();
    const [slow] = (await boundsOf(told))?.slowAfterMs ?? [];
    expect(slow).toBe(6 * MINUTE);
    expect(await boundsOf(untold)).toBeUndefined();
  });

  it("comes from the newest 200 good runs, and from none whose end was a guess", async () => {
    const jobId = await makeJob(database, project, { limits: TOLD });
    await addRuns(jobId, 300, HOUR, Date.now() - 30 * DAY);
    await addRuns(jobId, 200, 2 * MINUTE);
    await database.pool.query(
      `INSERT INTO runs (job_id, number, outcome, started_at, finished_at, duration_ms, ambiguous)
       SELECT $1, 1000 + n, CASE WHEN n < 50 THEN 'failed' ELSE 'ok' END, now(), now(), 9e8, n >= 50
       FROM generate_series(1, 100) AS n`,
      [jobId],
    );
    await pass();
    expect((await boundsOf(jobId))?.slowAfterMs).toEqual(Array.from({ length: 7 }, () => 6 * MINUTE));
  });

  it("counts a run that ended past its limit, and goes by the weekday in the schedule's zone", async () => {
    const schedule: ScheduleSpec = { kind: "cron", dialect: "auto", expression: "0 * * * *", timeZone: "Asia/Tokyo" };
    const jobId = await makeJob(database, project, { limits: TOLD, schedule });
    await addRuns(jobId, 24 * 8, 2 * MINUTE);
    await database.pool.query(
      `UPDATE runs SET duration_ms = 3600000, outcome = 'overlong', finished_late = true
       WHERE extract(dow FROM started_at AT TIME ZONE 'Asia/Tokyo') = 3`,
    );
    await pass();
    const slow = (await boundsOf(jobId))?.slowAfterMs;
    expect(slow).toEqual([0, 1, 2, 3, 4, 5, 6].map((weekday) => (weekday === 3 ? 3 * HOUR : 6 * MINUTE)));
  });

  it("is not known of few runs, of runs without a length, or where the schedule cannot be read", async () => {
    const few = await makeJob(database, project, { limits: TOLD });
    await addRuns(few, 9, MINUTE);
    const pings = await makeJob(database, project, { limits: TOLD });
    await addRuns(pings, 50, null);
    const odd = await makeJob(database, project, { limits: TOLD });
    await addRuns(odd, 50, MINUTE);
    await database.pool.query(
      "UPDATE jobs SET schedule_kind = 'cron', schedule_expression = 'nonsense' WHERE id = $1",
      [odd],
    );
    const sound = await makeJob(database, project, { limits: TOLD });
    await addRuns(sound, 50, MINUTE);
    await pass();
    for (const jobId of [few, pings, odd]) expect(await boundsOf(jobId)).toBeNull();
    expect(await boundsOf(sound)).not.toBeNull();
  });

  it("gets through any number of jobs in one pass", async () => {
    const jobIds: string[] = [];
    for (let index = 0; index < 120; index++) jobIds.push(await makeJob(database, project, { limits: TOLD }));
    for (const jobId of jobIds) await addRuns(jobId, 10, MINUTE);
    await pass();
    expect(await rows("SELECT 1 FROM job_usual WHERE bounds <> 'null'")).toHaveLength(120);
  });
});

describe("it is looked at again", () => {
  async function lookedAt(jobId: string): Promise<Instant> {
    const [row] = await rows<{ at: Date }>("SELECT computed_at AS at FROM job_usual WHERE job_id = $1", jobId);
    return row?.at.getTime() ?? 0;
  }

  it("an hour later where a good run came since then, and not before or without one", async () => {
    const jobId = await makeJob(database, project, { limits: TOLD });
    await addRuns(jobId, 20, 2 * MINUTE);
    await pass();
    const first = await lookedAt(jobId);
    await pass(2 * HOUR);
    expect(await lookedAt(jobId)).toBe(first);
    await addRuns(jobId, 20, 4 * MINUTE, Date.now() + 2 * HOUR);
    await pass(59 * MINUTE);
    expect(await lookedAt(jobId)).toBe(first);
    await pass(61 * MINUTE);
    expect((await boundsOf(jobId))?.slowAfterMs[0]).toBe(12 * MINUTE);
  });

  it("ten minutes later where too little was known", async () => {
    const jobId = await makeJob(database, project, { limits: TOLD });
    await addRuns(jobId, 9, 2 * MINUTE);
    await pass();
    await addRuns(jobId, 1, 2 * MINUTE, Date.now() + 2 * HOUR);
    await pass(9 * MINUTE);
    expect(await boundsOf(jobId)).toBeNull();
    await pass(11 * MINUTE);
    expect(await boundsOf(jobId)).not.toBeNull();
  });
});

describe("whoever keeps the job in mind", () => {
  it("hears of new bounds by its state's version, and is left alone where they are the same", async () => {
    const jobId = await makeJob(database, project, { limits: TOLD });
    await addRuns(jobId, 20, 2 * MINUTE);
    const before = await versionOf(jobId);
    await pass();
    const noted = await versionOf(jobId);
    expect(noted).not.toBe(before);

    const bounds = await boundsOf(jobId);
    await ageNote(jobId, 3 * HOUR);
    await pass();
    expect(await rows("SELECT 1 FROM job_usual WHERE computed_at > now() - interval '1 minute'")).toHaveLength(1);
    expect(await boundsOf(jobId)).toEqual(bounds);
    expect(await versionOf(jobId)).toBe(noted);

    await database.pool.query("UPDATE runs SET duration_ms = $1", [90 * SECOND]);
    await ageNote(jobId, 3 * HOUR);
    await pass();
    expect((await boundsOf(jobId))?.slowAfterMs[0]).toBe(270 * SECOND);
    expect(await versionOf(jobId)).not.toBe(noted);
  });

  it("meets new bounds at its next ping", async () => {
    const jobId = await makeJob(database, project, { limits: TOLD });
    await addRuns(jobId, 20, 2 * MINUTE);
    const pipeline = openPipeline(database.pool, 1);
    const live = createLiveUpdates(database.pool);
    const clock = await openClock(database.pool);
    const watch = { ensureFresh: async () => {} };
    const recorder = new Recorder({ pipeline, clock, log: createLog("silent"), watch, live });
    const record = async (durationMs: number): Promise<unknown[]> => {
      const ping = { ...makePing("success", clock.now(), { runId: randomUUID() }), durationMs };
      const blank = {
        ...{ userAgent: null, message: null, metrics: null },
        ...{ body: null, bodySize: 0, runNumber: null },
      };
      const arrival = { ...ping, ...blank, jobId, method: "GET", ...WAY };
      expect(await recorder.record([arrival], new AbortController().signal)).toEqual(["stored"]);
      return rows("SELECT cause FROM incidents WHERE state = 'open'");
    };
    expect([await record(2 * MINUTE), await record(2 * MINUTE)]).toEqual([[], []]);
    await pass();
    expect(await record(SECOND)).toEqual([{ cause: "fast" }]);
    live.close();
    await pipeline.end();
  });

  it("is not waited for by a job that is deleted meanwhile", async () => {
    const jobId = await makeJob(database, project, { limits: TOLD });
    await addRuns(jobId, 20, 2 * MINUTE);
    const stays = await makeJob(database, project, { limits: TOLD });
    await addRuns(stays, 20, 2 * MINUTE);
    const holder = await database.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM job_state WHERE job_id = $1 FOR UPDATE", [jobId]);
    const passed = pass();
    await eventually(
      async () => expect(await rows("SELECT 1 FROM pg_locks WHERE NOT granted")).toHaveLength(1),
      10_000,
    );
    await holder.query("DELETE FROM jobs WHERE id = $1", [jobId]);
    await holder.query("COMMIT");
    holder.release();
    await passed;
    expect(await rows("SELECT job_id AS id FROM job_usual")).toEqual([{ id: stays }]);
  });
});
