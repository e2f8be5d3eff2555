import { expect, test } from "vitest";
import { jobOfPing } from "../../lib/server/job-of-ping.ts";

const NOTHING = { schedule: null, dialect: null, timeZone: null, grace: null, maxRuntime: null, jitter: null };

test("a first ping that asks for nothing makes a job without a schedule", () => {
  expect(jobOfPing("backup", NOTHING)).toMatchObject({ slug: "backup", schedule: { kind: "none" }, allChannels: true });
});

test("a first ping may name schedule, dialect and zone", () => {
  const request = { ...NOTHING, schedule: "0 2 * * *", timeZone: "Europe/Riga" };
  const schedule = { kind: "cron", dialect: "auto", expression: "0 2 * * *", timeZone: "Europe/Riga" };
  expect(jobOfPing("backup", request).schedule).toEqual(schedule);
  expect(jobOfPing("backup", { ...request, dialect: "vixie" }).schedule).toEqual({ ...schedule, dialect: "vixie" });
});

test("an unknown dialect is refused with those that there are", () => {
  expect(() => jobOfPing("backup", { ...NOTHING, dialect: "crond" })).toThrow(/"crond"; use one of auto, vixie, .*\.$/);
});

test("a first ping may say how long its scheduler dawdles, and is told what a duration looks like", () => {
  const request = { ...NOTHING, schedule: "0 2 * * *" };
  expect(jobOfPing("backup", { ...request, jitter: "5m" }).limits.jitterMs).toBe(300_000);
  expect(jobOfPing("backup", request).limits.jitterMs).toBe(0);
  expect(() => jobOfPing("backup", { ...request, jitter: "soon" })).toThrow('"soon" is no duration for the jitter');
});
