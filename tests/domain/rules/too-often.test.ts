import { describe, expect, it } from "vitest";
import { cron, every, instant, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";
import type { Limits, ScheduleSpec } from "../../../lib/domain/job.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../lib/domain/time.ts";

const DAILY = cron("0 3 * * *");
const HOURLY = cron("0 * * * *");

/** Successes every so often, from day 1, 03:00:05 on, for so long. */
function runs(schedule: ScheduleSpec, everyMs: number, forMs: number, limits: Partial<Limits> = {}): Scenario {
  const job = new Scenario(schedule, limits);
  const from = instant("03:00:05");
  for (let at = from; at < from + forMs; at += everyMs) job.ping("success", at);
  return job;
}

describe("runs that no slot asks for", () => {
  it("are told where they come far too often over more than one slot, once", () => {
    const job = runs(DAILY, HOUR, 3 * DAY);
    expect(job.told()).toEqual(["opened too-often"]);
    expect(job.alerts[0]).toMatchObject({ event: "opened", facts: { severity: "warning" } });
    expect(job.alerts[0]?.at).toBe(instant("2 04:00:05"));
    expect(job.status("4 02:30")).toBe("ok");
    expect(job.facts().warning).toBe(true);
  });

  it("are told of three runs a slot, and not of two", () => {
    expect(runs(HOURLY, 20 * MINUTE, DAY).told()).toEqual(["opened too-often"]);
    expect(runs(HOURLY, 30 * MINUTE, DAY).told()).toEqual([]);
  });

  it("end as usual when three runs in a row had their slots", () => {
    const job = runs(HOURLY, 20 * MINUTE, 5 * HOUR);
    job.ping("success", "08:00:05").ping("success", "09:00:05");
    expect(job.told()).toEqual(["opened too-often"]);
    job.ping("success", "10:00:05");
    expect(job.told()).toEqual(["opened too-often", "resolved too-often"]);
    expect(job.alerts.at(-1)?.facts.resolveReason).toBe("usual");
  });

  it("are a person's business where all are of one slot, however many", () => {
    const job = new Scenario(DAILY).ping("success", "03:00:05");
    for (let minute = 1; minute < 40; minute += 1) job.ping("success", instant("10:00") + minute * MINUTE);
    job.ping("success", "2 03:00:05").ping("success", "3 03:00:05");
    expect(job.told()).toEqual([]);
  });

  it("are fine for two machines that share a job, and for tries after failures", () => {
    const shared = new Scenario(HOURLY);
    const tried = new Scenario(HOURLY);
    for (let at = instant("03:00:05"); at < instant("2 03:00"); at += HOUR) {
      shared.ping("success", at, { host: "a" }).ping("success", at + 20 * SECOND, { host: "b" });
      for (const minutes of [0, 2, 4]) tried.ping("fail", at + minutes * MINUTE);
      tried.ping("success", at + 6 * MINUTE);
    }
    expect(shared.told()).toEqual([]);
    expect(tried.told().filter((line) => line.endsWith("too-often"))).toEqual([]);
  });

  it("are fine for intervals, which say how long silence may last, and without a schedule", () => {
    expect(runs(every(HOUR), MINUTE, 6 * HOUR).told()).toEqual([]);
    expect(runs(NO_SCHEDULE, MINUTE, 6 * HOUR).told()).toEqual([]);
  });

  it("are not told where the job says that they are fine, and no more once it says so", () => {
    expect(runs(HOURLY, 10 * MINUTE, DAY, { tooOften: "ignore" }).told()).toEqual([]);
    const job = runs(HOURLY, 10 * MINUTE, DAY).edit("2 03:05", { limits: { tooOften: "ignore" } });
    expect(job.told()).toEqual(["opened too-often", "resolved too-often"]);
    expect(job.events.at(-1)).toMatchObject({ kind: "resolved", resolveReason: "edited" });
  });

  it("of an earlier schedule count for nothing", () => {
    const job = runs(DAILY, HOUR, 3 * DAY).edit("4 03:05", { schedule: HOURLY });
    expect(job.events.at(-1)).toMatchObject({ kind: "resolved", resolveReason: "edited" });
    for (let at = instant("4 04:00:05"); at < instant("5 04:00"); at += HOUR) job.ping("success", at);
    expect(job.told()).toEqual(["opened too-often", "resolved too-often"]);
  });

  it("count for nothing where the clock was set back", () => {
    const job = runs(cron("*/5 * * * *"), 5 * MINUTE, 5 * HOUR);
    for (let at = instant("05:00:05"); at < instant("12:00"); at += 5 * MINUTE) job.ping("success", at);
    expect(job.told()).toEqual([]);
  });
});
