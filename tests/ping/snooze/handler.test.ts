import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../../lib/domain/time.ts";
import { listPlanned, openIncident, planNow } from "../../support/alerting.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../../support/database.ts";
import { makeChannel, makeJob, makeProject, type TestProject } from "../../support/jobs.ts";
import { eventually } from "../../support/eventually.ts";
import { type PingServer, startPingServer } from "../../support/ping-server.ts";

let database: TestDatabase;
let project: TestProject;
let server: PingServer;

beforeAll(async () => {
  database = await createTestDatabase();
  const rates = { job: { perSecond: 0.05, burst: 5 } };
  server = await startPingServer(database, { limits: { rates }, trustedProxies: ["127.0.0.0/8"] });
});
beforeEach(async () => {
  await database.pool.query("TRUNCATE projects, alerts, unmatched_pings, pings, runs CASCADE");
  await offsetClock(database, 0);
  project = await makeProject(database);
});
afterAll(async () => {
  await server.close();
  await database.close();
});

async function post(path: string, init: RequestInit = {}): Promise<{ status: number; body: string; headers: Headers }> {
  const headers = { "User-Agent": "curl/8.5.0", "X-Forwarded-For": "203.0.113.9" };
  const response = await fetch(server.url + path, { method: "POST", headers, ...init });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

async function listWindows(): Promise<Record<string, unknown>[]> {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `SELECT name, scope, source, created_by, round(extract(epoch FROM ends_at - belfry_now()) / 60)::int4 AS minutes
     FROM windows ORDER BY created_at`,
  );
  return rows;
}

async function countPings(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>("SELECT count(*)::int4 AS count FROM all_pings");
  return rows[0]?.count ?? 0;
}

describe("a POST to snooze", () => {
  it("opens a window for the job, answers in words, and is no ping", async () => {
    const jobId = await makeJob(database, project, { slug: "db-backup" });
    const { status, body, headers } = await post(`/ping/${project.pingKey}/db-backup/snooze?for=20m`);
    expect([status, headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
    expect(body).toMatch(
      /^snoozed until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(20 min\): alerts of db-backup wait, and are sent then if it is still wrong$/,
    );
    expect(await listWindows()).toEqual([
      {
        ...{ name: "Snoozed by a ping", source: "ping", created_by: "a ping from 203.0.113.9 (curl)", minutes: 20 },
        scope: { jobIds: [jobId], tags: [], hosts: [] },
      },
    ]);
    expect(await countPings()).toBe(0);
  });

  it("by the job's id does the same, with a body or without", async () => {
    const jobId = await makeJob(database, project);
    const { status, body } = await post(`/ping/${jobId}/snooze?for=2h&msg=Migration`, { body: "x".repeat(10_000) });
    expect([status, body]).toEqual([200, expect.stringContaining("alerts of this job wait")]);
    expect(await listWindows()).toMatchObject([{ name: "Migration", scope: { jobIds: [jobId] }, minutes: 120 }]);
  });

  it("opens one window for tags and hosts, or for the whole project", async () => {
    await post(`/ping/${project.pingKey}/snooze?for=20m&tag=web&host=h1`);
    const { body } = await post(`/ping/${project.pingKey}/snooze?for=5m&all=1`);
    expect(body).toContain("alerts of the whole project wait");
    expect((await listWindows()).map(({ scope }) => scope)).toEqual([
      { jobIds: [], tags: ["web"], hosts: ["h1"] },
      { jobIds: [], tags: [], hosts: [] },
    ]);
  });

  it("again makes the window longer, and never shorter", async () => {
    for (const time of ["20m", "30m", "5m"]) await post(`/ping/${project.pingKey}/snooze?for=${time}&tag=web,api`);
    await post(`/ping/${project.pingKey}/snooze?for=10m&tag=api&tag=web`);
    expect(await listWindows()).toMatchObject([{ minutes: 30 }]);
  });

  it("of tags and hosts that nothing has says so, and counts all the same", async () => {
    const jobId = await makeJob(database, project, { slug: "tagged" });
    await database.pool.query("UPDATE jobs SET tags = '{web}' WHERE id = $1", [jobId]);
    await post(`/ping/${jobId}?host=DB-1`);
    const said = async (query: string) => (await post(`/ping/${project.pingKey}/snooze?for=20m&${query}`)).body;
    expect(await said("tag=web&host=db-1")).toMatch(/sent then if it is still wrong$/);
    expect(await said("tag=Web")).toMatch(/; no job has the tag Web now: check the spelling$/);
    expect(await said("tag=web,wbe,api&host=db-1,db-2")).toMatch(
      /; no job has the tags api and wbe now, and none ran last on the host db-2: check the spelling$/,
    );
    expect(await listWindows()).toHaveLength(3);
  });

  it("holds an alarm until the end that was said", async () => {
    await makeChannel(database, project);
    await post(`/ping/${project.pingKey}/snooze?for=20m&tag=web`);
    await openIncident(database, project, { name: "a", tags: ["web"] });
    await planNow(database);
    expect(await listPlanned(database)).toEqual([]);
    await offsetClock(database, 20 * MINUTE + SECOND);
    await planNow(database);
    expect((await listPlanned(database)).map(({ job }) => job)).toEqual(["a"]);
  });

  it("that is taken back lets the alarm go at once", async () => {
    await makeChannel(database, project);
    await post(`/ping/${project.pingKey}/snooze?for=20m&all=1`);
    await openIncident(database, project);
    await planNow(database);
    const ended = await post(`/ping/${project.pingKey}/unsnooze?all=1`);
    expect([ended.status, ended.body]).toEqual([200, "ended: alerts of the whole project no longer wait"]);
    await planNow(database);
    expect(await listPlanned(database)).toHaveLength(1);
    const again = await post(`/ping/${project.pingKey}/unsnooze?all=1`);
    expect(again.body).toBe("nothing was snoozed for the whole project");
  });

  it("leaves alone what people opened", async () => {
    await database.pool.query(
      `INSERT INTO windows (project_id, name, kind, starts_at, ends_at, scope)
       VALUES ($1, 'Ours', 'once', belfry_now(), belfry_now() + interval '1 hour', '{"jobIds": [], "tags": [], "hosts": []}')`,
      [project.id],
    );
    const { body } = await post(`/ping/${project.pingKey}/unsnooze?all=1`);
    expect(body).toContain("nothing was snoozed");
    expect(await listWindows()).toMatchObject([{ name: "Ours", minutes: HOUR / MINUTE }]);
  });
});

describe("what opens no window", () => {
  it.each(["GET", "HEAD", "PUT", "DELETE"])("%s, and says why", async (method) => {
    const jobId = await makeJob(database, project);
    const { status, body, headers } = await post(`/ping/${jobId}/snooze?for=20m`, { method });
    expect([status, headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    if (method !== "HEAD") expect(body).toContain("send it with POST");
    expect([await listWindows(), await countPings()]).toEqual([[], 0]);
  });

  it("a time that is none, with what would be right", async () => {
    const jobId = await makeJob(database, project);
    const { status, body } = await post(`/ping/${jobId}/snooze?for=soon`);
    expect([status, body]).toEqual([400, "say for how long, up to 7 days, such as for=20m or for=2h"]);
  });

  it("an unknown job or key, which is kept like a ping that nobody takes", async () => {
    expect(await post(`/ping/${project.pingKey}/nothing/snooze?for=20m`)).toMatchObject({
      status: 404,
      body: "not found: the ping key is right, but there is no such job; correct the slug, or say tag=, host= or all=1 instead",
    });
    expect((await post("/ping/bfp_0000/nothing/snooze?for=20m")).status).toBe(404);
    expect((await post("/ping/bfp_0000/snooze?for=20m&all=1")).status).toBe(404);
    expect((await post("/ping/5f0c6a5e-8f0e-4a3b-9d51-1a2b3c4d5e6f/snooze?for=20m")).status).toBe(404);
    expect(await listWindows()).toEqual([]);
    await eventually(async () => {
      const { rows } = await database.pool.query("SELECT FROM unmatched_pings WHERE project_id = $1", [project.id]);
      expect(rows).toHaveLength(1);
    }, 10_000);
  });

  it.each([
    ["snooze", "invalid url format: say for how long and whose alerts shall wait, such as snooze?for=20m&tag=web"],
    [
      "snooze?host=h1",
      "invalid url format: say for how long and whose alerts shall wait, such as snooze?for=20m&tag=web",
    ],
    ["unsnooze/", "invalid url format: say whose alerts shall wait no longer, such as unsnooze?tag=web"],
  ])("one that does not say what it is about: %s", async (ending, line) => {
    const { status, body } = await post(`/ping/${project.pingKey}/${ending}`);
    expect([status, body.split("\n")]).toEqual([400, [expect.stringContaining(line)]]);
    expect([await listWindows(), await countPings()]).toEqual([[], 0]);
    await eventually(async () => {
      const { rows } = await database.pool.query("SELECT reason, detail FROM unmatched_pings");
      expect(rows).toEqual([{ reason: "invalid-url", detail: expect.stringContaining(line.split(": ")[1] ?? "") }]);
    }, 10_000);
  });

  it("one with a key that nobody knows, whatever it leaves out", async () => {
    const { status, body } = await post("/ping/bfp_0000/snooze");
    expect([status, body]).toEqual([404, expect.stringContaining("not found: the ping key is unknown")]);
  });

  it("a ping that makes a job of that name", async () => {
    expect(await post(`/ping/${project.pingKey}/snooze?create=1`)).toMatchObject({ status: 201, body: "Created" });
    expect(await countPings()).toBe(1);
  });

  it("a ping of a job that is called so", async () => {
    await makeJob(database, project, { slug: "snooze" });
    const { status, body } = await post(`/ping/${project.pingKey}/snooze?host=h1`);
    expect([status, body]).toEqual([200, "OK"]);
    expect(await countPings()).toBe(1);
  });

  it("more requests than a job's limit allows", async () => {
    const jobId = await makeJob(database, project);
    const statuses = [];
    for (let index = 0; index < 6; index += 1) statuses.push((await post(`/ping/${jobId}/snooze?for=20m`)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it("more windows than a project may have", async () => {
    await database.pool.query(
      `INSERT INTO windows (project_id, name, kind, source) SELECT $1, s || n, 'weekly', s
       FROM generate_series(1, 200) n, unnest(ARRAY['person', 'ping']) s WHERE s = 'person' OR n < 200`,
      [project.id],
    );
    const first = await post(`/ping/${project.pingKey}/snooze?for=20m&host=h1`);
    expect(first.status).toBe(200);
    const { status, body } = await post(`/ping/${project.pingKey}/snooze?for=20m&all=1`);
    expect([status, body]).toEqual([409, expect.stringContaining("too many windows")]);
  });
});
