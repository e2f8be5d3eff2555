import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeChannel, makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { type PingServer, startPingServer } from "../support/ping-server.ts";

let database: TestDatabase;
let project: TestProject;
let server: PingServer;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  server = await startPingServer(database);
});

afterAll(async () => {
  await server.close();
  await database.close();
});

type Row = Record<string, unknown>;

async function rows(sql: string, ...values: unknown[]): Promise<Row[]> {
  return (await database.pool.query<Row>(sql, values)).rows;
}

async function pingsOf(jobId: string): Promise<Row[]> {
  return rows("SELECT * FROM all_pings WHERE job_id = $1", jobId);
}

async function say(path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(server.url + path);
  return { status: response.status, body: await response.text() };
}

describe("a ping with create=1", () => {
  it("makes exactly one job under twelve requests at once, with its first pings", async () => {
    await makeChannel(database, project);
    const path = `/ping/${project.pingKey}/made-by-ping?create=1&schedule=every+5+min&grace=90s`;
    const answers = await Promise.all(Array.from({ length: 12 }, () => say(`${path}&rid=${randomUUID()}`)));
    const bodies = answers.map(({ status, body }) => `${status} ${body}`).sort();
    expect(bodies).toEqual([...Array<string>(11).fill("200 OK"), "201 Created"]);
    const jobs = await rows("SELECT * FROM jobs WHERE slug = 'made-by-ping'");
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ name: "made-by-ping", interval_ms: 300_000, grace_ms: 90_000, all_channels: true });
    expect(await pingsOf(String(jobs[0]?.id))).toHaveLength(12);
    expect((await say(path)).body).toBe("OK");
  });

  it("makes the job without what makes no sense, keeps the ping, and says what was left out and why", async () => {
    const path = `/ping/${project.pingKey}/half-read`;
    const { status, body } = await say(
      `${path}/3?create=1&schedule=99+2+*+*+*&tz=Europe/Riga&grace=so%00on%0A&max_runtime=1h&tags=a,b+c`,
    );
    const [first, second, third, ...more] = body.split("\n");
    expect([status, first, more]).toEqual([201, "Created", []]);
    expect(second).toMatch(/^The schedule was left out: .*99.*\.$/);
    expect(third).toBe(
      'The grace time was left out: "soon" is no duration for the grace time; write 90s, 5m, 2h or 1d.',
    );
    const [job] = await rows("SELECT * FROM jobs WHERE slug = 'half-read'");
    expect(job).toMatchObject({ schedule_kind: "none", time_zone: "UTC", grace_ms: null, max_runtime_ms: 3_600_000 });
    expect(job).toMatchObject({ managed_by: "app", tags: ["a", "b", "c"], code_digest: null });
    expect(job?.code_request).toEqual({
      leftOut: [
        { field: "schedule", asked: "99 2 * * * (Europe/Riga)", problem: expect.stringContaining("99") },
        { field: "grace", asked: "soon", problem: expect.stringContaining("no duration") },
      ],
    });
    expect(await pingsOf(String(job?.id))).toMatchObject([{ action: "fail", exit_code: 3, disposition: "applied" }]);
    expect((await say(`${path}?create=1&schedule=99+2+*+*+*`)).body).toBe("OK");
  });

  it.each([
    ["schedule=0+2+*+*+*&tz=Mars/Base", "The schedule was", "Mars/Base"],
    ["schedule=0+2+*+*+*&dialect=crond", "The schedule was", "crond"],
    ["max_runtime=-1", "The longest run time was", "-1"],
    ["jitter=%f0%9f", "The jitter was", "is no duration"],
    [`tags=${"x".repeat(51)}`, "The tags were", "xxx"],
    [
      `upstreams=${Array.from({ length: 21 }, (_, index) => `u${index}`).join(",")}`,
      "Jobs that it shall wait for were",
      "at most 20",
    ],
    ["upstreams=nothing,staging/other", "Jobs that it shall wait for were", "no production/nothing and staging/other."],
  ])("%s costs no ping: it is left out in one line", async (query, what, why) => {
    const slug = `odd-${randomUUID()}`;
    const { status, body } = await say(`/ping/${project.pingKey}/${slug}?create=1&${query}`);
    expect([status, body.split("\n")]).toEqual([201, ["Created", expect.stringContaining(`${what} left out: `)]]);
    expect(body).toContain(why);
    expect(await rows("SELECT pings FROM job_state s JOIN jobs j ON j.id = s.job_id WHERE j.slug = $1", slug)).toEqual([
      { pings: 1 },
    ]);
  });

  it("waits for those of the jobs that it names that there are, and names the others", async () => {
    const upstream = await makeJob(database, project, { slug: "comes-first" });
    const query = "create=1&upstreams=comes-first,nobody&grace=soon";
    const { body } = await say(`/ping/${project.pingKey}/comes-later?${query}`);
    expect(body.split("\n").slice(1)).toEqual([
      expect.stringContaining("The grace time was left out"),
      expect.stringContaining("The project has no production/nobody."),
    ]);
    const [job] = await rows("SELECT id, code_request, managed_by FROM jobs WHERE slug = 'comes-later'");
    expect(job).toMatchObject({
      managed_by: "app",
      code_request: { leftOut: [{ field: "grace" }, { field: "upstreams" }] },
    });
    expect(await rows("SELECT upstream_id FROM job_upstreams WHERE job_id = $1", job?.id)).toEqual([
      { upstream_id: upstream },
    ]);
  });

  it("may name tags, in one parameter", async () => {
    expect((await say(`/ping/${project.pingKey}/tagged?create=1&tags=web,+nightly`)).body).toBe("Created");
    expect(await rows("SELECT tags, code_request FROM jobs WHERE slug = 'tagged'")).toEqual([
      { tags: ["web", "nightly"], code_request: null },
    ]);
  });

  it("a request that is refused makes none, and says what is wrong", async () => {
    const path = `/ping/${project.pingKey}/never-made?create=1`;
    expect(await say(`${path}&rid=42`)).toMatchObject({
      status: 400,
      body: "invalid uuid format: rid= has to be a UUID, the same at start and end; correct it or leave it out",
    });
    expect((await say(`/ping/bfp_unknownkeyunknownkey/never-made?create=1`)).status).toBe(404);
    expect(await rows("SELECT 1 FROM jobs WHERE slug = 'never-made'")).toEqual([]);
  });

  it("for a job that exists its parameters do not matter", async () => {
    await makeJob(database, project, { slug: "there-already" });
    expect((await say(`/ping/${project.pingKey}/there-already?create=1&grace=soon`)).body).toBe("OK");
  });
});
