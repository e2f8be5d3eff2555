import { randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { type PingServer, startPingServer } from "../support/ping-server.ts";

const LIMIT = 100;

let database: TestDatabase;
let project: TestProject;
let server: PingServer;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  server = await startPingServer(database, {
    bodyLimit: LIMIT,
    limits: { drain: 50_000, timeMs: 300 },
    trustedProxies: ["127.0.0.0/8"],
  });
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
  return rows("SELECT * FROM all_pings WHERE job_id = $1 ORDER BY received_at, id", jobId);
}

async function say(path: string, init?: RequestInit): Promise<{ status: number; body: string; headers: Headers }> {
  const response = await fetch(server.url + path, init);
  return { status: response.status, body: await response.text(), headers: response.headers };
}

/** Sends bytes as they are and resolves with everything that comes back before the connection ends. */
async function raw(bytes: string | Buffer): Promise<string> {
  const socket = connect(server.port, "127.0.0.1");
  socket.write(bytes);
  return text(socket);
}

describe("answers", () => {
  it("GET, HEAD and POST are pings and are answered OK after they are stored", async () => {
    const jobId = await makeJob(database, project);
    for (const method of ["GET", "HEAD", "POST"]) {
      const { status, body, headers } = await say(`/ping/${jobId}`, { method });
      expect([status, body]).toEqual([200, method === "HEAD" ? "" : "OK"]);
      expect(Object.fromEntries(headers)).toMatchObject({
        "access-control-allow-origin": "*",
        "ping-body-limit": String(LIMIT),
        "cache-control": "no-cache, no-store",
        "content-length": "2",
      });
    }
    expect((await pingsOf(jobId)).map(({ method }) => method)).toEqual(["GET", "HEAD", "POST"]);
    expect(await rows("SELECT pings FROM job_state WHERE job_id = $1", jobId)).toEqual([{ pings: 3 }]);
  });

  it("every ending does what it says, by id and by key and slug", async () => {
    const slug = "endings";
    const jobId = await makeJob(database, project, { slug });
    for (const ending of ["/start", "/log", "/0", "/start/", "/7", "", "/skip"]) {
      expect((await say(`/ping/${project.pingKey}/${slug}${ending}`)).body).toBe("OK");
    }
    const stored = await pingsOf(jobId);
    expect(stored.map(({ action, exit_code }) => [action, exit_code])).toEqual([
      ["start", null],
      ["log", null],
      ["success", 0],
      ["start", null],
      ["fail", 7],
      ["success", null],
      ["skip", null],
    ]);
    const runs = await rows("SELECT outcome, exit_code FROM runs WHERE job_id = $1 ORDER BY number", jobId);
    expect(runs.slice(0, 2)).toEqual([
      { outcome: "ok", exit_code: 0 },
      { outcome: "failed", exit_code: 7 },
    ]);
  });

  it("what a client says of itself is kept", async () => {
    const jobId = await makeJob(database, project);
    const rid = randomUUID();
    await say(`/ping/${jobId}?rid=${rid.toUpperCase()}&host=db-03&duration=2.5&msg=all%00+well`, {
      headers: { "User-Agent": `agent ${"x".repeat(300)}`, "X-Forwarded-For": "garbage, 192.0.2.44, 127.0.0.9" },
    });
    const [stored] = await pingsOf(jobId);
    expect(stored).toMatchObject({ run_id: rid, host: "db-03", duration_ms: 2500, message: "all well" });
    expect(stored).toMatchObject({ source: "192.0.2.44", disposition: "applied", run_number: 1 });
    expect(String(stored?.user_agent)).toHaveLength(200);
  });

  it("a preflight is answered and counts nothing; other methods are no pings", async () => {
    const jobId = await makeJob(database, project);
    const preflight = await say(`/ping/${jobId}`, { method: "OPTIONS" });
    expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([
      204,
      "GET, HEAD, POST, OPTIONS",
    ]);
    const put = await say(`/ping/${jobId}`, { method: "PUT", body: "x" });
    expect([put.status, put.body, put.headers.get("allow")]).toEqual([
      405,
      "method not allowed: use GET, HEAD or POST",
      "GET, HEAD, POST, OPTIONS",
    ]);
    expect(await pingsOf(jobId)).toEqual([]);
  });
});

const NO_JOB =
  "not found: there is no job with this id; it was deleted or the id is mistyped, so copy the address again from the job's page";
const NO_SLUG =
  "not found: the ping key is right, but there is no such job; correct the slug (or env=), or add create=1 to make the job";
const NO_KEY =
  "not found: the ping key is unknown; it has expired, was revoked or is mistyped, so copy the address again from the project's page";
const BAD_RUN_ID = "invalid uuid format: rid= has to be a UUID, the same at start and end; correct it or leave it out";
const BAD_ENDING =
  "invalid url format: after the job comes nothing, /start, /fail, /log, /skip or an exit status from 0 to 255";
const BAD_SHAPE =
  "invalid url format: write /ping/UUID or /ping/PING-KEY/SLUG; a slug has at most 128 lower-case letters, digits, - and _";

describe("refusals", () => {
  it("say in one line why and what to do, after the words that clients know, and are kept for people to see, keys masked", async () => {
    const own = await makeProject(database);
    const jobId = await makeJob(database, own);
    const unknown = randomUUID();
    const attempts: [string, number, string][] = [
      [`/ping/${unknown}`, 404, NO_JOB],
      [`/ping/${own.pingKey}/no-such-job`, 404, NO_SLUG],
      ["/ping/bfp_unknownkeyunknownkey/backup", 404, NO_KEY],
      [`/ping/${jobId}/256`, 400, BAD_ENDING],
      [`/ping/${jobId}?rid=42`, 400, BAD_RUN_ID],
      [`/ping/${own.pingKey}/Bad%20Slug`, 400, BAD_SHAPE],
    ];
    for (const [path, status, body] of attempts) {
      expect(await say(path, { headers: { "User-Agent": own.id } })).toMatchObject({ status, body });
    }
    await eventually(async () => {
      const kept = await rows("SELECT * FROM unmatched_pings WHERE user_agent = $1", own.id);
      const expected = [
        ["not-found", null, `/ping/${unknown}`],
        ["not-found", own.id, `/ping/${own.pingKey.slice(0, 8)}…/no-such-job`],
        ["unknown-key", null, "/ping/bfp_unkn…/backup"],
        ["invalid-url", own.id, `/ping/${jobId}/256`],
        ["invalid-uuid", own.id, `/ping/${jobId}?rid=42`],
        ["invalid-url", own.id, `/ping/${own.pingKey.slice(0, 8)}…/Bad%20Slug`],
      ];
      const found = kept.map(({ reason, project_id, path }) => [reason, project_id, path]);
      expect(found.toSorted()).toEqual(expected.toSorted());
    }, 10_000);
    expect(await pingsOf(jobId)).toEqual([]);
  });

  it("a job that is made after it was asked for in vain is known at once", async () => {
    const slug = "asked-too-early";
    expect((await say(`/ping/${project.pingKey}/${slug}`)).status).toBe(404);
    const jobId = await makeJob(database, project, { slug });
    await database.pool.query("SELECT pg_notify('belfry_cache', $1)", [jobId]);
    await eventually(async () => expect((await say(`/ping/${project.pingKey}/${slug}`)).status).toBe(200), 2_000);
  });

  it("a job that is deleted is unknown at once, also to a process that knew it", async () => {
    const jobId = await makeJob(database, project);
    expect((await say(`/ping/${jobId}`)).status).toBe(200);
    await database.pool.query("DELETE FROM jobs WHERE id = $1", [jobId]);
    expect(await say(`/ping/${jobId}`)).toMatchObject({ status: 404, body: NO_JOB });
    expect(await say(`/ping/${jobId}`)).toMatchObject({ status: 404, body: NO_JOB });
  });

  it("a key that has expired is unknown", async () => {
    const own = await makeProject(database);
    await makeJob(database, own, { slug: "expired" });
    await database.pool.query("UPDATE api_keys SET expires_at = belfry_now() WHERE project_id = $1", [own.id]);
    expect((await say(`/ping/${own.pingKey}/expired`)).status).toBe(404);
  });
});

describe("bodies", () => {
  const bodyOf = async (jobId: string) =>
    rows(
      `SELECT b.body, p.body_size FROM all_pings p LEFT JOIN ping_bodies b ON b.ping_id = p.id AND b.received_at = p.received_at
       WHERE p.job_id = $1 ORDER BY p.received_at, p.id`,
      jobId,
    );

  it("are kept as they come, of every method, and belong to the run", async () => {
    const jobId = await makeJob(database, project);
    const odd = Buffer.from([0, 0xff, 0xfe, 0x41, 0, 0xc3]);
    await say(`/ping/${jobId}/fail`, { method: "POST", body: odd });
    expect(await bodyOf(jobId)).toEqual([{ body: odd, body_size: 6 }]);
    const [ping] = await pingsOf(jobId);
    expect(await rows("SELECT output_ping_id, output_received_at FROM runs WHERE job_id = $1", jobId)).toEqual([
      { output_ping_id: ping?.id, output_received_at: ping?.received_at },
    ]);
    const withGet = `GET /ping/${jobId} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello`;
    expect(await raw(withGet)).toContain("200 OK");
    expect((await bodyOf(jobId)).at(-1)).toMatchObject({ body: Buffer.from("hello") });
  });

  it("are cut at the limit, and their true size is kept", async () => {
    const jobId = await makeJob(database, project);
    expect((await say(`/ping/${jobId}`, { method: "POST", body: "é".repeat(LIMIT) })).body).toBe("OK");
    const [stored] = await bodyOf(jobId);
    expect(stored).toMatchObject({ body_size: 2 * LIMIT, body: Buffer.from("é".repeat(LIMIT / 2)) });
  });

  it("an endless one is not listened to for ever: the ping counts, the connection ends", async () => {
    const jobId = await makeJob(database, project);
    const head = `POST /ping/${jobId} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunk = `2000\r\n${"x".repeat(0x2000)}\r\n`;
    const answer = await raw(head + chunk.repeat(20));
    expect(answer).toContain("200 OK");
    expect(answer).toContain("Connection: close");
    expect(await pingsOf(jobId)).toHaveLength(1);
  });

  it("a slow one counts with what has come when its time is up", async () => {
    const jobId = await makeJob(database, project);
    const answer = await raw(`POST /ping/${jobId}/fail HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nhalf`);
    expect(answer).toContain("200 OK");
    expect(await bodyOf(jobId)).toEqual([{ body: Buffer.from("half"), body_size: 4 }]);
  });

  it("one that breaks off still counts", async () => {
    const jobId = await makeJob(database, project);
    // Looked up once, its bodies are read from their first byte on.
    await say(`/ping/${jobId}/log`);
    const request = httpRequest(`${server.url}/ping/${jobId}/3`, { method: "POST", headers: { "Content-Length": 50 } });
    request.on("error", () => undefined);
    request.write("broken", () => request.destroy());
    const broken = { exit_code: 3, body_size: 6 };
    await eventually(async () => expect(await pingsOf(jobId)).toMatchObject([{ action: "log" }, broken]), 5_000);
  });

  it("nothing odd in the headers loses a ping", async () => {
    const jobId = await makeJob(database, project);
    const odd = Buffer.from(
      `POST /ping/${jobId} HTTP/1.1\r\nHost: x\r\nUser-Agent: caf\u00c3\u00a9\r\nContent-Encoding: gzip\r\n` +
        "Content-Type: no/such;;charset=\u00ff\r\nX-Forwarded-For: ,,\u00fe\r\nAuthorization: nonsense\r\n" +
        "Accept-Encoding: \r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
      "latin1",
    );
    expect(await raw(odd)).toContain("200 OK");
    expect(await pingsOf(jobId)).toMatchObject([{ user_agent: "café", body_size: 3, source: "127.0.0.1" }]);
  });
});

it("fifty pings at once on one job are all kept, in the order of their receipt", async () => {
  const jobId = await makeJob(database, project);
  // Looked up once, none of them has to wait for that.
  await say(`/ping/${jobId}/log`);
  const rids = Array.from({ length: 50 }, () => randomUUID());
  const answers = await Promise.all(rids.map((rid) => say(`/ping/${jobId}?rid=${rid}`)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const stored = (await pingsOf(jobId)).slice(1);
  expect(new Set(stored.map((ping) => ping.run_id))).toEqual(new Set(rids));
  const byNumber = stored.toSorted((a, b) => Number(a.run_number) - Number(b.run_number));
  expect(byNumber.map(({ run_number }) => run_number)).toEqual(rids.map((_, index) => index + 1));
  expect(byNumber.map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
});

it("a success takes a paused job out of its pause, and anything else does not", async () => {
  const jobId = await makeJob(database, project);
  await say(`/ping/${jobId}`);
  const paused = "UPDATE job_state SET memory = $2, paused_at = belfry_now() WHERE job_id = $1";
  await database.pool.query(paused, [jobId, JSON.stringify({ pausedAt: Date.now() - 1_000 })]);
  await say(`/ping/${jobId}/start`);
  const pausedAt = "SELECT paused_at IS NOT NULL AS paused FROM job_state WHERE job_id = $1";
  expect(await rows(pausedAt, jobId)).toEqual([{ paused: true }]);
  await say(`/ping/${jobId}`);
  expect(await rows(pausedAt, jobId)).toEqual([{ paused: false }]);
  expect((await pingsOf(jobId)).map(({ disposition }) => disposition)).toEqual(["applied", "ignored", "applied"]);
});

it("screens hear of pings a few times a second and not of each", async () => {
  const jobId = await makeJob(database, project);
  const listener = await database.pool.connect();
  const heard: unknown[] = [];
  listener.on("notification", ({ payload }) => heard.push(payload));
  await listener.query("LISTEN belfry_live");
  const begun = performance.now();
  for (let ping = 0; ping < 30; ping++) await say(`/ping/${jobId}?rid=${randomUUID()}`);
  await eventually(() => expect(heard).toContain(project.id), 5_000);
  const quarters = Math.ceil((performance.now() - begun) / 250);
  expect(heard.filter((id) => id === project.id).length).toBeLessThanOrEqual(quarters);
  listener.release(true);
});
