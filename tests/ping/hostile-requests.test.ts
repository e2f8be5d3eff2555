import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { type PingServer, startPingServer } from "../support/ping-server.ts";
import { answersIn, type RawAnswer, readAll, readText, speak } from "../support/raw-http.ts";

let database: TestDatabase;
let project: TestProject;
let server: PingServer;
let jobId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  jobId = await makeJob(database, project);
  server = await startPingServer(database, {
    trustedProxies: ["127.0.0.0/8"],
    front: { headersTimeout: 500, requestTimeout: 1_000, connectionsCheckingInterval: 100 },
    limits: { timeMs: 300 },
  });
});

afterAll(async () => {
  await server.close();
  await database.close();
});

/** `{job}` stands for a new job's id. */
async function attack(bytes: string): Promise<{ answers: RawAnswer[]; stored: number }> {
  const target = await makeJob(database, project);
  const answers = await speak(server.port, Buffer.from(bytes.replaceAll("{job}", target), "latin1"));
  const { rows } = await database.pool.query("SELECT 1 FROM all_pings WHERE job_id = $1", [target]);
  return { answers, stored: rows.length };
}

const HEAD = "Host: x\r\nConnection: close\r\n";

describe("requests that cannot be read are refused with one line that says why", () => {
  const refused: [what: string, bytes: string, status: number, line: RegExp][] = [
    ["noise", "\x00\x01\x02\x03\r\n\r\n", 400, /method/],
    ["a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, /TLS/],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, /./],
    ["a version that is none", "GET /ping/{job} HTTP/9.9\r\n\r\n", 400, /./],
    ["an unknown method", `BREW /ping/{job} HTTP/1.1\r\n${HEAD}\r\n`, 400, /method/],
    ["a method that is known to WebDAV", `PROPFIND /ping/{job} HTTP/1.1\r\n${HEAD}\r\n`, 405, /method/],
    ["CONNECT", "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", 405, /proxy/],
    ["an address of another server", `GET http://example.org/ HTTP/1.1\r\n${HEAD}\r\n`, 400, /slash/],
    ["a blank in the address", `GET /ping/{job} x HTTP/1.1\r\n${HEAD}\r\n`, 400, /./],
    ["a NUL byte in the address", `GET /ping/{job}\x00 HTTP/1.1\r\n${HEAD}\r\n`, 400, /./],
    ["an address of nine thousand characters", `GET /ping/${"a".repeat(9_000)} HTTP/1.1\r\n${HEAD}\r\n`, 414, /long/],
    ["an address of a million characters", `GET /ping/${"a".repeat(1e6)} HTTP/1.1\r\n${HEAD}\r\n`, 431, /long/],
    ["a header of a million characters", `GET /ping/{job} HTTP/1.1\r\nX: ${"a".repeat(1e6)}\r\n\r\n`, 431, /long/],
    ["a flood of headers", `GET /ping/{job} HTTP/1.1\r\n${"X: y\r\n".repeat(100_000)}\r\n`, 431, /long/],
    ["a NUL byte in a header", `GET /ping/{job} HTTP/1.1\r\n${HEAD}X: \x00\r\n\r\n`, 400, /header/i],
    ["bytes in the address that Node reads", `GET /ping/{job}?host=\xff\xfe HTTP/1.0\r\n${HEAD}\r\n`, 400, /percent/],
    ["a header without a name", `GET /ping/{job} HTTP/1.1\r\n${HEAD}: x\r\n\r\n`, 400, /header/i],
    ["bare line feeds", "GET /ping/{job} HTTP/1.1\nHost: x\n\n", 400, /./],
    [
      "two lengths",
      `POST /ping/{job} HTTP/1.1\r\n${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      400,
      /long/,
    ],
    ["a length that is none", `POST /ping/{job} HTTP/1.1\r\n${HEAD}Content-Length: -1\r\n\r\n`, 400, /long/],
    ["an endless length", `POST /ping/{job} HTTP/1.1\r\n${HEAD}Content-Length: ${"9".repeat(30)}\r\n\r\n`, 400, /long/],
    [
      "a length and chunks",
      `POST /ping/{job} HTTP/1.1\r\n${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x`,
      400,
      /long/,
    ],
    [
      "chunks that are hidden",
      `POST /ping/{job} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      400,
      /long/,
    ],
    ["a blank before the colon", `POST /ping/{job} HTTP/1.1\r\n${HEAD}Content-Length : 5\r\n\r\nhello`, 400, /header/i],
  ];
  it.each(refused)("%s", async (_what, bytes, status, line) => {
    const { answers, stored } = await attack(bytes);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(answers[0]?.body.trim()).toMatch(/^[^\r\n]+$/);
    expect(answers[0]?.body).toMatch(line);
    expect(stored).toBe(0);
  });
});

describe("requests that are odd and can be read are pings", () => {
  const taken: [what: string, bytes: string][] = [
    ["without a version", "GET /ping/{job}\r\n\r\n"],
    ["of HTTP/1.0", "GET /ping/{job} HTTP/1.0\r\n\r\n"],
    ["of HTTP/1.0 with a body", "POST /ping/{job} HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi"],
    ["behind a base address that ends in a slash", `GET //ping/{job} HTTP/1.1\r\n${HEAD}\r\n`],
    ["with text that is not encoded", `GET /ping/{job}?msg=gr\xc3\xb6\xc3\x9fe HTTP/1.1\r\n${HEAD}\r\n`],
    ["with bytes in the address that are no text", `GET /ping/{job}?host=\xff\xfe HTTP/1.1\r\n${HEAD}\r\n`],
    ["without a host", "GET /ping/{job} HTTP/1.1\r\nConnection: close\r\n\r\n"],
    ["with two hosts", `GET /ping/{job} HTTP/1.1\r\nHost: y\r\n${HEAD}\r\n`],
    ["with an expectation that nobody knows", `GET /ping/{job} HTTP/1.1\r\n${HEAD}Expect: a-miracle\r\n\r\n`],
    [
      "that want another protocol",
      `GET /ping/{job} HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ],
    [
      "with garbage of a proxy",
      `GET /ping/{job} HTTP/1.1\r\n${HEAD}X-Forwarded-For: ', \xff,, 1.2.3, ::%00\r\nX-Forwarded-Proto: \xfe\r\n\r\n`,
    ],
    [
      "through sixteen hundred proxies",
      `GET /ping/{job} HTTP/1.1\r\n${HEAD}X-Forwarded-For: ${"127.0.0.1,".repeat(1_500)}\r\n\r\n`,
    ],
    [
      "with three thousand headers",
      `POST /ping/{job} HTTP/1.1\r\n${"a:\r\n".repeat(3_000)}${HEAD}Content-Length: 2\r\n\r\nhi`,
    ],
    [
      "with bytes that are no text",
      `POST /ping/{job}?msg=%ff%00&host=%ff HTTP/1.1\r\n${HEAD}Content-Length: 3\r\n\r\n\xff\x00\xc3`,
    ],
    [
      "with extensions of chunks and trailers",
      `POST /ping/{job} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0\r\nX: y\r\n\r\n`,
    ],
    ["whose body breaks off", `POST /ping/{job} HTTP/1.1\r\n${HEAD}Content-Length: 9\r\n\r\nhi`],
    ["whose chunks break off", `POST /ping/{job} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\nffff\r\nhi`],
  ];
  it.each(taken)("%s", async (_what, bytes) => {
    const { answers, stored } = await attack(bytes);
    expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, "OK"]]);
    expect(stored).toBe(1);
  });
});

describe("one connection", () => {
  it("answers pipelined requests in their order, and stores each once", async () => {
    const target = await makeJob(database, project);
    const rids = Array.from({ length: 50 }, () => randomUUID());
    const unknown = `GET /ping/${randomUUID()} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const requests = rids.map((rid) => `GET /ping/${target}?rid=${rid} HTTP/1.1\r\nHost: x\r\n\r\n`);
    requests.splice(20, 0, unknown);
    requests.push(`GET /ping/${target}?rid=${randomUUID()} HTTP/1.1\r\n${HEAD}\r\n`);
    const answers = await speak(server.port, requests.join(""));
    expect(answers.map(({ status }) => status)).toEqual(requests.map((_, index) => (index === 20 ? 404 : 200)));
    const { rows } = await database.pool.query("SELECT DISTINCT run_id FROM all_pings WHERE job_id = $1", [target]);
    expect(rows).toHaveLength(51);
  });

  it.each([
    // Read no further than a hundred ahead.
    { what: "pings", method: "GET", waiting: 100, answered: 301, last: [200, undefined] },
    // The connection ends behind the one that says so.
    { what: "requests that only Node reads", method: "HEAD", waiting: 50, answered: 51, last: [503, "5"] },
  ])("that pipelines $what without end fills nothing", async ({ method, waiting, answered, last }) => {
    const target = await makeJob(database, project);
    const holder = await database.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM job_state WHERE job_id = $1 FOR UPDATE", [target]);
    const socket = connect(server.port, "127.0.0.1").on("error", () => {});
    const heard = readText(socket, 20_000);
    for (let n = 0; n < 300; n += 1) {
      socket.write(`${method} /ping/${target}?rid=${randomUUID()} HTTP/1.1\r\nHost: x\r\n\r\n`);
    }
    socket.write(`${method} /ping/${target} HTTP/1.1\r\n${HEAD}\r\n`);
    await expect.poll(() => server.intake.figures().waiting).toBe(waiting);
    await holder.query("ROLLBACK");
    holder.release();
    const answers = answersIn(await heard, method === "HEAD");
    expect(answers).toHaveLength(answered);
    expect([answers.at(-1)?.status, answers.at(-1)?.headers.get("retry-after")]).toEqual(last);
    const { rows } = await database.pool.query("SELECT 1 FROM all_pings WHERE job_id = $1", [target]);
    expect(rows).toHaveLength(answers.filter(({ status }) => status === 200).length);
  });

  it("on which garbage follows a ping answers the ping first", async () => {
    const { answers, stored } = await attack("GET /ping/{job} HTTP/1.1\r\nHost: x\r\n\r\n\x00garbage\r\n\r\n");
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    expect(stored).toBe(1);
  });

  it("that is half closed after garbage still hears of the ping before it", async () => {
    const socket = connect(server.port, "127.0.0.1");
    socket.end(`GET /ping/${jobId}?rid=${randomUUID()} HTTP/1.1\r\nHost: x\r\n\r\n\x00garbage`);
    expect((await readAll(socket))[0]?.status).toBe(200);
  });

  it("whose chunks make no sense is told so, and what came counts", async () => {
    const { answers } = await attack(
      `POST /ping/{job} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n`,
    );
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [400, "The chunks of the body are not as HTTP/1.1 wants them.\n"],
    ]);
  });

  it("whose head never ends is told that its time is up", async () => {
    const { answers } = await attack("GET /ping/{job} HTTP/1.1\r\nHost:");
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [408, "The request did not come to its end in time.\n"],
    ]);
  });

  it("that says nothing at all is told so, too", async () => {
    const answers = await readAll(connect(server.port, "127.0.0.1"));
    expect(answers.map(({ status }) => status)).toEqual([408]);
  });

  it("that is half closed after the request gets its answer", async () => {
    const socket = connect(server.port, "127.0.0.1");
    socket.end(`GET /ping/${jobId}?rid=${randomUUID()} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const answers = await readAll(socket);
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });

  it("that waits to be asked for its body is asked", async () => {
    const socket = connect(server.port, "127.0.0.1");
    const asked = new Promise((resolve) => socket.once("data", resolve));
    socket.write(`POST /ping/${jobId} HTTP/1.1\r\n${HEAD}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`);
    expect(String(await asked)).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    const answered = readAll(socket);
    socket.write("hello");
    expect((await answered).map(({ status }) => status)).toEqual([200]);
  });

  it("that sends a large body to no job hears so, even where it reads only at the end", async () => {
    const socket = connect(server.port, "127.0.0.1");
    socket.pause();
    const size = 30_000_000;
    socket.write(`POST /ping/${randomUUID()} HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`);
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.write(Buffer.alloc(size), () => resolve());
    });
    const answered = readAll(socket);
    socket.resume();
    expect((await answered).map(({ status }) => status)).toEqual([404]);
  });
});
