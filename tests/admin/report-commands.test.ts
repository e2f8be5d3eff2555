import { afterAll, beforeAll, expect, test } from "vitest";
import { runAdmin } from "../../lib/server/admin/run.ts";
import { openWorld, type World } from "../services/world.ts";

let world: World;
let project: string;

beforeAll(async () => {
  world = await openWorld({ smtpUrl: "smtp://127.0.0.1:9" });
  project = world.project.id;
});
afterAll(() => world.database.close());

/** What a command prints. */
async function run(...words: string[]) {
  const open = () => Promise.resolve({ ctx: world.system, close: () => Promise.resolve() });
  const { output } = await runAdmin(words, open);
  return JSON.parse(JSON.stringify(output));
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("a report is printed as its mail tells it, with its span", async () => {
  const report = await run("report", "--project", project, "--period", "day", "--tz", "Europe/Riga");
  expect(report).toMatchObject({
    ...{ title: "Your day in Night shift", days: expect.stringMatching(/, Europe\/Riga$/), sections: [] },
    ...{ from: expect.stringMatching(ISO), to: expect.stringMatching(ISO), totals: { jobs: 0, bad: 0 } },
  });
  expect(await run("report", "--project", project, "--period", "year")).toEqual({
    error: expect.stringContaining("day, week, month"),
  });
});

test("reports are set for a member, and ended", async () => {
  const words = ["set-reports", "--project", project, "--email", "teammate@example.org"];
  expect(await run(...words, "--periods", "day,month", "--tz", "Asia/Tokyo")).toEqual({
    reports: [
      { period: "day", timeZone: "Asia/Tokyo", nextAt: expect.stringMatching(/T23:00:00\.000Z$/) },
      { period: "month", timeZone: "Asia/Tokyo", nextAt: expect.stringMatching(/T23:00:00\.000Z$/) },
    ],
  });
  expect(await run(...words, "--periods", "none")).toEqual({ reports: [] });
});

test("a drill is started, listed and planned", async () => {
  expect(await run("drill", "--project", project)).toEqual({ id: expect.any(String), messages: 1 });
  const planned = await run("set-drills", "--project", project, "--every", "quarter", "--tz", "Europe/Riga");
  expect(planned).toEqual({ every: "quarter", nextAt: expect.stringMatching(ISO) });
  expect(await run("drills", "--project", project)).toMatchObject({
    ...planned,
    drills: [
      {
        ...{ requestedBy: "the command line", startedAt: expect.stringMatching(ISO) },
        results: [{ channelId: null, to: "owner@example.org", state: "pending", sentAt: null, seenAt: null }],
      },
    ],
  });
  expect(await run("set-drills", "--project", project, "--every", "never")).toEqual({ every: "never", nextAt: null });
});
