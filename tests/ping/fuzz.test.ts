import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashKey } from "../../lib/store/secrets.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeJob, makeProject } from "../support/jobs.ts";
import { residentBytes } from "../support/memory.ts";
import { type Targets, wildEnvelopes, wildPings, type WildRequest } from "../support/ping-requests.ts";
import { answersIn, type RawAnswer, readText } from "../support/raw-http.ts";
import { makeDataFolder, type ServerProcess, startServerProcess } from "../support/server.ts";
import { LONG } from "../support/size.ts";

/** Of each of the two halves. */
const FUZZ_MS = LONG ? 30_000 : 1_500;
const AT_ONCE = 12;
/** 421: no page is served here. */
const STATUSES = [200, 201, 202, 204, 400, 401, 403, 404, 405, 408, 413, 414, 421, 431];
const MEGABYTE = 1_000_000;

let database: TestDatabase;
let targets: Targets;
let server: ServerProcess;
let port: number;
const folder = makeDataFolder();

beforeAll(async () => {
  database = await createTestDatabase();
  const project = await makeProject(database);
  const jobId = await makeJob(database, project, { slug: "fuzzed" });
  const dsnKey = "0123456789abcdef0123456789abcdef";
  await database.pool.query(
    "INSERT INTO api_keys (project_id, scope, hash, prefix) VALUES ($1, 'dsn', $2, '01234567')",
    [project.id, hashKey(dsnKey)],
  );
  targets = { jobId, pingKey: project.pingKey, slug: "fuzzed", dsnKey };
  server = startServerProcess({
    DATABASE_URL: database.url,
    DATA_DIR: folder.path,
    BELFRY_ROLES: "pings,sweep",
    LOG_LEVEL: "info",
    SECRET_KEY: "k".repeat(40),
    TRUSTED_PROXIES: "127.0.0.0/8",
  });
  port = Number(new URL(await server.url).port);
});

afterAll(async () => {
  await server?.end("SIGTERM");
  await database?.close();
  folder.remove();
});

/** What was said to a request; the interim answers of `Expect` are left out. */
async function ask({ bytes, head }: WildRequest): Promise<RawAnswer> {
  const socket = connect(port, "127.0.0.1");
  // Half closed: what has no end is known to have none, instead of being waited for.
  socket.end(bytes);
  const answers = answersIn(await readText(socket, 30_000), head).filter(({ status }) => status >= 200);
  expect(answers, bytes.toString("latin1")).toHaveLength(1);
  return answers[0] ?? { status: 0, headers: new Map(), body: "" };
}

async function storedBy(agent: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM all_pings WHERE user_agent = $1",
    [agent],
  );
  return rows[0]?.count ?? Number.NaN;
}

/** Sends some at once and looks at what was said and stored of each. */
async function examine(make: (agent: string) => fc.Arbitrary<WildRequest>): Promise<void> {
  const before = residentBytes(server.child.pid);
  let asked = 0;
  const agent = `fuzz-${randomUUID().slice(0, 8)}`;
  const property = fc.asyncProperty(fc.array(make(agent), { minLength: 1, maxLength: AT_ONCE }), async (requests) => {
    asked += 1;
    const run = `${agent}-${asked}`;
    await Promise.all(
      requests.map(async ({ bytes, ...request }, index) => {
        const own = `${run}-${index}`;
        const marked = Buffer.from(bytes.toString("latin1").replace(agent, own), "latin1");
        const { status, body } = await ask({ ...request, bytes: marked });
        const stored = await storedBy(own);
        const said = JSON.stringify([marked.toString("latin1").slice(0, 2_000), status, body, stored]);
        expect(status, said).toBeOneOf(STATUSES);
        if (status >= 400 && status !== 421 && !request.head) expect(body.trim(), said).toMatch(/^[^\r\n]{1,500}$/);
        if (status === 204 || status >= 401) expect(stored, said).toBe(0);
        if (status >= 200 && status <= 202) expect(stored, said).toBeGreaterThanOrEqual(request.least);
        expect(stored, said).toBeLessThanOrEqual(request.most);
      }),
    );
  });
  await fc.assert(property, { numRuns: 1_000_000, interruptAfterTimeLimit: FUZZ_MS });
  expect(residentBytes(server.child.pid) - before).toBeLessThan(300 * MEGABYTE);
}

describe("requests by chance are answered in one line, and what is answered as a ping is stored once", () => {
  it("addresses, headers and bodies of all protocols", () => examine((agent) => wildPings(targets, agent)));

  it("envelopes", () => examine((agent) => wildEnvelopes(targets, agent)));
});

it("all that leaves the server sound", () => {
  expect(server.child.exitCode).toBeNull();
  expect(server.said()).not.toMatch(/"level":[56]0/);
});
