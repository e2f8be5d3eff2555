import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createReports, reportDue } from "../../lib/checker/reports.ts";
import type { ReportFacts } from "../../lib/domain/reports/report-facts.ts";
import { DAY, HOUR, MINUTE } from "../../lib/domain/time.ts";
import { openClock } from "../../lib/store/clock.ts";
import { openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeChannel, makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { addPerson } from "../support/outbox.ts";

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.pool.query("TRUNCATE projects, users, alerts, runs CASCADE");
  await offsetClock(database, 0);
  project = await makeProject(database);
});
afterAll(() => database.close());

/** One turn of the loop. */
async function turn(mailWorks = true): Promise<number | null> {
  const clock = await openClock(database.pool);
  const channels = { list: () => [], mailWorks };
  const deps = { pool: database.pool, clock, log: pino({ level: "silent" }), channels };
  return reportDue(deps, new AbortController().signal);
}

/** A report that was due an hour ago. */
async function subscribe(email: string, period: string, timeZone = "UTC"): Promise<void> {
  await database.pool.query(
    `INSERT INTO report_subscriptions (project_id, user_id, period, time_zone, next_at)
     SELECT $1, id, $3, $4, belfry_now() - interval '1 hour' FROM users WHERE email = $2`,
    [project.id, email, period, timeZone],
  );
}

type Made = { recipient: string; priority: number; facts: ReportFacts };

async function listMade(): Promise<Made[]> {
  const { rows } = await database.pool.query<Made>(
    `SELECT d.recipient, d.priority, a.facts FROM deliveries d JOIN alerts a ON a.id = d.alert_id
     WHERE a.event = 'report' ORDER BY d.ordinal`,
  );
  return rows;
}

describe("reports that are due", () => {
  test("are in the outbox once, behind alarms, whatever the number of processes", async () => {
    const owner = await addPerson(database, "owner@example.org", { owns: project });
    await subscribe(owner, "week");
    await Promise.all([turn(), turn(), turn()]);
    const made = await listMade();
    expect(made.map(({ recipient, priority, facts }) => [recipient, priority, facts.period])).toEqual([
      [owner, 2, "week"],
    ]);
    expect((made[0]?.facts.to ?? 0) - (made[0]?.facts.from ?? 0)).toBe(7 * DAY);
  });

  test("are not made up for after a time without us: there is one, about the last whole day", async () => {
    await subscribe(await addPerson(database, "owner@example.org", { owns: project }), "day");
    await offsetClock(database, 10 * DAY);
    const next = await turn();
    const [made, ...others] = await listMade();
    expect(others).toEqual([]);
    const now = Date.now() + 10 * DAY;
    expect(now - (made?.facts.to ?? 0)).toBeLessThan(DAY + MINUTE);
    expect(next).toBeGreaterThan(now);
    expect(next ?? 0).toBeLessThan(now + DAY + MINUTE);
    await turn();
    expect(await listMade()).toHaveLength(1);
  });

  test("wait where no mail can be sent, and come when it can again", async () => {
    await subscribe(await addPerson(database, "owner@example.org", { owns: project }), "month");
    expect(await turn(false)).toBeNull();
    expect(await listMade()).toEqual([]);
    await turn();
    expect(await listMade()).toHaveLength(1);
  });

  test("end for whoever is no member any more", async () => {
    await subscribe(await addPerson(database, "gone@example.org"), "day");
    expect(await turn()).toBeNull();
    expect(await listMade()).toEqual([]);
    expect((await database.pool.query("SELECT FROM report_subscriptions")).rowCount).toBe(0);
  });

  test("come by UTC where nobody knows the zone any more, and do not keep others waiting", async () => {
    await subscribe(await addPerson(database, "a@example.org", { owns: project }), "day", "Mars/Olympus");
    await subscribe(await addPerson(database, "b@example.org", { owns: project }), "day", "Asia/Tokyo");
    await turn();
    const zones = (await listMade()).map(({ facts }) => facts.timeZone);
    expect(zones.toSorted()).toEqual(["Asia/Tokyo", "UTC"]);
  });
});

test("people who get the same report get the same figures, each with what they may do", async () => {
  const owner = await addPerson(database, "owner@example.org", { owns: project });
  const viewer = await addPerson(database, "viewer@example.org");
  await database.pool.query(
    "INSERT INTO members (project_id, user_id, role) SELECT $1, id, 'viewer' FROM users WHERE email = $2",
    [project.id, viewer],
  );
  for (const email of [owner, viewer]) await subscribe(email, "week");
  await turn();
  const [one, other] = (await listMade()).toSorted((a, b) => a.recipient.localeCompare(b.recipient));
  expect(one?.facts).toMatchObject({ mayChange: true });
  expect(other?.facts).toEqual({ ...one?.facts, userId: other?.facts.userId, mayChange: false });
  expect(other?.facts.userId).not.toBe(one?.facts.userId);
});

test("the loop makes what is due and ends when it is told to", async () => {
  await subscribe(await addPerson(database, "owner@example.org", { owns: project }), "day");
  const clock = await openClock(database.pool);
  const log = pino({ level: "silent" });
  const loop = createReports({ pool: database.pool, clock, log, channels: { list: () => [], mailWorks: true } });
  loop.start();
  await eventually(async () => expect(await listMade()).toHaveLength(1), 10_000);
  await loop.stop();
});

describe("what a report tells", () => {
  async function factsOf(period: string, ahead = 0): Promise<ReportFacts> {
    await offsetClock(database, ahead);
    await subscribe(await addPerson(database, "owner@example.org", { owns: project }), period);
    await turn();
    const [made] = await listMade();
    if (made === undefined) throw new Error("There is no report.");
    return made.facts;
  }

  const names = ({ top }: { top: readonly { name: string }[] }): string[] => top.map(({ name }) => name);

  test("is what failed, how long, and what still does", async () => {
    await makeChannel(database, project);
    const mended = await openIncident(database, project, { name: "mended" });
    await openIncident(database, project, { name: "broken" });
    const wrong = await openIncident(database, project, { name: "wrong alarm" });
    await planNow(database);
    await offsetClock(database, HOUR);
    await resolveIncident(database, mended);
    await resolveIncident(database, wrong, "withdrawn");
    const facts = await factsOf("month", 32 * DAY);
    expect(names(facts.failed)).toEqual(["broken", "mended"]);
    expect(facts.stillDown).toBe(1);
    expect(facts.failed.top[1]?.downMs).toBeGreaterThan(HOUR - MINUTE);
    expect(facts.failed.top[1]?.downMs).toBeLessThan(HOUR + MINUTE);
    expect(facts.totals).toMatchObject({ jobs: 3, incidents: 3 });
    const { installedAt = 0, firstJobAt = 0 } = facts.since ?? {};
    expect(installedAt).toBeGreaterThan(facts.from - 32 * DAY);
    expect(firstJobAt ?? 0).toBeGreaterThanOrEqual(installedAt);
    expect(facts.totals.alerts).toBeGreaterThanOrEqual(3);
  });

  test("is which jobs are noisy, silent and told to nobody, and which channels are broken", async () => {
    const channel = await makeChannel(database, project);
    await database.pool.query(
      "UPDATE channels SET broken_at = belfry_now(), broken_reason = '410 gone' WHERE id = $1",
      [channel],
    );
    const { id, jobId } = await openIncident(database, project, { name: "noisy" });
    await database.pool.query(
      `WITH alert AS (
         INSERT INTO alerts (id, project_id, job_id, incident_id, event, sequence, created_at, facts)
         SELECT gen_random_uuid(), $1, $2, $3, 'reminder', n, belfry_now(), '{}' FROM generate_series(1, 6) n RETURNING id
       )
       INSERT INTO deliveries (alert_id, channel_id, job_id, next_attempt_at, created_at)
       SELECT id, $4, $2, belfry_now(), belfry_now() FROM alert`,
      [project.id, jobId, id, channel],
    );
    await makeJob(database, project, { slug: "silent" });
    const facts = await factsOf("month", 32 * DAY);
    expect(facts.noisy.top).toMatchObject([{ name: "noisy", alerts: 6 }]);
    expect(names(facts.silent)).toContain("silent");
    expect(facts.broken.top).toEqual([{ name: "Hook", kind: "webhook", reason: "410 gone" }]);
    expect(names(facts.untold)).toEqual(["noisy", "silent"]);
    expect(facts.fallback).toBeNull();
  });

  test("is who gets the alarms of a project without channels", async () => {
    await makeJob(database, project);
    const facts = await factsOf("week");
    expect(facts.fallback).toEqual(["owner@example.org"]);
    expect(facts.untold.total).toBe(0);
  });

  /** Good runs of a job of every hour: they start `late` after their slots and take `lengthMs`. */
  async function addRuns(
    jobId: string,
    { from, hours, late, lengthMs }: Record<"from" | "hours" | "late" | "lengthMs", number>,
  ) {
    const first = Math.floor(from / HOUR) * HOUR;
    await database.pool.query(
      `INSERT INTO runs (job_id, number, outcome, slot_at, started_at, finished_at, duration_ms, settled_at)
       SELECT $1, coalesce((SELECT max(number) FROM runs WHERE job_id = $1), 0) + n, 'ok', s.at,
         s.at + $4 * interval '1 ms', s.at + ($4 + $5) * interval '1 ms', $5, s.at + ($4 + $5) * interval '1 ms'
       FROM generate_series(1, $3) AS n, LATERAL (SELECT $2::timestamptz + n * interval '1 hour' AS at) s`,
      [jobId, new Date(first), hours, late, lengthMs],
    );
    await database.pool.query("UPDATE job_state SET first_ping_at = $2, last_ok_at = $2 WHERE job_id = $1", [
      jobId,
      new Date(from),
    ]);
  }

  const HOURLY = { kind: "cron", dialect: "auto", expression: "0 * * * *", timeZone: "UTC" } as const;

  test("is which jobs take longer than in the weeks before", async () => {
    const jobId = await makeJob(database, project, { slug: "reindex", schedule: HOURLY });
    const today = Math.floor(Date.now() / DAY) * DAY;
    await addRuns(jobId, { from: today - 20 * DAY, hours: 24, late: 0, lengthMs: 5 * MINUTE });
    await addRuns(jobId, { from: today - DAY - HOUR, hours: 24, late: 0, lengthMs: 15 * MINUTE });
    const facts = await factsOf("day");
    expect(facts.slower.top).toEqual([{ jobId, name: "reindex", beforeMs: 5 * MINUTE, nowMs: 15 * MINUTE }]);
    expect(facts.totals.ok).toBe(24);
  });

  test("is a grace that would suit runs that always come late", async () => {
    const start = Date.now() - 5 * DAY;
    const limits = { graceMs: 5 * MINUTE };
    const late = await makeJob(database, project, { slug: "late", schedule: HOURLY, limits });
    await addRuns(late, { from: start, hours: 48, late: 9 * MINUTE, lengthMs: MINUTE });
    const fine = await makeJob(database, project, { slug: "fine", schedule: HOURLY });
    await addRuns(fine, { from: start, hours: 48, late: 1_000, lengthMs: MINUTE });
    const elsewhere = await makeJob(database, project, {
      slug: "elsewhere",
      schedule: { ...HOURLY, expression: "0 0 * * *" },
    });
    await addRuns(elsewhere, { from: start, hours: 48, late: 0, lengthMs: MINUTE });
    const facts = await factsOf("week");
    expect(facts.graces.top).toEqual([
      { jobId: late, name: "late", graceMs: 5 * MINUTE, proposedMs: 20 * MINUTE, usualMs: 9 * MINUTE },
    ]);
  });
});
