import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { mostConnections } from "../../lib/server/open-files.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { residentBytes } from "../support/memory.ts";
import { speak } from "../support/raw-http.ts";
import { makeDataFolder, type ServerProcess, startServerProcess } from "../support/server.ts";
import { LONG } from "../support/size.ts";

// The server is a process of its own, so that its memory can be measured and its files are its own.

/** Both ends of each are open files: ours count here, the server's there. */
const IDLE = LONG ? Math.min(10_000, mostConnections()) : 500;
const CROWD = LONG ? 1_000 : 200;
const ATTACK_MS = LONG ? 15_000 : 1_000;
const MEGABYTE = 1_000_000;

let database: TestDatabase;
let project: TestProject;
let jobId: string;
let server: ServerProcess;
let port: number;
const folder = makeDataFolder();
const crowd = new Set<Socket>();

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  jobId = await makeJob(database, project);
  server = startServerProcess({
    DATABASE_URL: database.url,
    DATA_DIR: folder.path,
    BELFRY_ROLES: "pings",
    LOG_LEVEL: "info",
    SECRET_KEY: "k".repeat(40),
  });
  port = Number(new URL(await server.url).port);
  // What is compiled and cached by the first requests is no leak.
  for (let n = 0; n < 50; n += 1) await honest();
});

afterAll(async () => {
  await server?.end("SIGTERM");
  await database?.close();
  folder.remove();
});

afterEach(() => {
  for (const socket of crowd) socket.destroy();
  crowd.clear();
});

/** A ping of a client that does all as it should. */
async function honest(): Promise<void> {
  const rid = randomUUID();
  const response = await fetch(`http://127.0.0.1:${port}/ping/${jobId}?rid=${rid}`, {
    method: "POST",
    body: "all well",
    headers: { Connection: "close" },
    signal: AbortSignal.timeout(20_000),
  });
  expect([response.status, await response.text()]).toEqual([200, "OK"]);
}

/** Opens connections that are never answered or do not care; some at once, as the backlog is not endless. */
async function gather(count: number, bytes: string | Buffer = ""): Promise<Socket[]> {
  const joined: Socket[] = [];
  while (joined.length < count) {
    const some = Array.from({ length: Math.min(200, count - joined.length) }, () => connect(port, "127.0.0.1"));
    await Promise.all(some.map((socket) => once(socket, "connect")));
    for (const socket of some) {
      crowd.add(socket);
      socket.on("error", () => socket.destroy()).resume();
      if (bytes.length > 0) socket.write(bytes);
    }
    joined.push(...some);
  }
  return joined;
}

/** The honest are served one after the other while `attack` goes on; how much more memory the server has then. */
async function duringAttack(attack: (until: number) => Promise<unknown>): Promise<number> {
  const before = residentBytes(server.child.pid);
  const until = performance.now() + ATTACK_MS;
  let highest = before;
  async function serveOthers(): Promise<void> {
    do {
      await honest();
      highest = Math.max(highest, residentBytes(server.child.pid));
    } while (performance.now() < until);
  }
  await Promise.all([attack(until), serveOthers()]);
  await honest();
  return Math.max(highest, residentBytes(server.child.pid)) - before;
}

function envelopeHead(length: number, more = ""): string {
  const path = `/api/1/envelope/?sentry_key=${project.pingKey}`;
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}Content-Length: ${length}\r\n\r\n`;
}

/** Everything written has gone out. */
function drained(socket: Socket): Promise<unknown> {
  return socket.writableLength === 0 ? Promise.resolve() : once(socket, "drain");
}

async function drip(sockets: readonly Socket[], bytes: string, until: number): Promise<void> {
  while (performance.now() < until) {
    for (const socket of sockets) if (socket.writable) socket.write(bytes);
    await wait(100);
  }
}

it(`${IDLE} sockets that say nothing`, async () => {
  const more = await duringAttack(() => gather(IDLE));
  expect(more).toBeLessThan(50 * MEGABYTE + IDLE * 30_000);
});

it(`${CROWD} heads that drip`, async () => {
  const more = await duringAttack(async (until) =>
    drip(await gather(CROWD, "GET /ping/x HTTP/1.1\r\nX: "), "y", until),
  );
  expect(more).toBeLessThan(150 * MEGABYTE);
});

it(`${CROWD} bodies that drip`, async () => {
  const head = `POST /ping/${jobId} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n`;
  const more = await duringAttack(async (until) => drip(await gather(CROWD, head), "y", until));
  expect(more).toBeLessThan(150 * MEGABYTE);
});

it("bodies in chunks of one byte", async () => {
  const head = `POST /ping/${jobId} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const bytes = Buffer.from(head + "1\r\ny\r\n".repeat(25_000));
  const more = await duringAttack(() => gather(CROWD / 5, bytes));
  expect(more).toBeLessThan(200 * MEGABYTE);
});

it("chunks without end", async () => {
  const head = `POST /ping/${jobId} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), randomBytes(0x1_00_00), Buffer.from("\r\n")]);
  const more = await duringAttack(async (until) => {
    const pour = (socket: Socket): void => {
      while (performance.now() < until && socket.write(chunk));
    };
    const pouring = await gather(20, head);
    for (const socket of pouring) socket.on("drain", () => pour(socket));
    pouring.forEach(pour);
  });
  expect(more).toBeLessThan(200 * MEGABYTE);
});

it("eighty large envelopes that stall, on all the room there is for bodies", async () => {
  const large = Buffer.concat([Buffer.from(`${envelopeHead(1_048_576)}{}\n`), Buffer.alloc(1_000_000, "x")]);
  await Promise.all((await gather(80, large)).map((socket) => drained(socket)));
  await wait(2_000); // real time: slow is what takes longer than a second
  const more = await duringAttack(async (until) => {
    do {
      const envelope = `{}\n{"type":"check_in"}\n{"monitor_slug":"sdk","status":"ok"}\n`;
      const [answer] = await speak(port, envelopeHead(envelope.length) + envelope);
      expect(answer?.status).toBe(200);
    } while (performance.now() < until);
  });
  expect(more).toBeLessThan(150 * MEGABYTE);
});

it("bombs in every packing that SDKs use are 413, or read as far as they are sane", async () => {
  const zeros = Buffer.alloc(64 * MEGABYTE, "{}\n");
  const bombs = [
    ["gzip", gzipSync(zeros)],
    ["deflate", deflateSync(zeros)],
    ["br", brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ["gzip, gzip, gzip", gzipSync(gzipSync(zeros))],
  ] as const;
  const statuses: number[] = [];
  const more = await duringAttack(async () => {
    for (let round = 0; round < (LONG ? 20 : 3); round += 1) {
      const answers = bombs.map(async ([encoding, bomb]) => {
        const head = envelopeHead(bomb.length, `Content-Encoding: ${encoding}\r\n`);
        const [answer] = await speak(port, Buffer.concat([Buffer.from(head), bomb]));
        statuses.push(answer?.status ?? 0);
        expect(answer?.body.trim()).toMatch(/^[^\r\n]+$/);
      });
      await Promise.all(answers);
    }
  });
  expect(new Set(statuses)).toEqual(new Set([413]));
  expect(more).toBeLessThan(150 * MEGABYTE);
});

const NO_JOB =
  "404 not found: there is no job with this id; it was deleted or the id is mistyped, so copy the address again from the job's page";
const BAD_SHAPE =
  "400 invalid url format: write /ping/UUID or /ping/PING-KEY/SLUG; a slug has at most 128 lower-case letters, digits, - and _";

const MADE_UP = LONG ? 60_000 : 3_000;

it.each([
  ["ids", () => `${randomUUID()}?${"x".repeat(7_900)}`, NO_JOB],
  ["keys", () => `${randomBytes(3_950).toString("hex")}/backup`, BAD_SHAPE],
])(`${MADE_UP} long addresses with made-up %s`, async (_what, makeUp, said) => {
  const more = await duringAttack(async () => {
    for (let sent = 0; sent < MADE_UP; sent += 20) {
      const paths = Array.from({ length: 20 }, makeUp);
      const requests = paths.map((path) => `GET /ping/${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join("");
      const answers = await speak(port, `${requests}GET /ping/${makeUp()} HTTP/1.1\r\nConnection: close\r\n\r\n`);
      expect(new Set(answers.map(({ status, body }) => `${status} ${body}`))).toEqual(new Set([said]));
    }
  });
  expect(more).toBeLessThan(300 * MEGABYTE);
});

it("leave a server that has nothing to complain of but its guests", async () => {
  expect(server.child.exitCode).toBeNull();
  expect(server.said()).not.toMatch(/"level":[56]0/);
});
