import { afterAll, beforeAll, expect, it } from "vitest";
import { createLog } from "../../lib/log.ts";
import { PLAIN_CREATION } from "../../lib/ping/event.ts";
import { createUnmatchedLog, type Refused } from "../../lib/ping/unmatched.ts";
import { listUnmatched } from "../../lib/store/unmatched.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeProject, type TestProject } from "../support/jobs.ts";
import { startPingServer } from "../support/ping-server.ts";

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
});

afterAll(() => database.close());

const silent = createLog("silent");

function refused(given: Partial<Refused>): Refused {
  return {
    ...{ protocol: "native", receivedAt: Date.now(), reason: "not-found", url: "/ping/x", address: null },
    client: { source: "192.0.2.1", method: "GET", userAgent: null },
    ...given,
  };
}

it("one slug is one mistake, whatever is said of it: start, end and run ids make no other", async () => {
  const server = await startPingServer(database);
  const base = `${server.url}/ping/${project.pingKey}/bakcup`;
  for (const ending of ["/start?rid=0e1a9b1c-5e0c-4cf7-9d0c-6b7f4f0f7b11", "", "/7", "/"]) await fetch(base + ending);
  for (const _ of [1, 2])
    await fetch(`${server.url}/ping/${project.pingKey}/wishes?schedule=61+3+*+*+1&grace=3m&tags=web`);
  await fetch(`${server.url}/ping/${project.pingKey}/made?create=1&schedule=61+2+*+*+*&tz=Europe/Riga`);
  await server.intake.close();
  await server.close();
  const groups = await listUnmatched(database.pool, { projectId: project.id, limit: 10 });
  expect(groups.toSorted((a, b) => b.count - a.count)).toMatchObject([
    { reason: "not-found", slug: "bakcup", count: 4, asked: null, detail: null },
    { reason: "not-found", slug: "wishes", count: 2, asked: { schedule: "61 3 * * 1", grace: "3m", tags: "web" } },
  ]);
});

it("no key is kept in clear, wherever in an address it stands", async () => {
  const dsnKey = "0123456789abcdef0123456789abcdef";
  const { pingKey } = project;
  const log = createUnmatchedLog(database.pool, silent);
  for (const url of [
    `/ping/${pingKey}/Odd Slug`,
    `/p/${pingKey}`,
    `/api/7/cron/my-job/${dsnKey}?status=odd`,
    `/api/7/envelope/?sentry_key=${dsnKey}`,
    `/unknown/${pingKey}`,
  ]) {
    log.note(refused({ reason: "invalid-url", url }));
  }
  const address = { kind: "slug", key: pingKey, slug: "a", environment: "staging" } as const;
  log.note(refused({ url: `/p/${pingKey}/a?env=staging`, address }));
  await log.close();
  const { rows } = await database.pool.query("SELECT * FROM unmatched_pings");
  const text = JSON.stringify(rows);
  expect(rows.length).toBeGreaterThanOrEqual(6);
  expect(text).not.toContain(pingKey);
  expect(text).not.toContain(dsnKey);
  expect(text).toContain("/api/7/envelope/?sentry_key=01234567…");
});

it("a flood of different mistakes is bounded and counted, and what is of a known project has room of its own", async () => {
  const other = await makeProject(database);
  const log = createUnmatchedLog(database.pool, silent);
  for (let index = 0; index < 5_000; index += 1)
    log.note(refused({ url: `/ping/guess-${index}`, reason: "invalid-url" }));
  const address = { kind: "slug", key: other.pingKey, slug: "own-mistake", environment: null } as const;
  log.note(refused({ address, known: true }));
  log.note(refused({ url: "/ping/guess-7", reason: "invalid-url" }));
  await log.close();
  expect(log.dropped).toBe(4_000);
  expect(await listUnmatched(database.pool, { projectId: other.id, limit: 10 })).toMatchObject([
    { slug: "own-mistake" },
  ]);
});

it("whatever clients send can be kept: half characters, control characters, NUL, and very long ones", async () => {
  const other = await makeProject(database);
  const log = createUnmatchedLog(database.pool, silent);
  const odd = "\ud800 \u0000 \u001b[31m \\ \" ' \u202e";
  const address = { kind: "slug", key: other.pingKey, slug: "odd", environment: `${odd}env` } as const;
  const creation = { ...PLAIN_CREATION, name: odd, schedule: "x".repeat(100_000), code: { digest: null } };
  log.note(refused({ address, creation, detail: odd, url: `/ping/${"y".repeat(100_000)}` }));
  await log.close();
  expect(log.dropped).toBe(0);
  const [group] = await listUnmatched(database.pool, { projectId: other.id, limit: 10 });
  expect(group?.path.length).toBeLessThanOrEqual(300);
  expect(JSON.stringify(group?.asked).length).toBeLessThan(2_000);
});

it("without the database refused pings are counted as dropped, and nobody hears an error", async () => {
  const away = await createTestDatabase();
  await away.close();
  const log = createUnmatchedLog(away.pool, silent);
  log.note(refused({}));
  await eventually(() => expect(log.dropped).toBe(1), 10_000);
  await log.close();
});

it("while the database is slow, what comes meanwhile is bounded and kept afterwards", async () => {
  const holder = await database.pool.connect();
  await holder.query("BEGIN");
  await holder.query("LOCK TABLE unmatched_pings");
  const log = createUnmatchedLog(database.pool, silent);
  log.note(refused({ url: "/ping/slow-first", reason: "invalid-url" }));
  await eventually(async () => {
    const { rows } = await holder.query(
      "SELECT FROM pg_locks WHERE relation = 'unmatched_pings'::regclass AND NOT granted",
    );
    expect(rows).toHaveLength(1);
  }, 10_000);
  for (let index = 0; index < 1_500; index += 1)
    log.note(refused({ url: `/ping/slow-${index}`, reason: "invalid-url" }));
  expect(log.dropped).toBe(500);
  await holder.query("ROLLBACK");
  holder.release();
  await log.close();
  const { rows } = await database.pool.query("SELECT FROM unmatched_pings WHERE path LIKE '/ping/slow-%'");
  expect(rows).toHaveLength(1_001);
});
