import { describe, expect, it } from "vitest";
import type { ScheduleSpec } from "../../../lib/domain/job.ts";
import { cron, every, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;
const GRACE = { graceMs: 10 * MINUTE };
const A = "aaaaaaaa-0000-4000-8000-000000000000";

describe("the slot that an open run without a limit covers", () => {
  it("of an interval counts from its start, not from the slot that it came for", () => {
    const job = new Scenario(every(60 * MINUTE), GRACE).ping("success", "01:00").ping("start", "02:00:12");
    job.sweep("03:30");
    expect(job.story()).toEqual(["ok@-", "running@02:00", "skipped@03:00"]);
    expect(job.sweep("04:10:12").told()).toEqual([]);
    expect(job.sweep("04:10:13").told()).toEqual(["opened abandoned"]);
  });

  it("is the next one as well for a second run that comes as early as the first", () => {
    const job = new Scenario(HOURLY, { ...GRACE, overlap: "allow" }).ping("success", "00:00:05");
    job.ping("start", "00:59:40", { source: "192.0.2.1" }).ping("start", "00:59:50", { source: "192.0.2.2" });
    expect(job.sweep("02:30").told()).toEqual([]);
    expect(job.sweep("03:10:01").told()).toEqual(["opened abandoned"]);
  });

  it("is every one up to that after its last heartbeat, also where this comes after the slot", () => {
    const job = new Scenario(HOURLY, GRACE).ping("start", "01:00:05", { runId: A });
    for (const time of ["01:55", "02:05", "02:55", "03:05"]) job.ping("start", time, { runId: A });
    job.sweep("04:30");
    expect(job.story()).toEqual(["running@01:00", "skipped@02:00×3"]);
    expect(job.told()).toEqual([]);
  });
});

describe("a machine whose clock is ahead", () => {
  it("leaves its own slot to a run, and the next one, that said twice that it started", () => {
    const job = new Scenario(HOURLY, GRACE).ping("start", "00:59:45", { runId: A });
    job.ping("start", "00:59:50", { runId: A }).sweep("02:30");
    expect(job.story()).toEqual(["running@01:00", "skipped@02:00"]);
    expect(job.told()).toEqual([]);
  });

  it("takes two slots a minute apart, as a change of the clock may leave them", () => {
    // In New York 02:59 did not come on 8 March: that run is caught up at 03:00, which is 07:00 UTC.
    const job = new Scenario(cron("59 0-23 * * *", "America/New_York"), GRACE).ping("start", "8 05:58:40");
    job.ping("success", "8 05:58:50").ping("start", "8 06:58:40").ping("success", "8 06:58:50");
    job.ping("start", "8 06:59:41").ping("success", "8 06:59:51").sweep("8 07:30");
    expect(job.story()).toEqual(["ok@05:59", "ok@06:59", "ok@07:00"]);
  });

  it("may leave out a slot for a run that ends right before it", () => {
    const job = new Scenario(HOURLY, GRACE).ping("start", "00:59:45").ping("success", "01:59:52").sweep("02:30");
    expect(job.story()).toEqual(["ok@01:00", "skipped@02:00"]);
  });

  it("leaves out none where the run ended before that machine looked", () => {
    const job = new Scenario(HOURLY, GRACE).ping("start", "00:59:45").ping("success", "01:59:40").sweep("02:30");
    expect(job.story()).toEqual(["ok@01:00", "missed@02:00"]);
  });

  it("is no reason where its runs come on time", () => {
    const job = new Scenario(HOURLY, GRACE).ping("start", "01:00:01").ping("success", "01:59:52").sweep("02:30");
    expect(job.story()).toEqual(["ok@01:00", "missed@02:00"]);
  });
});

describe("a machine whose clock is ahead and that tells of ends only", () => {
  it("takes two slots two minutes apart as well", () => {
    const job = new Scenario(cron("58 0-23 * * *", "America/New_York"), GRACE).ping("success", "8 05:57:47");
    job.ping("success", "8 06:57:47").ping("success", "8 06:59:46").sweep("8 07:30");
    expect(job.story()).toEqual(["ok@05:58", "ok@06:58", "ok@07:00"]);
  });

  it("is not one that sends two pings in a slot", () => {
    const job = new Scenario(cron("*/2 * * * *"), { graceMs: MINUTE }).ping("success", "00:02:01");
    job.ping("success", "00:04:01").ping("success", "00:05:40").sweep("00:07:30");
    expect(job.story()).toEqual(["ok@00:02", "ok@00:04", "ok@-", "missed@00:06"]);
  });
});

describe("a start that is put off into the window of the next slot, a minute later", () => {
  // In Riga the clocks went from 03:00 to 04:00 at 01:00 UTC on 29 March; Celery runs what was left out at once.
  const schedule: ScheduleSpec = { kind: "cron", dialect: "celery", expression: "1 * * * *", timeZone: "Europe/Riga" };
  const limits = { ...GRACE, jitterMs: 5 * MINUTE, overlap: "allow" as const };

  it("leaves a slot to the run after it, while both go on", () => {
    const job = new Scenario(schedule, limits).ping("start", "29 00:01:05").ping("success", "29 00:08");
    job
      .ping("start", "29 01:01:01")
      .ping("start", "29 01:04:57")
      .ping("success", "29 01:06:08")
      .ping("success", "29 01:13:29")
      .sweep("29 01:30");
    expect(job.story()).toEqual(["ok@00:01", "ok@01:01", "ok@01:00"]);
    expect(job.told()).toEqual([]);
  });

  it("leaves a slot to the run after it, also where the first has ended and the slot was called missed", () => {
    const job = new Scenario(schedule, limits).ping("success", "29 00:01:05").ping("fail", "29 00:40");
    job.ping("success", "29 01:01:05").ping("success", "29 01:04:57", { source: "192.0.2.9" }).sweep("29 01:30");
    expect(job.story().toSorted()).toEqual(["failed@-", "ok@00:01", "ok@01:00", "ok@01:01"]);
    expect(job.told()).toEqual(["opened failed", "resolved failed"]);
  });
});

describe("a ping right before a slot of a repeated hour", () => {
  // In New Zealand the clocks went back from 03:00 to 02:00 at 14:00 UTC; Quartz runs in the second pass only.
  const schedule: ScheduleSpec = {
    kind: "cron",
    dialect: "quartz",
    expression: "0 0 0,2,4,12 * * ?",
    timeZone: "Pacific/Auckland",
  };
  const at = (time: string) => Date.parse(`2026-04-04T${time}Z`);

  it("is the early sign of that slot", () => {
    const job = new Scenario(schedule, GRACE, { since: at("00:00:00") }).ping("success", at("11:00:02"));
    job.ping("success", at("13:59:48")).sweep(at("14:30:00"));
    expect(job.story()).toEqual(["ok@11:00", "ok@14:00"]);
  });
});
