import { randomBytes } from "node:crypto";
import type { PoolClient } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { findPingBody } from "../../lib/store/ping-bodies.ts";
import { loadStates } from "../../lib/store/states.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { NEVER, openRecording, type Recording } from "../support/recording.ts";

let database: TestDatabase;
let project: TestProject;
let recording: Recording;
let reads = 0;

beforeEach(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  recording = await openRecording(database);
  recording.pipeline.on("connect", countReads);
});

afterEach(async () => {
  await recording.close();
  await database.close();
});

async function rows(sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  return (await database.pool.query<Record<string, unknown>>(sql, values)).rows;
}

async function numbersOf(jobId: string): Promise<unknown[]> {
  return (await rows("SELECT number FROM runs WHERE job_id = $1 ORDER BY number", jobId)).map((row) => row.number);
}

/** How often states were locked and read while `work` went on: the short way does without. */
async function lockingReads(work: () => Promise<unknown>): Promise<number> {
  const before = reads;
  await work();
  return reads - before;
}

function countReads(client: PoolClient): void {
  const query = client.query.bind(client) as (statement: unknown) => Promise<unknown>;
  Object.assign(client, {
    query: (statement: { name?: string }) => {
      if (statement.name === "states-lock") reads += 1;
      return query(statement);
    },
  });
}

describe("a job that is known", () => {
  it("is written without being read again, and comes to the same", async () => {
    const [known, fresh] = [await makeJob(database, project), await makeJob(database, project)];
    const recorder = recording.open();
    await recorder.record([recording.arrival(known)], NEVER);
    const again = await lockingReads(async () => {
      for (let turn = 0; turn < 3; turn++) await recorder.record([recording.arrival(known)], NEVER);
    });
    expect(again).toBe(0);
    for (let turn = 0; turn < 4; turn++) await recording.open().record([recording.arrival(fresh)], NEVER);
    expect(await numbersOf(known)).toEqual([1, 2, 3, 4]);
    expect(await numbersOf(fresh)).toEqual([1, 2, 3, 4]);
    const states = await inTransaction(database.pool, async (client) => loadStates(client, [known, fresh]));
    expect(states.get(known)?.state.recentRuns).toHaveLength(4);
    expect(await rows("SELECT pings FROM job_state")).toEqual([{ pings: 4 }, { pings: 4 }]);
  });

  it("is read again where another process, the sweep or a person changed it", async () => {
    const jobId = await makeJob(database, project);
    const [here, there] = [recording.open(), recording.open()];
    for (const recorder of [here, there, here, there, there, here])
      await recorder.record([recording.arrival(jobId)], NEVER);
    expect(await numbersOf(jobId)).toEqual([1, 2, 3, 4, 5, 6]);
    // A person pauses it: the next ping but a success has to be ignored.
    await database.pool.query("UPDATE job_state SET memory = $2 WHERE job_id = $1", [
      jobId,
      JSON.stringify({ pausedAt: recording.clock.now(), lastRunNumber: 6 }),
    ]);
    const ignored = recording.arrival(jobId, "start");
    await here.record([ignored], NEVER);
    expect(ignored.disposition).toBe("ignored");
  });

  it("is read each time where two servers share it: what either remembers would be out of date", async () => {
    const jobId = await makeJob(database, project);
    const [here, there] = [recording.open(), recording.open()];
    const turns = [here, there, here, there, here, there];
    for (const recorder of turns) await recorder.record([recording.arrival(jobId)], NEVER);
    // Nobody tries the short way in vain any more.
    for (const recorder of [here, here]) {
      expect(await lockingReads(() => recorder.record([recording.arrival(jobId)], NEVER))).toBe(1);
    }
    expect(await numbersOf(jobId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("is read again when a gap of ours was written", async () => {
    const jobId = await makeJob(database, project, {
      schedule: { kind: "interval", everyMs: MINUTE },
      limits: { graceMs: 10 * SECOND },
      since: recording.clock.now(),
    });
    const recorder = recording.open();
    await recorder.record([recording.arrival(jobId), recording.arrival(jobId)], NEVER);
    await database.pool.query(
      "INSERT INTO gaps (from_at, to_at) VALUES (belfry_now() - interval '1 min', belfry_now())",
    );
    expect(await lockingReads(() => recorder.record([recording.arrival(jobId)], NEVER))).toBe(1);
    expect(await lockingReads(() => recorder.record([recording.arrival(jobId)], NEVER))).toBe(0);
  });

  it("that was deleted is unknown, and the others of its batch are stored", async () => {
    const [gone, stays] = [await makeJob(database, project), await makeJob(database, project)];
    const recorder = recording.open();
    await recorder.record([recording.arrival(gone), recording.arrival(stays)], NEVER);
    await database.pool.query("DELETE FROM jobs WHERE id = $1", [gone]);
    expect(await recorder.record([recording.arrival(gone), recording.arrival(stays)], NEVER)).toEqual([
      "unknown-job",
      "stored",
    ]);
    expect(await numbersOf(stays)).toEqual([1, 2]);
    expect(await rows("SELECT count(*) FROM all_pings WHERE job_id = $1", gone)).toEqual([{ count: 1 }]);
  });

  it("opens and closes incidents, and keeps bodies, like any other", async () => {
    const jobId = await makeJob(database, project);
    const recorder = recording.open();
    const body = Buffer.from('\u0000\\"{},\u00ff', "latin1");
    for (const action of ["success", "fail", "success"] as const) {
      await recorder.record(
        [recording.arrival(jobId, action, { body, bodySize: 8, hasBody: true, bodyDigest: action })],
        NEVER,
      );
    }
    expect(await rows("SELECT state FROM incidents")).toEqual([{ state: "resolved" }]);
    expect(await rows("SELECT body FROM ping_bodies")).toEqual([{ body }, { body }, { body }]);
    expect(await rows("SELECT count(*) FROM runs WHERE output_ping_id IS NOT NULL")).toEqual([{ count: 3 }]);
  });
});

it("four processes that ping the same jobs at once lose nothing and count nothing twice", async () => {
  const jobIds = await Promise.all(Array.from({ length: 5 }, () => makeJob(database, project)));
  const processes = Array.from({ length: 4 }, recording.open);
  await Promise.all(
    processes.map(async (recorder) => {
      for (let turn = 0; turn < 25; turn++) {
        await recorder.record(
          jobIds.map((jobId) => recording.arrival(jobId)),
          NEVER,
        );
      }
    }),
  );
  for (const jobId of jobIds)
    expect(await numbersOf(jobId)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(await rows("SELECT DISTINCT pings FROM job_state")).toEqual([{ pings: 100 }]);
  const ends = "SELECT count(*), count(DISTINCT (job_id, run_number)) AS apart FROM all_pings";
  expect(await rows(ends)).toEqual([{ count: 500, apart: 500 }]);
  const deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
  expect(await rows(deadlocks)).toEqual([{ deadlocks: 0 }]);
});

it("jobs are locked in the order of their ids, whatever the order of their pings, so that nobody waits in a circle", async () => {
  const jobIds = await Promise.all(Array.from({ length: 6 }, () => makeJob(database, project)));
  const [first = "", ...others] = jobIds.toSorted();
  const recorder = recording.open();
  const pings = () => [...others.toReversed(), first].map((jobId) => recording.arrival(jobId));
  await recorder.record(pings(), NEVER);
  const other = await database.pool.connect();
  await other.query("BEGIN");
  await other.query("SELECT FROM job_state WHERE job_id = $1 FOR UPDATE", [first]);
  const stored = recorder.record(pings(), NEVER);
  await eventually(async () => {
    expect(await rows("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).toHaveLength(1);
  }, 10_000);
  const locked = await other.query("SELECT FROM job_state WHERE job_id = ANY ($1) FOR UPDATE SKIP LOCKED", [others]);
  expect(locked.rowCount).toBe(others.length);
  await other.query("ROLLBACK");
  other.release();
  expect(new Set(await stored)).toEqual(new Set(["stored"]));
});

it("a deadline that is near wakes the sweep, one that is far does not", async () => {
  const near = await makeJob(database, project, {
    schedule: { kind: "interval", everyMs: SECOND },
    limits: { graceMs: SECOND },
  });
  const far = await makeJob(database, project, { schedule: { kind: "interval", everyMs: 60 * MINUTE } });
  const listener = await database.pool.connect();
  const heard: string[] = [];
  listener.on("notification", ({ payload }) => heard.push(payload ?? ""));
  await listener.query("LISTEN belfry_check");
  const recorder = recording.open();
  await recorder.record([recording.arrival(far)], NEVER);
  const ping = recording.arrival(near);
  await recorder.record([ping], NEVER);
  await listener.query("SELECT 1");
  listener.release(true);
  expect(heard).toEqual([String(ping.receivedAt + 2 * SECOND)]);
});

it("output that repeats itself is stored deflated and read as it came; what would not shrink stays as it is", async () => {
  const jobId = await makeJob(database, project);
  const line = "2026-11-22 03:00:01 INFO copied 1412 files, 38 changed\n";
  const bodies = [Buffer.from(line.repeat(20)), Buffer.from("short"), randomBytes(1_000), Buffer.alloc(40_000, line)];
  const pings = bodies.map((body) => recording.arrival(jobId, "log", { body, bodySize: body.length, hasBody: true }));
  const recorder = recording.open();
  // The first batch goes the way with locks, the second the short one.
  await recorder.record(pings.slice(0, 1), NEVER);
  await recorder.record(pings.slice(1), NEVER);
  for (const { id, receivedAt, body } of pings) expect(await findPingBody(database.pool, id, receivedAt)).toEqual(body);
  const stored = await rows("SELECT deflated, length(body) AS length FROM ping_bodies ORDER BY ping_id");
  expect(stored.map(({ deflated }) => deflated)).toEqual([true, false, false, false]);
  expect(stored[0]?.["length"]).toBeLessThan(200);
});
