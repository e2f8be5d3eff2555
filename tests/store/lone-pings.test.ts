import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Run } from "../../lib/domain/run.ts";
import { DAY, MINUTE } from "../../lib/domain/time.ts";
import { createLog } from "../../lib/log.ts";
import { type Arrival, evaluate } from "../../lib/ping/evaluate.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { createJobRetention } from "../../lib/store/job-retention.ts";
import { partLonePings } from "../../lib/store/lone-pings.ts";
import { countPings } from "../../lib/store/pings.ts";
import { listPingsOfRun } from "../../lib/store/runs.ts";
import { loadStates } from "../../lib/store/states.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { NEVER, openRecording, type Recording } from "../support/recording.ts";

let database: TestDatabase;
let project: TestProject;
let recording: Recording;

beforeEach(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  recording = await openRecording(database);
});

afterEach(async () => {
  await recording.close();
  await database.close();
});

async function rows(sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  return (await database.pool.query<Record<string, unknown>>(sql, values)).rows;
}

async function ownRows(jobId: string): Promise<unknown> {
  return (await rows("SELECT count(*) FROM pings WHERE job_id = $1", jobId))[0]?.["count"];
}

/** What is kept of a ping, as `all_pings` gives it. */
function kept(ping: Arrival): Record<string, unknown> {
  return {
    id: ping.id,
    job_id: ping.jobId,
    received_at: new Date(Math.round(ping.receivedAt)),
    action: ping.action,
    exit_code: ping.exitCode,
    run_id: ping.runId,
    run_number: ping.runNumber,
    disposition: ping.disposition,
    at: ping.at === null ? null : new Date(Math.round(ping.at)),
    duration_ms: ping.durationMs,
    host: ping.host,
    source: ping.source,
    method: ping.method,
    user_agent: ping.userAgent,
    message: ping.message,
    body_size: ping.bodySize,
    protocol: ping.protocol,
    metrics: ping.metrics,
  };
}

describe("a ping that is the only one of its run", () => {
  it.each(["success", "fail"] as const)("has no row beside the run's: %s", async (action) => {
    const jobId = await makeJob(database, project);
    const recorder = recording.open();
    const pings = [0, 1, 2].map(() => recording.arrival(jobId, action, { userAgent: "curl/8.5.0", exitCode: 0 }));
    // The first goes the way with locks, the others the short one.
    for (const ping of pings) await recorder.record([ping], NEVER);
    expect(await ownRows(jobId)).toBe(0);
    expect(await rows("SELECT * FROM all_pings ORDER BY run_number")).toEqual(pings.map(kept));
    expect(await countPings(database.pool, jobId)).toBe(3);
  });

  it("is found with its run", async () => {
    const jobId = await makeJob(database, project);
    const ping = recording.arrival(jobId, "success", { method: "HEAD", userAgent: "Wget/1.21.4", durationMs: 1_200 });
    await recording.open().record([ping], NEVER);
    const [from, to] = [ping.receivedAt - MINUTE, ping.receivedAt + MINUTE];
    expect(await listPingsOfRun(database.pool, { jobId, runNumber: 1, from, to, limit: 10 })).toEqual([
      expect.objectContaining({ id: ping.id, method: "HEAD", userAgent: "Wget/1.21.4", durationMs: 1_200 }),
    ]);
  });

  const told: [what: string, fields: Partial<Arrival>][] = [
    ["a body", { body: Buffer.from("3 files"), bodySize: 7, hasBody: true, bodyDigest: "x" }],
    ["a body that was not kept", { bodySize: 7 }],
    ["a message", { message: "3 files" }],
    ["metrics", { metrics: [["count", 3]] }],
    ["another protocol", { protocol: "cronitor" }],
    ["a time of its own", { at: Date.UTC(2026, 0, 1) }],
  ];
  it.each(told)("has a row of its own where the run's cannot tell what it said: %s", async (_what, fields) => {
    const jobId = await makeJob(database, project);
    const ping = recording.arrival(jobId, "success", fields);
    await recording.open().record([ping], NEVER);
    expect(ping).toMatchObject({ disposition: "applied", runNumber: 1 });
    expect(await ownRows(jobId)).toBe(1);
    expect(await rows("SELECT * FROM all_pings")).toEqual([kept(ping)]);
  });

  it("keeps what it said, in a row of its own, when anything changes its run", async () => {
    const jobId = await makeJob(database, project);
    const ping = recording.arrival(jobId, "fail", { exitCode: 3, userAgent: "curl/8.5.0", host: "web-1" });
    await recording.open().record([ping], NEVER);
    await database.pool.query("UPDATE runs SET outcome = 'ok', exit_code = NULL, host = NULL, duration_ms = 9");
    expect(await rows("SELECT * FROM all_pings")).toEqual([kept(ping)]);
    expect(await ownRows(jobId)).toBe(1);
    expect(await rows("SELECT outcome, ping_id, ping_user_agent FROM runs")).toEqual([
      { outcome: "ok", ping_id: null, ping_user_agent: null },
    ]);
    await database.pool.query("UPDATE runs SET outcome = 'failed'");
    expect(await countPings(database.pool, jobId)).toBe(1);
  });

  it("gives its place up where a run begins to count anew, and neither is lost", async () => {
    const jobId = await makeJob(database, project);
    const pings = [recording.arrival(jobId), recording.arrival(jobId, "fail", { userAgent: "Wget/1.21.4" })];
    await recording.open().record(pings.slice(0, 1), NEVER);
    // As after a repair by hand: the job no longer knows that it had a run.
    await database.pool.query("UPDATE job_state SET memory = '{}'");
    await recording.open().record(pings.slice(1), NEVER);
    expect(pings.map(({ runNumber }) => runNumber)).toEqual([1, 1]);
    expect(await rows("SELECT * FROM all_pings ORDER BY received_at, id")).toEqual(pings.map(kept));
  });

  it("goes with its run", async () => {
    const jobId = await makeJob(database, project);
    const recorder = recording.open();
    for (let turn = 0; turn < 13; turn++) await recorder.record([recording.arrival(jobId)], NEVER);
    await database.pool.query("UPDATE projects SET keep_runs = 10");
    expect(await createJobRetention(database.pool).prune(NEVER)).toEqual({ runs: 3, pings: 0 });
    expect(await rows("SELECT min(run_number) AS oldest, count(*) FROM all_pings")).toEqual([{ oldest: 4, count: 10 }]);
  });
});

describe("is told by its run's row only where that says all of it", () => {
  /** A success and its run, with something else of either. */
  async function parted(change: { ping?: Partial<Arrival>; run?: Partial<Run>; twice?: boolean; old?: boolean }) {
    const jobId = await makeJob(database, project);
    const jobs = await inTransaction(database.pool, (client) => loadStates(client, [jobId]));
    const came = recording.arrival(jobId, "success", { exitCode: 0 });
    const { changes, pings } = evaluate(
      [came],
      { jobs, faults: new Map() },
      { now: came.receivedAt, log: createLog("silent") },
    );
    const booked = changes.get(jobId);
    const run = booked?.runs.get(1);
    if (booked === undefined || run === undefined) throw new Error("The ping came to no run.");
    booked.runs.set(1, { ...run, ...change.run });
    if (change.old === true) booked.job.state.lastRunNumber = 1;
    const all = pings.map((ping) => ({ ...ping, ...change.ping }));
    const { own, lone } = partLonePings(change.twice === true ? [...all, ...all] : all, changes);
    return [own.length, lone.size];
  }

  it("as it mostly does", async () => {
    expect(await parted({})).toEqual([0, 1]);
  });

  it("and only one of them", async () => {
    expect(await parted({ twice: true })).toEqual([1, 1]);
  });

  it("and the run had no row before, which may have pings already", async () => {
    expect(await parted({ old: true })).toEqual([1, 0]);
  });

  it.each<[what: string, ping: Partial<Arrival>]>([
    ["its protocol", { protocol: "sentry" }],
    ["what became of it", { disposition: "duplicate" }],
    ["of no run", { runNumber: null }],
    ["of another run", { runNumber: 2 }],
    ["its action", { action: "log" }],
    ["its receipt", { receivedAt: 1 }],
    ["its own time", { at: 1 }],
    ["its own measure", { durationMs: 1 }],
    ["its exit code", { exitCode: null }],
    ["its run id", { runId: randomUUID() }],
    ["its machine", { host: "web-1" }],
    ["its address", { source: "192.0.2.2" }],
    ["its message", { message: "" }],
    ["its metrics", { metrics: [] }],
    ["its body", { body: Buffer.alloc(0) }],
    ["the size of its body", { bodySize: 1 }],
  ])("not a ping that differs in %s", async (_what, ping) => {
    expect(await parted({ ping })).toEqual([1, 0]);
  });

  it.each<[what: string, run: Partial<Run>]>([
    ["outcome", { outcome: "failed" }],
    ["outcome without a ping like it", { outcome: "overlong" }],
    ["reason", { reason: "too-quick" }],
    ["start", { startSeen: true }],
    ["time of the verdict", { settledAt: 1 }],
    ["end", { finishedAt: 1 }],
  ])("not a run of another %s", async (_what, run) => {
    expect(await parted({ run })).toEqual([1, 0]);
  });
});

it("whatever comes in whatever batches, every ping is kept once, as it was", async () => {
  const text = fc.constantFrom(null, "", "web-1", "ein Bäcker", "x".repeat(200));
  const said = fc.record({
    action: fc.constantFrom("success", "success", "fail", "start", "log", "skip" as const),
    runId: fc.constantFrom(null, null, randomUUID(), randomUUID()),
    exitCode: fc.constantFrom(null, 0, 3),
    durationMs: fc.constantFrom(null, null, 0, 1_500, 2 * DAY),
    host: text,
    source: fc.constantFrom(null, "192.0.2.1", "2001:db8::1"),
    method: fc.constantFrom("GET", "POST", "HEAD"),
    userAgent: text,
    message: fc.constantFrom(null, null, "3 files", ""),
    protocol: fc.constantFrom("native", "native", "sentry", "cronitor", "mail", "other" as const),
    metrics: fc.constantFrom(null, null, [["count", 3]] as const),
    bodySize: fc.constantFrom(0, 0, 7),
    late: fc.constantFrom(0, 0, MINUTE),
    // Of two pings of the same millisecond the later one may be told late as well.
    before: fc.constantFrom(0, 0, 0.4),
  });
  const batches = fc.array(fc.array(fc.tuple(fc.nat(2), said), { minLength: 1, maxLength: 6 }), { maxLength: 6 });
  let lone = 0;
  await fc.assert(
    fc.asyncProperty(batches, async (drawn) => {
      await database.pool.query("TRUNCATE pings, runs");
      const jobIds = [await makeJob(database, project), await makeJob(database, project)];
      jobIds.push(
        await makeJob(database, project, { schedule: { kind: "interval", everyMs: MINUTE }, limits: { graceMs: 1 } }),
      );
      const recorder = recording.open();
      const recorded: Arrival[] = [];
      for (const batch of drawn) {
        const pings = batch.map(([job, { late, before, ...fields }]) => {
          const ping = recording.arrival(jobIds[job] ?? "", fields.action, fields);
          return { ...ping, receivedAt: ping.receivedAt - before, at: late === 0 ? null : ping.receivedAt - late };
        });
        expect(new Set(await recorder.record(pings, NEVER))).toEqual(new Set(["stored"]));
        recorded.push(...pings);
      }
      const byId = (a: Record<string, unknown>, b: Record<string, unknown>) =>
        String(a["id"]) < String(b["id"]) ? -1 : 1;
      expect((await rows("SELECT * FROM all_pings")).sort(byId)).toEqual(recorded.map(kept).sort(byId));
      lone += (await rows("SELECT FROM runs WHERE ping_id IS NOT NULL")).length;
    }),
    { numRuns: 60 },
  );
  expect(lone).toBeGreaterThan(0);
});
