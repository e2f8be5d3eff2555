import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Loop } from "../../lib/checker/loop.ts";
import { createLog } from "../../lib/log.ts";
import { Recorder } from "../../lib/ping/record.ts";
import { createLiveUpdates } from "../../lib/store/live.ts";
import { openPipeline } from "../../lib/store/pipeline.ts";
import type { PingRecord } from "../../lib/store/pings.ts";
import { planNow } from "../support/alerting.ts";
import { useDispatch } from "../support/dispatch-trial.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { makeJob, type TestProject } from "../support/jobs.ts";
import { addProject } from "../support/outbox.ts";

const WAY = { protocol: "native", disposition: "ignored" } as const;

const trial = useDispatch();

type Told = {
  event: string;
  why: string[];
  said?: string;
  action: string;
  output: unknown;
  members: { slug: string; said?: string }[];
};

let sink: HttpSink;
let running: Loop;
let jobId: string;
let project: TestProject;
let recorder: Recorder;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  sink = await startHttpSink();
  const database = trial.database();
  ({ project } = await addProject(database, [{ url: `${sink.url}/hook` }]));
  await database.pool.query("UPDATE projects SET mask_patterns = '{cust-*}' WHERE id = $1", [project.id]);
  jobId = await makeJob(database, project, { slug: "db-backup" });
  const pipeline = openPipeline(database.pool, 1);
  const live = createLiveUpdates(database.pool);
  ends.push(
    () => pipeline.end(),
    () => live.close(),
  );
  const watch = { ensureFresh: async () => {} };
  recorder = new Recorder({ pipeline, clock: trial.clock(), log: createLog("silent"), watch, live });
  running = trial.start();
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await sink.close();
});

async function ping(action: PingRecord["action"], given: Partial<PingRecord> = {}): Promise<void> {
  const arrival = {
    ...{ id: randomUUID(), jobId, action, receivedAt: trial.clock().now(), exitCode: null, runId: null, at: null },
    ...{ durationMs: null, host: null, source: "192.0.2.1", bodyDigest: randomUUID(), method: "GET" },
    ...{ userAgent: null, message: null, metrics: null, body: null, bodySize: 0, runNumber: null },
    ...WAY,
    hasBody: (given.body ?? null) !== null,
    ...given,
  };
  expect(await recorder.record([arrival], new AbortController().signal)).toEqual(["stored"]);
}

async function told(messages: number): Promise<Told | undefined> {
  await planNow(trial.database());
  running.wake();
  await sink.received(messages);
  return sink.requests.map(({ body }) => JSON.parse(body) as Told).at(-1);
}

test("what a failure says without a body arrives, masked, without the hint to send a body", async () => {
  await ping("fail", { exitCode: 1, message: "tape full\r\nfor cust-4711 with password=hunter2" });
  const alert = await told(1);
  expect(alert).toMatchObject({ event: "opened", output: null, said: "tape full for [masked] with password=[masked]" });
  expect(alert?.why[1]).toBe("It said: “tape full for [masked] with password=[masked]”.");
  expect(alert?.action).not.toContain("send it as the ping's body");
});

test("what was said last of the run counts, and nothing that was said of others", async () => {
  await ping("success", { message: "all well" });
  await ping("start", { message: "starting" });
  await ping("log", { message: "tape 3 of 9", body: Buffer.from("writing\n") });
  await ping("fail", { exitCode: 1 });
  expect(await told(1)).toMatchObject({ said: "tape 3 of 9", output: { tail: ["writing"] } });
});

test("a run that said nothing is told as before, whatever the one before it said", async () => {
  await ping("success", { message: "all well" });
  await ping("fail", { exitCode: 1 });
  const alert = await told(1);
  expect(alert).not.toHaveProperty("said");
  expect(alert?.action).toContain("send it as the ping's body");
});

test("a recovery does not repeat it", async () => {
  await ping("fail", { exitCode: 1, message: "tape full" });
  await told(1);
  await ping("success", { message: "all well" });
  const end = await told(2);
  expect(end).toMatchObject({ event: "resolved" });
  expect(end).not.toHaveProperty("said");
});

test("jobs that fail together say each their own, for which the database is asked once", async () => {
  const other = await makeJob(trial.database(), project, { slug: "import" });
  const quiet = await makeJob(trial.database(), project, { slug: "reports" });
  const failed = { exitCode: 1, host: "db-03" };
  await ping("success", { message: "all well", jobId: quiet, host: "db-03" });
  await ping("fail", { ...failed, message: "tape full for cust-4711" });
  await ping("fail", { ...failed, jobId: other, message: "no route to host" });
  await ping("fail", { ...failed, jobId: quiet });
  const asked = vi.spyOn(pg.Client.prototype, "query");
  ends.push(() => asked.mockRestore());
  const alert = await told(1);
  expect(alert?.why).toContain(
    "✗ FAILED (3): db-backup (exit 1: “tape full for [masked]”), import (exit 1: “no route to host”), reports (exit 1)",
  );
  expect(alert?.members.map(({ said }) => said)).toEqual(["tape full for [masked]", "no route to host", undefined]);
  const questions = asked.mock.calls.filter(([query]) => isNamed(query, "run-messages"));
  expect(questions).toHaveLength(1);
});

function isNamed(query: unknown, name: string): boolean {
  return typeof query === "object" && query !== null && "name" in query && query.name === name;
}
