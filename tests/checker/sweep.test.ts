import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSweep, Sweeper } from "../../lib/checker/sweep.ts";
import type { ScheduleSpec } from "../../lib/domain/job.ts";
import { HOUR, type Instant, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { applyPing } from "../../lib/domain/transition.ts";
import { createLog } from "../../lib/log.ts";
import { Recorder } from "../../lib/ping/record.ts";
import { openBus } from "../../lib/store/bus.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { openClock } from "../../lib/store/clock.ts";
import { createLiveUpdates } from "../../lib/store/live.ts";
import { openPipeline } from "../../lib/store/pipeline.ts";
import { loadStates } from "../../lib/store/states.ts";
import { addTransition, openChange, saveTransitions } from "../../lib/store/transitions.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeChannel, makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { makePing } from "../support/scenario.ts";

const WAY = { protocol: "native", disposition: "ignored" } as const;

const START = Date.UTC(2026, 2, 1, 3);
const EVERY_MINUTE: ScheduleSpec = { kind: "interval", everyMs: MINUTE };
const GRACE = { graceMs: 10 * SECOND };
const NEVER = new AbortController().signal;
const log = createLog("silent");
const watch = { ensureFresh: async () => {}, heardUntil: () => Infinity };

let database: TestDatabase;
let project: TestProject;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await database.close();
});

type Row = Record<string, unknown>;

async function rows(sql: string, ...values: unknown[]): Promise<Row[]> {
  return (await database.pool.query<Row>(sql, values)).rows;
}

/** Jobs that were heard of once, at `at`. */
async function makeHeardJobs(count: number, at: Instant): Promise<string[]> {
  const jobIds: string[] = [];
  for (let index = 0; index < count; index++) {
    jobIds.push(await makeJob(database, project, { schedule: EVERY_MINUTE, limits: GRACE }));
  }
  await inTransaction(database.pool, async (client) => {
    const changes = [...(await loadStates(client, jobIds)).values()].map((job) => {
      const change = openChange(job);
      addTransition(change, applyPing(change.state, makePing("success", at), at));
      return change;
    });
    await saveTransitions(client, changes, "exact");
  });
  return jobIds;
}

/** Takes one turn at `now`. @returns when it wants the next. */
async function sweepAt(now: Instant): Promise<Instant | null> {
  const sweeper = await openSweeper(() => now);
  return sweeper.turn(NEVER);
}

async function openSweeper(now: () => Instant, onLag?: (ms: number) => void): Promise<Sweeper> {
  const bus = await openBus(database.url, log);
  const clock = { now, refresh: async () => {} };
  const sweeper = new Sweeper({ pool: database.pool, clock, log, bus, watch, onLag });
  closing.push(() => Promise.all([sweeper.close(), bus.close()]));
  return sweeper;
}

describe("a turn", () => {
  it("gives the verdict a second after the deadline, not before, and says when to come again", async () => {
    const [jobId] = await makeHeardJobs(1, START);
    const deadline = START + 70 * SECOND;
    expect(await sweepAt(deadline + SECOND)).toBe(deadline + SECOND + 250);
    expect(await rows("SELECT outcome FROM runs WHERE job_id = $1 ORDER BY number", jobId)).toEqual([
      { outcome: "ok" },
    ]);
    expect(await sweepAt(deadline + SECOND + 1)).toBe(deadline + MINUTE + SECOND + 1);
    expect(await rows("SELECT outcome FROM runs WHERE job_id = $1 ORDER BY number", jobId)).toEqual([
      { outcome: "ok" },
      { outcome: "missed" },
    ]);
  });

  it("judges nothing after the last moment at which somebody was listening", async () => {
    await makeHeardJobs(1, START);
    const bus = await openBus(database.url, log);
    const clock = { now: () => START + HOUR, refresh: async () => {} };
    const sweeper = new Sweeper({
      ...{ pool: database.pool, clock, log, bus },
      watch: { ...watch, heardUntil: () => START + 65 * SECOND },
    });
    closing.push(() => Promise.all([sweeper.close(), bus.close()]));
    await sweeper.turn(NEVER);
    expect(await rows("SELECT 1 FROM incidents")).toEqual([]);
  });

  it("writes every incident with its alert, ready to be planned, each once, with two sweeps at work", async () => {
    await makeChannel(database, project);
    await makeHeardJobs(350, START);
    const lags: number[] = [];
    const now = () => START + 80 * SECOND;
    const sweepers = [await openSweeper(now, (ms) => lags.push(ms)), await openSweeper(now, (ms) => lags.push(ms))];
    await Promise.all(sweepers.map((sweeper) => sweeper.turn(NEVER)));
    const [counts] = await rows(`SELECT (SELECT count(*) FROM incidents WHERE state = 'open') AS incidents,
      (SELECT count(*) FROM incident_events) AS events, (SELECT count(*) FROM alerts WHERE plan_at <= belfry_now()) AS alerts,
      (SELECT count(*) FROM runs WHERE outcome = 'missed') AS missed`);
    expect(counts).toEqual({ incidents: 350, events: 350, alerts: 350, missed: 350 });
    expect(lags).toEqual(Array<number>(350).fill(10 * SECOND));
  });

  it("leaves jobs alone that others hold, and looks again soon", async () => {
    const [held] = await makeHeardJobs(3, START);
    const holder = await database.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM job_state WHERE job_id = $1 FOR UPDATE", [held]);
    const now = START + 80 * SECOND;
    expect(await sweepAt(now)).toBe(now + 250);
    expect(await rows("SELECT 1 FROM incidents")).toHaveLength(2);
    await holder.query("ROLLBACK");
    holder.release();
    await sweepAt(now + 250);
    expect(await rows("SELECT 1 FROM incidents")).toHaveLength(3);
  });
});

describe("a job that cannot be evaluated", () => {
  const faults: [string, string, string][] = [
    [
      "its schedule is none",
      "UPDATE jobs SET schedule_kind = 'cron', schedule_expression = 'bad' WHERE id = $1",
      "bad",
    ],
    ["its memory cannot be read", `UPDATE job_state SET memory = '"9"' WHERE job_id = $1`, "version 9"],
    [
      "what follows cannot be written",
      `INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at)
       SELECT gen_random_uuid(), id, project_id, 99, 'critical', 'missed', 'open', 1, belfry_now() FROM jobs WHERE id = $1`,
      "incidents_open_key",
    ],
  ];

  it.each(faults)("is set aside and the others are swept: %s", async (_, sql, fault) => {
    const [broken] = await makeHeardJobs(4, START);
    await database.pool.query(sql, [broken]);
    const before = await rows("SELECT 1 FROM incidents");
    const now = START + 80 * SECOND;
    await sweepAt(now);
    expect(await rows("SELECT 1 FROM incidents")).toHaveLength(before.length + 3);
    const state = await rows("SELECT fault, check_at FROM job_state WHERE job_id = $1", broken);
    expect(state).toEqual([{ fault: expect.stringContaining(fault), check_at: new Date(now + 5 * MINUTE) }]);
    await sweepAt(now + MINUTE);
    expect(await rows("SELECT check_at FROM job_state WHERE job_id = $1", broken)).toMatchObject([
      { check_at: new Date(now + 5 * MINUTE) },
    ]);
  });
});

it("record before sweep comes to the same as sweep before record", async () => {
  const scripts = [
    { action: "success", at: 65 },
    { action: "start", at: 71 },
    { action: "success", at: 75 },
    { action: "fail", at: 95 },
    { action: "start", at: 131 },
    { action: "success", at: 200 },
  ] as const;
  for (const { action, at } of scripts) {
    const received = START + at * SECOND;
    const [recordFirst = "", sweepFirst = ""] = await makeHeardJobs(2, START);
    await record(recordFirst, makePing(action, received), received + SECOND);
    // The sweep meets one job with its ping recorded and one without.
    await sweepAt(received + SECOND);
    await record(sweepFirst, makePing(action, received), received + SECOND);
    await sweepAt(received + SECOND);
    expect(await storyOf(sweepFirst)).toEqual(await storyOf(recordFirst));
    await database.pool.query("DELETE FROM jobs");
  }
});

async function record(jobId: string, ping: ReturnType<typeof makePing>, now: Instant): Promise<void> {
  const pipeline = openPipeline(database.pool, 1);
  const clock = { now: () => now, refresh: async () => {} };
  const live = createLiveUpdates(database.pool);
  const recorder = new Recorder({ pipeline, clock, log, watch, live });
  const blank = {
    ...{ userAgent: null, message: null, metrics: null },
    ...{ body: null, bodySize: 0, runNumber: null },
  };
  const arrival = { ...ping, ...blank, jobId, method: "GET", ...WAY };
  expect(await recorder.record([arrival], NEVER)).toEqual(["stored"]);
  live.close();
  await pipeline.end();
}

async function storyOf(jobId: string): Promise<Row[][]> {
  return Promise.all([
    rows(
      "SELECT number, outcome, slot_at, started_at, finished_at, settled_at FROM runs WHERE job_id = $1 ORDER BY 1",
      jobId,
    ),
    rows(
      "SELECT number, cause, state, opened_at, resolved_at, bad_count FROM incidents WHERE job_id = $1 ORDER BY 1",
      jobId,
    ),
    rows("SELECT event, sequence FROM alerts WHERE job_id = $1 ORDER BY 2", jobId),
    rows("SELECT down, running, next_slot_at, late_at FROM job_state WHERE job_id = $1", jobId),
  ]);
}

describe("the loop", () => {
  it("rests until the next deadline, and wakes for an earlier one", async () => {
    const bus = await openBus(database.url, log);
    const clock = await openClock(database.pool);
    const sweep = createSweep({ pool: database.pool, clock, log, bus, watch });
    closing.push(() => Promise.all([sweep.stop(), bus.close()]));
    sweep.start();
    await eventually(() => expect(sweep.lastTurnAt()).toBeGreaterThan(0), 5_000);
    const [jobId] = await makeHeardJobs(1, clock.now() - 69 * SECOND);
    const [due] = await rows("SELECT check_at FROM job_state WHERE job_id = $1", jobId);
    const checkAt = due?.check_at as Date;
    await bus.publish("belfry_check", String(checkAt.getTime()));
    // Without the wake-up the next look would come with the poll, 5 s later.
    await eventually(async () => expect(await rows("SELECT 1 FROM incidents")).toHaveLength(1), 4_500);
  });
});
