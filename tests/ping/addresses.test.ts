import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MINUTE } from "../../lib/domain/time.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
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

async function say(path: string, init?: RequestInit): Promise<string> {
  const response = await fetch(server.url + path, init);
  return `${response.status} ${await response.text()}`;
}

async function jobsOf(slug: string): Promise<Row[]> {
  return rows(
    "SELECT * FROM jobs WHERE project_id = $1 AND slug = $2 ORDER BY created_at, environment",
    project.id,
    slug,
  );
}

async function runsOf(jobId: unknown): Promise<Row[]> {
  return rows("SELECT * FROM runs WHERE job_id = $1 ORDER BY number", jobId);
}

describe("the native protocol", () => {
  it("keeps what the client measured", async () => {
    const jobId = await makeJob(database, project);
    expect(await say(`/ping/${jobId}?metric=rows:12&metric=ratio:0.25&metric=odd`)).toBe("200 OK");
    expect(await say(`/ping/${jobId}/log`)).toBe("200 OK");
    const kept = await rows("SELECT metrics, protocol FROM all_pings WHERE job_id = $1 ORDER BY id", jobId);
    expect(kept).toEqual([
      {
        metrics: [
          ["rows", 12],
          ["ratio", 0.25],
        ],
        protocol: "native",
      },
      { metrics: null, protocol: "native" },
    ]);
  });

  it("an environment is a job of its own, and production is meant where none is named", async () => {
    const path = `/ping/${project.pingKey}/by-environment`;
    expect(await say(`${path}?create=1&env=staging`)).toBe("201 Created");
    expect(await say(path)).toBe("200 OK");
    expect(await say(`${path}?env=production`)).toBe(
      "404 not found: the ping key is right, but there is no such job; correct the slug (or env=), or add create=1 to make the job",
    );
    expect(await say(`${path}?create=1&environment=production&schedule=every+5+min`)).toBe("201 Created");
    expect(await say(`${path}/start`)).toBe("200 OK");
    const [staging, production] = await jobsOf("by-environment");
    expect([staging, production]).toMatchObject([{ environment: "staging" }, { environment: "production" }]);
    expect(await rows("SELECT pings FROM job_state WHERE job_id = $1", staging?.id)).toEqual([{ pings: 2 }]);
    expect(await runsOf(production?.id)).toMatchObject([{ outcome: "ok" }, { outcome: "running" }]);
  });

  it("what is asked of a job that exists changes nothing of it", async () => {
    const jobId = await makeJob(database, project, { slug: "kept-as-it-is" });
    const asked = "create=1&schedule=every+5+min&grace=90s&max_runtime=1h&jitter=5s&tz=Europe/Riga";
    expect(await say(`/ping/${project.pingKey}/kept-as-it-is?${asked}`)).toBe("200 OK");
    expect(await jobsOf("kept-as-it-is")).toMatchObject([
      { id: jobId, schedule_kind: "none", grace_ms: null, max_runtime_ms: null, managed_by: "app" },
    ]);
  });

  it("create=1 with all its parameters makes one job of many requests at once", async () => {
    const asked = "create=1&schedule=15+3+*+*+*&dialect=vixie&tz=Europe/Riga&grace=10m&max_runtime=1h&jitter=30s";
    const path = `/ping/${project.pingKey}/made-in-full`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => say(`${path}${["", "/start", "/0", "/log"][index % 4]}?${asked}`)),
    );
    expect(answers.toSorted()).toEqual([...Array<string>(19).fill("200 OK"), "201 Created"]);
    expect(await jobsOf("made-in-full")).toMatchObject([
      {
        schedule_expression: "15 3 * * *",
        dialect: "vixie",
        time_zone: "Europe/Riga",
        grace_ms: 600_000,
        max_runtime_ms: 3_600_000,
        jitter_ms: 30_000,
      },
    ]);
  });

  it("a spooled ping is booked at its own time, one out of bounds at its receipt", async () => {
    const jobId = await makeJob(database, project);
    const now = server.clock.now();
    const at = Math.floor((now - 90 * MINUTE) / 1_000);
    expect(await say(`/ping/${jobId}?at=${at}&rid=${randomUUID()}`)).toBe("200 OK");
    expect(await say(`/ping/${jobId}?at=${at + 30 * 86_400}&rid=${randomUUID()}`)).toBe("200 OK");
    const [spooled, odd] = await runsOf(jobId);
    expect(spooled?.finished_at).toEqual(new Date(at * 1_000));
    expect(Math.abs(Number(odd?.finished_at) - now)).toBeLessThan(5 * MINUTE);
  });

  it("HEAD with a body keeps it, and the connection goes on", async () => {
    const jobId = await makeJob(database, project);
    const socket = connect(server.port, "127.0.0.1");
    socket.write(`HEAD /ping/${jobId}/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`);
    socket.write(`GET /ping/${jobId}/log HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect((await text(socket)).match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
    const kept = await rows("SELECT method, body_size FROM all_pings WHERE job_id = $1 ORDER BY method DESC", jobId);
    expect(kept).toEqual([
      { method: "HEAD", body_size: 5 },
      { method: "GET", body_size: 0 },
    ]);
  });

  it("state=run and state=complete are a run", async () => {
    const jobId = await makeJob(database, project);
    await say(`/ping/${jobId}?state=run`);
    await say(`/ping/${jobId}?state=complete`);
    expect(await runsOf(jobId)).toMatchObject([{ outcome: "ok", start_seen: true }]);
  });
});

describe("Cronitor's telemetry", () => {
  it("makes unknown monitors and answers exactly 200, also to twelve at once", async () => {
    const path = `/p/${project.pingKey}/Nightly%20Import`;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => say(`${path}?state=tick&series=${index}`)),
    );
    expect(new Set(answers)).toEqual(new Set(["200 OK"]));
    expect(await jobsOf("nightly-import")).toMatchObject([{ name: "Nightly Import", schedule_kind: "none" }]);
  });

  it.each(["GET", "POST", "HEAD"])("pairs runs by series, which may be open at once, with %s", async (method) => {
    const path = `/p/${project.pingKey}/series-${method.toLowerCase()}`;
    const tell = async (query: string) =>
      expect((await fetch(`${server.url}${path}${query}`, { method })).status).toBe(200);
    await tell("/run?series=one&host=a");
    await tell("?state=run&series=two&host=b");
    await tell("?state=fail&series=one&status_code=3&message=broken");
    await tell("/complete?series=two&metric=count:7&duration=2.5");
    const [job] = await jobsOf(`series-${method.toLowerCase()}`);
    expect(await runsOf(job?.id)).toMatchObject([
      { outcome: "failed", exit_code: 3, host: "a" },
      { outcome: "ok", host: "b", duration_ms: 2_500 },
    ]);
    const pings = await rows("SELECT protocol, metrics, at FROM all_pings WHERE job_id = $1 ORDER BY id", job?.id);
    expect(pings.at(-1)).toEqual({ protocol: "cronitor", metrics: [["count", 7]], at: null });
  });

  it("an environment that nobody can have is taken as one that can", async () => {
    expect(await say(`/p/${project.pingKey}/with-environment?env=eu%20west%2F1`)).toBe("200 OK");
    expect(await jobsOf("with-environment")).toMatchObject([{ environment: "eu-west-1" }]);
  });

  it("a job that is there already is the one that is meant", async () => {
    const jobId = await makeJob(database, project, { slug: "there-before" });
    expect(await say(`/p/${project.pingKey}/there-before/run`)).toBe("200 OK");
    expect(await say(`/p/${jobId}/complete`)).toBe("200 OK");
    expect(await runsOf(jobId)).toMatchObject([{ outcome: "ok" }]);
    expect(await jobsOf("there-before")).toMatchObject([{ id: jobId, managed_by: "app" }]);
  });

  it("an unknown key is refused", async () => {
    expect(await say("/p/bfp_nobodysnobodysnobodysno/nightly")).toBe("404 not found");
  });
});

describe("the addresses of other tools", () => {
  it("are all pings of one job", async () => {
    const jobId = await makeJob(database, project, { slug: "of-other-tools" });
    const bySlug = `${project.pingKey}/of-other-tools`;
    const attempts: [string, string][] = [
      [`/${jobId}/start`, "200 OK"],
      [`/${jobId}?m=hello`, "200 OK"],
      [`/${bySlug}/3`, "200 OK"],
      [`/start/${jobId}`, "200 OK"],
      [`/finish/${jobId}`, "200 OK"],
      [`/fail/${bySlug}`, "200 OK"],
      [`/api/push/${jobId}?status=up&msg=OK&ping=12`, '200 {"ok":true}'],
      [`/api/push/${bySlug}?status=down&msg=full`, '200 {"ok":true}'],
      [`/api/v1/heartbeat/${jobId}`, "200 OK"],
      [`/api/v1/heartbeat/${jobId}/fail`, "200 OK"],
    ];
    for (const [path, answer] of attempts) expect([path, await say(path)]).toEqual([path, answer]);
    const headers = { Authorization: `GenieKey ${project.pingKey}` };
    expect(await say("/v2/heartbeats/of-other-tools/ping", { headers })).toMatch(/^202 .*PONG/);
    const kept = await rows("SELECT action, message, protocol FROM all_pings WHERE job_id = $1 ORDER BY id", jobId);
    expect(kept.map(({ action, message }) => [action, message])).toEqual([
      ["start", null],
      ["success", "hello"],
      ["fail", null],
      ["start", null],
      ["success", null],
      ["fail", null],
      ["success", "OK"],
      ["fail", "full"],
      ["success", null],
      ["fail", null],
      ["success", null],
    ]);
    expect(new Set(kept.map(({ protocol }) => protocol))).toEqual(new Set(["other"]));
  });

  it("that are not understood are shown to their project, without its key", async () => {
    const own = await makeProject(database);
    const prefixes = ["/ping", "/p", "", "/start", "/finish", "/fail", "/api/push", "/api/v1/heartbeat"];
    for (const prefix of prefixes) expect(await say(`${prefix}/${own.pingKey}/No%20Slug/b/c`)).toMatch(/^400 /);
    await eventually(async () => {
      const kept = await rows("SELECT path FROM unmatched_pings WHERE project_id = $1", own.id);
      const shown = `${own.pingKey.slice(0, 8)}…/No%20Slug/b/c`;
      expect(kept.map(({ path }) => path).toSorted()).toEqual(
        prefixes.map((prefix) => `${prefix}/${shown}`).toSorted(),
      );
    }, 10_000);
  });

  it("say in their own way what is wrong", async () => {
    const nobody = randomUUID();
    expect(await say(`/${nobody}`)).toBe("404 not found");
    expect(await say(`/start/${nobody}`)).toBe("404 not found");
    expect(await say(`/api/push/${nobody}`)).toBe('404 {"ok":false,"msg":"not found"}');
    expect(await say("/api/push/AbC")).toBe('400 {"ok":false,"msg":"invalid url format"}');
    expect(await say("/v2/heartbeats/nightly/ping")).toBe('404 {"message":"not found","took":0}');
  });
});
