import { beforeAll, describe, expect, it } from "vitest";
import type { ScheduleSpec } from "../../lib/domain/job.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { findJobRecord, updateJobRecord } from "../../lib/store/jobs.ts";
import { loadStates } from "../../lib/store/states.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeJob, makeProject, settingsOf, type TestProject } from "../support/jobs.ts";
import { cron, every, NO_SCHEDULE } from "../support/scenario.ts";

const GUESSED: ScheduleSpec = { kind: "cron", dialect: "auto", expression: "30 4 * * *", timeZone: "Europe/Riga" };

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
});

/** The schedule as pages read it and as the rules do, which must be the same. */
async function storedSchedule(jobId: string): Promise<ScheduleSpec | undefined> {
  const record = await findJobRecord(database.pool, jobId);
  const states = await inTransaction(database.pool, (client) => loadStates(client, [jobId]));
  expect(states.get(jobId)?.state.job.schedule).toEqual(record?.schedule);
  return record?.schedule;
}

async function dialectOf(jobId: string): Promise<string | undefined> {
  const { rows } = await database.pool.query<{ dialect: string }>("SELECT dialect FROM jobs WHERE id = $1", [jobId]);
  return rows[0]?.dialect;
}

describe("a job's schedule", () => {
  const schedules = [cron("30 4 * * *", "Europe/Riga"), GUESSED, every(5_000), NO_SCHEDULE];

  it.each(schedules.map((schedule) => [JSON.stringify(schedule), schedule] as const))(
    "is kept: %s",
    async (_, spec) => {
      expect(await storedSchedule(await makeJob(database, project, { schedule: spec }))).toEqual(spec);
    },
  );

  it("takes on another dialect", async () => {
    const id = await makeJob(database, project, { schedule: cron("30 4 * * *", "Europe/Riga") });
    await updateJobRecord(database.pool, { jobId: id, settings: settingsOf("changed", GUESSED), scheduleSince: 0 });
    expect(await storedSchedule(id)).toEqual(GUESSED);
    expect(await dialectOf(id)).toBe("auto");
  });

  it("is guessed where its dialect is not known yet", async () => {
    const id = await makeJob(database, project, { schedule: cron("30 4 * * *", "Europe/Riga") });
    await database.pool.query("UPDATE jobs SET dialect = 'of-tomorrow' WHERE id = $1", [id]);
    expect(await storedSchedule(id)).toEqual(GUESSED);
  });
});

describe("a new job", () => {
  const daysUntilLooked = async (spec: ScheduleSpec) => {
    const { rows } = await database.pool.query<{ days: number | null }>(
      `SELECT extract(epoch FROM s.check_at - j.created_at)::float8 / 86400 AS days
       FROM job_state s JOIN jobs j ON j.id = s.job_id WHERE s.job_id = $1`,
      [await makeJob(database, project, { schedule: spec })],
    );
    return rows[0]?.days;
  };

  it("is looked at when it should have been heard of, and never without a schedule", async () => {
    expect(await daysUntilLooked(every(60_000))).toBeCloseTo(1, 5);
    expect(await daysUntilLooked(every(86_400_000))).toBeCloseTo(2 + 1 / 24, 5);
    expect(await daysUntilLooked(NO_SCHEDULE)).toBeNull();
  });
});
