import { afterAll, beforeAll, expect, it } from "vitest";
import type { PingEvent } from "../../lib/ping/event.ts";
import { parseNative } from "../../lib/ping/native.ts";
import { NO_BODY } from "../../lib/ping/ticket.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { pingOr } from "../support/ping-events.ts";
import { type PingServer, startPingServer } from "../support/ping-server.ts";

let database: TestDatabase;
let project: TestProject;
let server: PingServer;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  const rates = { job: { perSecond: 0.05, burst: 3 }, key: { perSecond: 0.05, burst: 5 } };
  server = await startPingServer(database, { limits: { rates }, trustedProxies: ["127.0.0.0/8"] });
});

afterAll(async () => {
  await server.close();
  await database.close();
});

async function say(path: string, from: string): Promise<Response> {
  return fetch(server.url + path, { headers: { "X-Forwarded-For": from } });
}

async function statuses(count: number, path: string, from = "192.0.2.1"): Promise<number[]> {
  const answers: number[] = [];
  for (let index = 0; index < count; index += 1) answers.push((await say(`${path}&n=${index}`, from)).status);
  return answers;
}

it("too many native pings are answered 429 with Retry-After and one line, and kept as one group of the project", async () => {
  const jobId = await makeJob(database, project);
  expect(await statuses(4, `/ping/${jobId}?rid=${jobId}`)).toEqual([200, 200, 200, 429]);
  const answer = await say(`/ping/${jobId}`, "192.0.2.2");
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, expect.stringMatching(/^(1\d|20)$/)]);
  expect(await answer.text()).toMatch(/^too many pings for this job: try again in (1\d|20) s$/);
  await eventually(async () => {
    const { rows } = await database.pool.query("SELECT * FROM unmatched_pings WHERE subject = $1", [jobId]);
    expect(rows).toMatchObject([
      { project_id: project.id, reason: "rate-limited", detail: "for this job", count: 2, source: "192.0.2.2" },
    ]);
  }, 10_000);
  expect(server.intake.figures()).toMatchObject({ limited: 2 });
  const { rows } = await database.pool.query("SELECT FROM all_pings WHERE job_id = $1", [jobId]);
  expect(rows).toHaveLength(3);
});

it("other protocols are served all the same, and it is counted", async () => {
  await makeJob(database, project, { slug: "busy" });
  expect(await statuses(8, `/p/${project.pingKey}/busy?state=ok`)).toEqual(Array.from({ length: 8 }, () => 200));
  expect(server.intake.figures()).toMatchObject({ overLimit: 3 });
});

it("a mail, which was let in already, is not counted once more when it is stored", async () => {
  const jobId = await makeJob(database, project);
  const before = server.intake.figures().overLimit;
  const event: PingEvent = { ...pingOr(parseNative(`/ping/${jobId}`)), protocol: "mail" };
  const client = { source: "192.0.2.3", method: "MAIL", userAgent: null };
  for (let index = 0; index < 4; index += 1) {
    const booking = { event, jobId, receivedAt: server.intake.now(), client, body: NO_BODY };
    expect(await new Promise((done) => server.intake.book(booking, done))).toBe("stored");
  }
  expect(server.intake.figures().overLimit).toBe(before);
});

it.each(["127.0.0.1", "127.1.2.3", "::1"])("a client on the same machine is never refused: %s", async (from) => {
  const jobId = await makeJob(database, project);
  expect(await statuses(20, `/ping/${jobId}?x`, from)).toEqual(Array.from({ length: 20 }, () => 200));
});
