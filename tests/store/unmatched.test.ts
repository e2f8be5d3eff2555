import { afterEach, beforeEach, expect, it } from "vitest";
import type { UnmatchedReason } from "../../lib/domain/unmatched.ts";
import { hashKey } from "../../lib/store/secrets.ts";
import {
  countUnmatched,
  listUnmatched,
  pruneUnmatched,
  UNMATCHED_KEPT,
  type UnmatchedRecord,
  upsertUnmatched,
} from "../../lib/store/unmatched.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { unmatchedOf } from "../support/unmatched.ts";

const DAY = 86_400_000;

let database: TestDatabase;
let project: TestProject;

beforeEach(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
});

afterEach(() => database.close());

const add = (...records: UnmatchedRecord[]) => upsertUnmatched(database.pool, records);
const list = (projectId: string | null) => listUnmatched(database.pool, { projectId, limit: 20_000 });

/** Of this project: its key was known. */
function own(slug: string, given: Partial<UnmatchedRecord> = {}): UnmatchedRecord {
  return unmatchedOf({ slug, keyHash: hashKey(project.pingKey), ...given });
}

it("pings of one cause are one group: counted, with their first and last time and what came latest", async () => {
  const from = { firstAt: 1_000, lastAt: 2_000 };
  expect(await add(own("backup", { ...from, count: 2, asked: { schedule: "@daily" }, source: "192.0.2.1" }))).toBe(1);
  const again = { firstAt: 500, lastAt: 9_000, count: 3, method: "POST", source: "192.0.2.2", detail: "late" };
  expect(await add(own("backup", again), own("other"))).toBe(1);
  const [, group] = await list(project.id);
  expect(group).toMatchObject({
    ...{ projectId: project.id, reason: "not-found", slug: "backup", environment: null, count: 5 },
    ...{ firstAt: 500, lastAt: 9_000, method: "POST", source: "192.0.2.2", detail: "late" },
    asked: { schedule: "@daily" },
  });
});

it("each protocol, reason and subject is a group of its own, and so is each project", async () => {
  const other = await makeProject(database);
  const reasons: UnmatchedReason[] = ["not-found", "rate-limited"];
  await add(
    ...reasons.map((reason) => own("a", { reason })),
    own("a", { protocol: "sentry" }),
    own("b"),
    unmatchedOf({ slug: "a", keyHash: hashKey(other.pingKey) }),
    unmatchedOf({ slug: "a", keyHash: hashKey("bfp_nobody") }),
  );
  expect([await list(project.id), await list(other.id), await list(null)].map((rows) => rows.length)).toEqual([
    4, 1, 1,
  ]);
});

it("two groups of one statement that turn out to be the same are added up", async () => {
  const jobId = await makeJob(database, project);
  const second = hashKey("bfp_second");
  await database.pool.query("INSERT INTO api_keys (project_id, scope, hash, prefix) VALUES ($1, 'ping', $2, 'bfp_')", [
    project.id,
    second,
  ]);
  expect(await add(own("a", { count: 2 }), own("a", { count: 3, keyHash: second }))).toBe(1);
  expect(await list(project.id)).toMatchObject([{ count: 5 }]);
  expect(await add(unmatchedOf({ jobId, reason: "rate-limited", subject: jobId }))).toBe(1);
  expect(await list(project.id)).toHaveLength(2);
});

it("keys that have expired still say whose mistake it is", async () => {
  await database.pool.query("UPDATE api_keys SET expires_at = belfry_now() - interval '1 day'");
  await add(own("a", { reason: "unknown-key" }));
  expect(await list(project.id)).toMatchObject([{ reason: "unknown-key" }]);
});

it("is settled as soon as there is such a job", async () => {
  await add(own("a"), own("b", { environment: "staging" }), own("c", { reason: "rate-limited" }));
  expect(await countUnmatched(database.pool, { projectId: project.id, since: 0 })).toBe(3);
  for (const slug of ["a", "b", "c"]) await makeJob(database, project, { slug });
  expect((await list(project.id)).map(({ slug }) => slug)).toEqual(["c", "b"]);
  expect(await countUnmatched(database.pool, { projectId: project.id, since: 0 })).toBe(2);
  expect(await countUnmatched(database.pool, { projectId: project.id, since: Date.now() + DAY })).toBe(0);
});

it("a scanner without a key pushes out its own groups, never a project's", async () => {
  await add(own("a"));
  const scan = (from: number, count: number) =>
    add(
      ...Array.from({ length: count }, (_, n) =>
        unmatchedOf({ subject: `scan-${from + n}`, lastAt: 1_000_000_000 + n }),
      ),
    );
  await add(unmatchedOf({ subject: "often", count: 9, lastAt: 1 }), unmatchedOf({ subject: "once", lastAt: 1 }));
  for (let from = 0; from < 3_000; from += 1_000) await scan(from, 1_000);
  await offsetClock(database, 1_000_000_000 - Date.now());
  expect(await pruneUnmatched(database.pool)).toBe(3_002 - UNMATCHED_KEPT.strangers);
  expect(await list(project.id)).toHaveLength(1);
  const left = await list(null);
  expect(left).toHaveLength(UNMATCHED_KEPT.strangers);
  // A mistake that is made again and again outlives those that were made once.
  expect(left.map(({ count }) => count)).toContain(9);
});

it("a project keeps 500, and where there are too many in all, those with the most lose theirs", async () => {
  const busy = await Promise.all(Array.from({ length: 21 }, () => makeProject(database)));
  await add(own("a", { lastAt: Date.now() - DAY }));
  for (const { pingKey } of busy) {
    const keyHash = hashKey(pingKey);
    await add(
      ...Array.from({ length: 600 }, (_, n) => unmatchedOf({ subject: `s-${n}`, keyHash, lastAt: Date.now() + n })),
    );
  }
  await pruneUnmatched(database.pool);
  const { rows } = await database.pool.query<{ count: number }>(
    "SELECT count(*) FROM unmatched_pings GROUP BY project_id ORDER BY 1",
  );
  const counts = rows.map(({ count }) => count);
  expect(counts[0]).toBe(1);
  expect(Math.max(...counts)).toBeLessThanOrEqual(UNMATCHED_KEPT.project);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(UNMATCHED_KEPT.projects);
  expect(Math.max(...counts) - Math.min(...counts.slice(1))).toBeLessThanOrEqual(1);
});

it("what nobody does wrong any longer is forgotten after 30 days, and with its project", async () => {
  await add(own("a"));
  await offsetClock(database, 29 * DAY);
  expect(await pruneUnmatched(database.pool)).toBe(0);
  await offsetClock(database, 31 * DAY);
  expect(await pruneUnmatched(database.pool)).toBe(1);
  await add(own("a"));
  await database.pool.query("DELETE FROM projects");
  expect(await database.pool.query("SELECT FROM unmatched_pings")).toMatchObject({ rowCount: 0 });
});

it("processes that write the same groups at once do not wait for each other for ever", async () => {
  const groups = Array.from({ length: 200 }, (_, n) => own(`s-${n}`));
  await Promise.all([add(...groups), add(...groups.toReversed()), add(...groups), add(...groups.toReversed())]);
  expect((await list(project.id)).map(({ count }) => count)).toEqual(Array.from({ length: 200 }, () => 4));
});
