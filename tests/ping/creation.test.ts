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
  return rows("SELECT * FROM pings WHERE job_id = $1", jobId);
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
    ["schedule=0+2+*+*+*&tz=Mars/Base", "schedule", "Mars/Base"],
    ["schedule=0+2+*+*+*&dialect=crond", "schedule", "crond"],
    ["max_runtime=-1", "longest run time", "-1"],
    ["jitter=%f0%9f", "jitter", "is no duration"],
    [`tags=${"x".repeat(51)}`, "tags", "xxx"],
    [
      `upstreams=${Array.from({ length: 21 }, (_, index) => `u${index}`).join(",")}`,
      "jobs that it waits for",
      "at most 20",
    ],
  ])("%s costs no ping: it is left out in one line", async (query, what, why) => {
    const slug = `odd-${randomUUID()}`;
    const { status, body } = await say(`/ping/${project.pingKey}/${slug}?create=1&${query}`);
    expect([status, body.split("\n")]).toEqual([201, ["Created", expect.stringContaining(`The ${what} `)]]);
    expect(body).toContain(why);
    expect(await rows("SELECT pings FROM job_state s JOIN jobs j ON j.id = s.job_id WHERE j.slug = $1", slug)).toEqual([
      { pings: 1 },
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
