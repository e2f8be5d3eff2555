import { describe, expect, it } from "vitest";
import { cron, instant, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;
const LEAST = { minRuntimeMs: MINUTE };
const A = "aaaaaaaa-0000-4000-8000-000000000000";

describe("a success after less than the shortest run time", () => {
  it("is a failure: too quick", () => {
    const job = new Scenario(HOURLY, LEAST).ping("start", "01:00:05").ping("success", "01:00:07");
    expect(job.runs()).toMatchObject([{ outcome: "failed", reason: "too-quick", durationMs: 2_000 }]);
    expect(job.told()).toEqual(["opened failed"]);
    expect(job.alerts[0]?.facts).toMatchObject({ minRuntimeMs: MINUTE, durationMs: 2_000 });
    expect(job.status("01:01")).toBe("down");
  });

  it("goes by the client's own measure first, start or not", () => {
    const measured = new Scenario(HOURLY, LEAST).ping("success", "01:00:05", { durationMs: 2_000 });
    expect(measured.runs()[0]).toMatchObject({ outcome: "failed", reason: "too-quick" });
    const longer = new Scenario(HOURLY, LEAST)
      .ping("start", "01:00")
      .ping("success", "01:00:02", { durationMs: MINUTE });
    expect(longer.runs()[0]).toMatchObject({ outcome: "ok", reason: null });
  });

  it("counts in a row with other bad verdicts, and a run of full length recovers", () => {
    const job = new Scenario(HOURLY, { ...LEAST, failuresToOpen: 2 }).ping("fail", "01:00");
    job.ping("start", "02:00").ping("success", "02:00:30");
    expect(job.told()).toEqual(["opened failed"]);
    job.ping("start", "03:00").ping("success", "03:01");
    expect(job.told()).toEqual(["opened failed", "resolved failed"]);
  });

  it("does not withdraw a missed verdict that its time would refute", () => {
    const job = new Scenario(HOURLY, LEAST).ping("success", "01:00:05").sweep("02:30");
    job.ping("success", "02:40", { at: instant("02:00:03"), durationMs: 1_000 });
    expect(job.story()).toEqual(["ok@01:00", "failed@02:00"]);
    expect(job.told()).toEqual(["opened missed", "changed failed"]);
  });

  it("has taken its slot all the same", () => {
    const job = new Scenario(HOURLY, LEAST).ping("start", "01:00:05").ping("success", "01:00:07").sweep("01:59");
    expect(job.story()).toEqual(["failed@01:00"]);
  });
});

describe("the shortest run time says nothing", () => {
  it("where nobody knows how long the run took", () => {
    const job = new Scenario(HOURLY, LEAST).ping("success", "01:00:05");
    expect(job.runs()[0]).toMatchObject({ outcome: "ok", reason: null, durationMs: null });
    const backwards = new Scenario(NO_SCHEDULE, LEAST)
      .ping("success", "01:00", { runId: A })
      .ping("start", "01:00:01", { runId: A });
    expect(backwards.runs()).toMatchObject([{ outcome: "ok", startSeen: true }]);
  });

  it("where it is a guess which run has ended", () => {
    const job = new Scenario(HOURLY, { ...LEAST, overlap: "allow" }).ping("start", "01:00").ping("start", "01:10");
    expect(job.ping("success", "01:10:05").runs()[1]).toMatchObject({ outcome: "ok", ambiguous: true });
  });

  it("where the end's own time lies before the start: then the clocks differ", () => {
    const job = new Scenario(HOURLY, LEAST).ping("start", "01:00:30");
    job.ping("success", "01:02", { at: instant("01:00:20") });
    expect(job.runs()[0]).toMatchObject({ outcome: "ok", durationMs: 0, finishedAt: instant("01:00:30") });
  });

  it("of a failure, which is one anyhow", () => {
    const job = new Scenario(HOURLY, LEAST).ping("start", "01:00").ping("fail", "01:00:02");
    expect(job.runs()[0]).toMatchObject({ outcome: "failed", reason: null });
    expect(job.alerts[0]?.facts.minRuntimeMs).toBeNull();
  });
});
