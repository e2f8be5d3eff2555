import { beforeAll, describe, expect, it } from "vitest";
import { type Instant, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { applyDeadline, applyPing } from "../../lib/domain/transition.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { loadStates } from "../../lib/store/states.ts";
import { addTransition, type Arming, earliestMove, openChange, saveTransitions } from "../../lib/store/transitions.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { successAt } from "../support/runs.ts";
import { every, makePing, Scenario } from "../support/scenario.ts";

const START = Date.UTC(2026, 2, 1, 3);

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
});

/** Evaluates one job the way every caller does. */
async function change(
  jobId: string,
  evaluate: (state: Parameters<typeof applyDeadline>[0]) => ReturnType<typeof applyDeadline>,
  arming: Arming = "exact",
): Promise<Instant | null> {
  return inTransaction(database.pool, async (client) => {
    const job = (await loadStates(client, [jobId])).get(jobId);
    if (job === undefined) throw new Error("The job is gone.");
    const changed = openChange(job);
    addTransition(changed, evaluate(changed.state));
    await saveTransitions(client, [changed], arming);
    return earliestMove([changed]);
  });
}

async function rowsOf(sql: string, jobId: string): Promise<Record<string, unknown>[]> {
  return (await database.pool.query<Record<string, unknown>>(sql, [jobId])).rows;
}

describe("a change of several evaluations", () => {
  it("removes a run that one of them took back, unless a later one books it again", () => {
    const { state } = new Scenario(every(MINUTE));
    const taken = openChange({ state, written: null, projectId: "", checkAt: null, pingPolicy: null });
    const idle = applyDeadline(state, START);
    const removed = () => [...taken.removedRuns].sort();
    addTransition(taken, { ...idle, runs: [successAt(1, START), successAt(2, START)] });
    addTransition(taken, { ...idle, removedRuns: [1, 2] });
    expect([removed(), [...taken.runs.keys()]]).toEqual([[1, 2], []]);
    addTransition(taken, { ...idle, runs: [successAt(2, START + SECOND)] });
    expect([removed(), [...taken.runs.keys()]]).toEqual([[1], [2]]);
    addTransition(taken, { ...idle, removedRuns: [2] });
    expect([removed(), [...taken.runs.keys()]]).toEqual([[1, 2], []]);
    expect(openChange(taken.job).removedRuns.size).toBe(0);
  });
});

describe("saving", () => {
  it("keeps a memory as it was, whatever names are in it", async () => {
    const jobId = await makeJob(database, project);
    const host = `a"b\\c,d{e}\n${"ü".repeat(3)} 🦊 %41`;
    await change(jobId, (state) => applyPing(state, makePing("start", START, { host, runId: null }), START));
    const [job] = await inTransaction(database.pool, async (client) => [
      ...(await loadStates(client, [jobId])).values(),
    ]);
    expect(job?.state.openRuns[0]?.host).toBe(host);
  });

  it("writes runs, replaces and deletes them, and repeats the facts in columns", async () => {
    const jobId = await makeJob(database, project, { schedule: every(MINUTE), limits: { graceMs: 10 * SECOND } });
    await change(jobId, (state) => applyPing(state, makePing("success", START), START));
    await change(jobId, (state) => applyDeadline(state, START + 2 * MINUTE));
    const runs = "SELECT number, outcome, count FROM runs WHERE job_id = $1 ORDER BY number";
    expect(await rowsOf(runs, jobId)).toEqual([
      { number: 1, outcome: "ok", count: 1 },
      { number: 2, outcome: "missed", count: 1 },
    ]);
    const [facts] = await rowsOf(
      "SELECT down, running, last_ping_at, check_at FROM job_state WHERE job_id = $1",
      jobId,
    );
    expect(facts).toMatchObject({ down: true, running: 0, last_ping_at: new Date(START) });
    // A late start takes the place of the verdict.
    const late = START + 2 * MINUTE;
    await change(jobId, (state) => applyPing(state, makePing("start", late - 20 * SECOND), late));
    expect(await rowsOf(runs, jobId)).toMatchObject([{ outcome: "ok" }, { outcome: "running" }]);
  });

  it("moves check_at only earlier for a ping, and exactly where the sweep asks", async () => {
    const jobId = await makeJob(database, project, { schedule: every(MINUTE), limits: { graceMs: 10 * SECOND } });
    const checkAt = async () => (await rowsOf("SELECT check_at FROM job_state WHERE job_id = $1", jobId))[0]?.check_at;
    const ping = (at: Instant) => change(jobId, (state) => applyPing(state, makePing("success", at), at), "earlier");
    expect(await ping(START)).toBe(START + MINUTE + 10 * SECOND);
    expect(await ping(START + MINUTE)).toBeNull();
    expect(await checkAt()).toEqual(new Date(START + MINUTE + 10 * SECOND));
    await change(jobId, (state) => applyDeadline(state, START + MINUTE + 11 * SECOND));
    expect(await checkAt()).toEqual(new Date(START + 2 * MINUTE + 10 * SECOND));
  });

  it("opens and closes an incident with its events, and alerts that wait to be planned, each once", async () => {
    const own = await makeProject(database);
    const jobId = await makeJob(database, own);
    await change(jobId, (state) => applyPing(state, makePing("fail", START, { exitCode: 3 }), START));
    await change(jobId, (state) => applyPing(state, makePing("fail", START + 60_000, { exitCode: 4 }), START + 60_000));
    await change(jobId, (state) => applyPing(state, makePing("success", START + 120_000), START + 120_000));
    expect(
      await rowsOf("SELECT number, cause, state, bad_count, resolve_reason FROM incidents WHERE job_id = $1", jobId),
    ).toEqual([{ number: 1, cause: "failed", state: "resolved", bad_count: 2, resolve_reason: "recovered" }]);
    const events = `SELECT sequence, kind FROM incident_events e JOIN incidents i ON i.id = e.incident_id
      WHERE i.job_id = $1 ORDER BY sequence`;
    expect((await rowsOf(events, jobId)).map(({ kind }) => kind)).toEqual(["opened", "bad-run", "resolved"]);
    const alerts = await rowsOf(
      `SELECT event, severity, facts ->> 'exitCode' AS code, plan_at <= belfry_now() AS due FROM alerts
       WHERE job_id = $1 ORDER BY sequence`,
      jobId,
    );
    expect(alerts).toEqual([
      { event: "opened", severity: "critical", code: "3", due: true },
      { event: "resolved", severity: "critical", code: null, due: true },
    ]);
  });

  it("ends one incident and opens the next within one transaction", async () => {
    const jobId = await makeJob(database, project);
    await change(jobId, (state) => applyPing(state, makePing("fail", START), START));
    await inTransaction(database.pool, async (client) => {
      const job = (await loadStates(client, [jobId])).get(jobId);
      if (job === undefined) throw new Error("The job is gone.");
      const changed = openChange(job);
      addTransition(changed, applyPing(changed.state, makePing("success", START + 10_000), START + 10_000));
      addTransition(changed, applyPing(changed.state, makePing("fail", START + 20_000), START + 20_000));
      await saveTransitions(client, [changed], "exact");
    });
    expect(await rowsOf("SELECT number, state FROM incidents WHERE job_id = $1 ORDER BY number", jobId)).toEqual([
      { number: 1, state: "resolved" },
      { number: 2, state: "open" },
    ]);
  });
});
