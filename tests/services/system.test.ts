import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { systemPage, zoneHints } from "../../lib/services/system.ts";
import { listUnmatchedPings } from "../../lib/services/unmatched.ts";
import { saveZoneVersion } from "../../lib/store/zones.ts";
import { addAlert, addChannel, addIncident } from "../support/outbox.ts";
import { addUnmatched } from "../support/unmatched.ts";
import { openWorld } from "./world.ts";

test("operators see what runs, what it could not watch, and what went wrong", async () => {
  const { owner, stranger, project, database } = await openWorld({
    smtpUrl: "smtp://mail.example.org",
    watchdogUrl: "https://watch.example.org/ping/secret",
  });
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
    `INSERT INTO unmatched_pings (project_id, protocol, reason, subject, method, path, count, first_at, last_at)
     SELECT project_id::uuid, 'native', reason, path, 'GET', path, 1, belfry_now(), belfry_now()
     FROM (VALUES ($1, 'not-found', '/ping/…/bakcup'), (NULL, 'invalid-url', '/ping/x/y')) AS v (project_id, reason, path)`,
    [project.id],
  );
  await addUnmatched(database, project.id, ["busy", "busier"], { reason: "rate-limited", count: 3 });
  await pool.query("UPDATE unmatched_pings SET count = 4 WHERE slug = 'busier'");
  await saveZoneVersion(pool, "2999a");
  const page = await systemPage(owner);
  expect(page).toMatchObject({
    versions: {
      belfry: expect.stringMatching(/^\d/),
      node: process.version,
      postgres: expect.stringMatching(/^1[4-9]/),
    },
    timeZones: {
      shipped: expect.stringMatching(/^20\d\d[a-z]/),
      engine: process.versions["tz"],
      used: { version: expect.stringMatching(/^20\d\d[a-z]/) },
      hints: expect.arrayContaining([
        "Another process of this installation goes by tzdata 2999a: upgrade this one too.",
      ]),
    },
    processes: [{ host: "a", pid: 1, roles: ["sweep"] }],
    counts: { projects: 2, jobs: 1, users: 3, pendingDeliveries: 0, deadLetters: 0 },
    ...{ oldestPendingAt: null, oldestUnplannedAt: null, lag: null },
    faulted: [{ jobId, name: "Broken", fault: "RangeError: too far" }],
    unmatched: [{ path: "/ping/x/y" }],
    limited: { pings: 7, projects: 1 },
    mail: { configured: true },
    watchdogHost: "watch.example.org",
  });
  expect(page.gaps.map(({ from, to }) => to - from)).toEqual([20 * SECOND]);
  expect(await listUnmatchedPings(owner, { projectId: project.id })).toContainEqual(
    expect.objectContaining({ path: "/ping/…/bakcup" }),
  );
  await expect(systemPage(stranger)).rejects.toMatchObject({ code: "not-found" });
});

test("operators see how soon people heard of troubles, and what is held back", async () => {
  const { owner, project, database } = await openWorld();
  const channelId = await addChannel(database, project, { to: "ops@example.org" });
  const incident = await addIncident(database, project);
  const [deliveryId] = await addAlert(database, incident, "opened", [channelId]);
  await database.pool.query(
    `WITH message AS (INSERT INTO messages (id, channel_id, started_at)
       SELECT gen_random_uuid(), $1, lag_from + interval '1.5 s' FROM deliveries WHERE id = $2 RETURNING id)
     INSERT INTO message_deliveries (message_id, delivery_id, attempt) SELECT id, $2, 1 FROM message`,
    [channelId, deliveryId],
  );
  await database.pool.query(
    `INSERT INTO alerts (id, event, sequence, created_at, plan_at, hold, facts)
     SELECT gen_random_uuid(), 'opened', 1, to_timestamp(minute * 60), belfry_now(), hold, '{}'
     FROM unnest(ARRAY[1, 2], ARRAY['window', NULL]) AS x(minute, hold)`,
  );
  const { counts, lag, oldestUnplannedAt } = await systemPage(owner);
  expect({ held: counts.heldAlerts, lag, oldestUnplannedAt }).toEqual({
    held: 1,
    lag: { medianMs: 1_500, p99Ms: 1_500 },
    oldestUnplannedAt: 2 * MINUTE,
  });
});

test.each([
  ["2026f", "system", "2026f", []],
  ["2025b", "shipped", null, ["The tzdata of this system (2025b) is older than the one in use (2026f)"]],
  ["unknown", "shipped", "2026f", ["The tzdata of this system (unknown) is older than the one in use (2026f)"]],
  [null, "shipped", "2026c", ["This system has no time zones of its own"]],
  [null, "shipped", "2026g", ["This system has no time zones of its own", "Another process of this installation"]],
] as const)("operators hear which time zones are old: system %s, in use those of the %s, elsewhere %s", (...row) => {
  const [system, source, elsewhere, hints] = row;
  const report = { system, shipped: "2026f", engine: "2025c", used: { source, version: "2026f" } };
  expect(zoneHints(report, elsewhere)).toEqual(hints.map((hint) => expect.stringContaining(hint)));
});
