import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { createChannel } from "../../lib/services/channels.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { endOfText, readableText } from "../../lib/services/output.ts";
import { getRun, getRunExcerpt, getRunOutput, getRunSaid, listRuns } from "../../lib/services/runs.ts";
import { offsetClock } from "../support/database.ts";
import { book, openWorld, sweepJob, type World } from "./world.ts";

let world: World;
let jobs = 0;

beforeAll(async () => {
  world = await openWorld();
  const settings = { url: "https://hooks.slack.com/services/T/B/x" };
  await createChannel(world.owner, { projectId: world.project.id, kind: "slack", name: "Ops", settings });
});

async function newJob(input: Record<string, string> = {}): Promise<string> {
  jobs += 1;
  await offsetClock(world.database, -HOUR);
  const { id } = await createJob(world.owner, { projectId: world.project.id, slug: `job-${jobs}`, ...input });
  await offsetClock(world.database, 0);
  return id;
}

test("a failed run: its times, output, pings, and whom it was told to", async () => {
  const jobId = await newJob({ schedule: "every 10m" });
  const now = world.services.clock.now();
  const runId = randomUUID();
  await book(world, jobId, { action: "success", receivedAt: now - 20 * MINUTE });
  await book(world, jobId, { action: "start", runId, receivedAt: now - 10 * MINUTE + 3 * SECOND });
  await book(world, jobId, { action: "log", runId, receivedAt: now - 9 * MINUTE, body: "half way" });
  await book(world, jobId, {
    action: "fail",
    runId,
    exitCode: 1,
    host: "db-03",
    body: "no space left",
    receivedAt: now,
  });
  const page = await getRun(world.owner, { jobId, number: 2 });
  expect(page.job).toMatchObject({ id: jobId, slug: `job-${jobs}`, timeZone: null });
  expect(page.run).toMatchObject({
    ...{ number: 2, outcome: "failed", runId, exitCode: 1, host: "db-03", source: "192.0.2.1" },
    ...{ slotAt: now - 10 * MINUTE, delayMs: 3 * SECOND, durationMs: 10 * MINUTE - 3 * SECOND, outputSize: 13 },
  });
  expect(page.output).toEqual({ text: "no space left", kept: 13, sent: 13, truncated: false });
  expect(page.pings.map(({ action, bodySize, disposition }) => [action, bodySize, disposition])).toEqual([
    ["start", 0, "applied"],
    ["log", 8, "applied"],
    ["fail", 13, "applied"],
  ]);
  expect(page.incidents).toMatchObject([{ cause: "failed", state: "open", runNumber: 2, jobId }]);
  expect(page.alerts).toMatchObject([
    { event: "opened", runNumber: 2, deliveries: [{ to: "Ops", kind: "slack", state: "pending", attempts: 0 }] },
  ]);
  expect(page).toMatchObject({ previous: 1, next: null });
});

test("a run that alarmed nobody has no alerts, and a run without output has none", async () => {
  const jobId = await newJob();
  await book(world, jobId, { action: "success" });
  const page = await getRun(world.owner, { jobId, number: 1 });
  expect(page).toMatchObject({ output: null, incidents: [], alerts: [], run: { outputSize: 0, delayMs: null } });
  expect(await getRunOutput(world.owner, { jobId, number: 1 })).toBeNull();
});

test("output is shown whatever its bytes are, and kept as it came", async () => {
  const jobId = await newJob();
  const body = Buffer.concat([Buffer.from("a\0b\x1b[31mré<script>"), Buffer.from([0xff, 0xe2, 0x82])]);
  await book(world, jobId, { action: "fail", body, sent: 500_000 });
  const { output } = await getRun(world.owner, { jobId, number: 1 });
  expect(output).toEqual({ text: "a␀b\x1b[31mré<script>\uFFFD", kept: body.length, sent: 500_000, truncated: true });
  expect(await getRunOutput(world.owner, { jobId, number: 1 })).toEqual(body);
});

test("an excerpt of output is masked as in messages, with error lines from before its end", async () => {
  const jobId = await newJob();
  const { id } = world.project;
  await world.database.pool.query("UPDATE projects SET mask_patterns = '{cust-*}' WHERE id = $1", [id]);
  const lines = ["ERROR: disk full for cust-4711", ...Array.from({ length: 40 }, (_, line) => `line ${line}`)];
  await book(world, jobId, { action: "fail", body: [...lines, "password=hunter2"].join("\n") });
  const excerpt = await getRunExcerpt(world.owner, { jobId, number: 1 });
  expect(excerpt?.errors).toEqual(["ERROR: disk full for [masked]"]);
  expect(excerpt?.tail.slice(-2)).toEqual(["line 39", "password=[masked]"]);
  expect(excerpt?.tail.length).toBe(20);
  await book(world, jobId, { action: "fail" });
  expect(await getRunExcerpt(world.owner, { jobId, number: 2 })).toBeNull();
  await expect(getRunExcerpt(world.stranger, { jobId, number: 1 })).rejects.toMatchObject({ code: "not-found" });
});

test("what a run's pings said last is shown masked, and what other runs said is not", async () => {
  const jobId = await newJob();
  const { id } = world.project;
  await world.database.pool.query("UPDATE projects SET mask_patterns = '{cust-*}' WHERE id = $1", [id]);
  await book(world, jobId, { action: "start", message: "starting" });
  await book(world, jobId, { action: "fail", message: "tape full\r\nfor cust-4711" });
  await book(world, jobId, { action: "fail" });
  expect(await getRunSaid(world.owner, { jobId, number: 1 })).toBe("tape full for [masked]");
  expect(await getRunSaid(world.owner, { jobId, number: 2 })).toBeNull();
});

test("the end of a text leaves out the line that the cut goes through", () => {
  const bytes = Buffer.from("first\nsecond €\nthird");
  expect(endOfText(bytes, 100)).toBe("first\nsecond €\nthird");
  expect(endOfText(bytes, 8)).toBe("third");
});

test("a character cut at the limit is left out, not shown as a wrong one", () => {
  expect(readableText(Buffer.from("naïve €").subarray(0, -1))).toBe("naïve ");
  expect(readableText(Buffer.alloc(0))).toBe("");
});

test("consecutive missed slots are one row without times of a run", async () => {
  const jobId = await newJob({ schedule: "every 5m", grace: "1m" });
  const now = world.services.clock.now();
  await book(world, jobId, { action: "success", receivedAt: now - 30 * MINUTE });
  await sweepJob(world, jobId, now);
  const { run } = await getRun(world.owner, { jobId, number: 2 });
  expect(run).toMatchObject({
    ...{ outcome: "missed", startedAt: null, finishedAt: null, durationMs: null, delayMs: null, count: 5 },
    ...{ slotAt: now - 25 * MINUTE, lastSlotAt: now - 5 * MINUTE },
  });
});

test("a run that showed an alarm to be wrong says so", async () => {
  const jobId = await newJob({ schedule: "every 10m", grace: "1m" });
  const now = world.services.clock.now();
  await book(world, jobId, { action: "success", receivedAt: now - 40 * MINUTE });
  await sweepJob(world, jobId, now - 25 * MINUTE);
  await book(world, jobId, { action: "success", receivedAt: now - 24 * MINUTE, at: now - 30 * MINUTE });
  const { runs } = await listRuns(world.owner, { jobId });
  expect(runs.map(({ outcome, withdrew }) => [outcome, withdrew])).toEqual([
    ["ok", true],
    ["ok", false],
  ]);
  expect(await getRun(world.owner, { jobId, number: 2 })).toMatchObject({
    run: { withdrew: true },
    incidents: [{ cause: "missed", resolveReason: "withdrawn" }],
  });
});

test("runs are paged by number, newest first, also by outcome", async () => {
  const jobId = await newJob();
  for (let run = 1; run <= 7; run++) {
    await book(world, jobId, { action: run % 2 === 0 ? "fail" : "success" });
  }
  const first = await listRuns(world.owner, { jobId, limit: 3 });
  expect(first.runs.map(({ number }) => number)).toEqual([7, 6, 5]);
  const second = await listRuns(world.owner, { jobId, limit: 3, before: first.nextBefore ?? 0 });
  expect(second.runs.map(({ number }) => number)).toEqual([4, 3, 2]);
  const last = await listRuns(world.owner, { jobId, limit: 3, before: second.nextBefore ?? 0 });
  expect(last).toMatchObject({ runs: [{ number: 1 }], nextBefore: null });
  const failed = await listRuns(world.owner, { jobId, outcomes: ["failed"] });
  expect(failed.runs.map(({ number }) => number)).toEqual([6, 4, 2]);
});

test.each([0, -1, 99, 1.5, Number.NaN])("there is no run number %s", async (number) => {
  const jobId = await newJob();
  await book(world, jobId, { action: "success" });
  await expect(getRun(world.owner, { jobId, number })).rejects.toMatchObject({ code: "not-found" });
});
