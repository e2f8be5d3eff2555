import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { SECOND } from "../../lib/domain/time.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { listUnmatchedPings, systemPage } from "../../lib/services/system.ts";
import { openWorld } from "./world.ts";

test("operators see what runs, what it could not watch, and what went wrong", async () => {
  const { owner, stranger, project, database } = await openWorld({ smtpUrl: "smtp://mail.example.org" });
  const { id: jobId } = await createJob(owner, { projectId: project.id, slug: "broken", name: "Broken" });
  const { pool } = database;
  await pool.query("UPDATE job_state SET fault = 'RangeError: too far'");
  await pool.query(
    `INSERT INTO heartbeats (process_id, host, pid, roles, started_at, beat_at)
     VALUES ($1, 'a', 1, '{sweep}', belfry_now(), belfry_now()),
            ($2, 'b', 2, '{sweep}', belfry_now(), belfry_now() - interval '1 hour')`,
    [randomUUID(), randomUUID()],
  );
  await pool.query("INSERT INTO gaps (from_at, to_at) SELECT belfry_now() - interval '20 s', belfry_now()");
  await pool.query(
    `INSERT INTO unmatched_pings (received_at, project_id, reason, method, path)
     VALUES (belfry_now(), $1, 'not-found', 'GET', '/ping/…/bakcup'), (belfry_now(), NULL, 'invalid-url', 'GET', '/ping/x/y')`,
    [project.id],
  );
  const page = await systemPage(owner);
  expect(page).toMatchObject({
    versions: {
      belfry: expect.stringMatching(/^\d/),
      node: process.version,
      postgres: expect.stringMatching(/^1[4-9]/),
    },
    processes: [{ host: "a", pid: 1, roles: ["sweep"] }],
    counts: { projects: 2, jobs: 1, users: 3, pendingDeliveries: 0, deadLetters: 0 },
    oldestPendingAt: null,
    faulted: [{ jobId, name: "Broken", fault: "RangeError: too far" }],
    unmatched: [{ path: "/ping/x/y" }, { path: "/ping/…/bakcup" }],
    mail: { configured: true },
  });
  expect(page.gaps.map(({ from, to }) => to - from)).toEqual([20 * SECOND]);
  expect(await listUnmatchedPings(owner, { projectId: project.id })).toMatchObject([{ path: "/ping/…/bakcup" }]);
  await expect(systemPage(stranger)).rejects.toMatchObject({ code: "not-found" });
});
