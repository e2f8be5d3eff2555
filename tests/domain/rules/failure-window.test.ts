import { describe, expect, it } from "vitest";
import { cron, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;

describe("bad verdicts among the latest", () => {
  it("X of the last Y open an incident, though good ones are between them", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 3, failureWindow: 5 }).ping("fail", "01:00:05");
    job.ping("success", "02:00:05").ping("fail", "03:00:05").ping("success", "04:00:05");
    expect(job.told()).toEqual([]);
    job.ping("fail", "05:00:05");
    expect(job.told()).toEqual(["opened failed"]);
    expect(job.alerts[0]?.facts).toMatchObject({ badCount: 3, failureWindow: 5 });
  });

  it("what is further back than Y does not count", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 3, failureWindow: 4 }).ping("fail", "01:00:05");
    job.ping("success", "02:00:05").ping("fail", "03:00:05").ping("success", "04:00:05").ping("fail", "05:00:05");
    expect(job.told()).toEqual([]);
  });

  it("each missed slot of a row counts, and skipped and unknown ones do not", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 3, failureWindow: 4 }).ping("success", "01:00:05");
    job.sweep("03:30").ping("success", "04:00:05").ping("skip", "05:00:05");
    expect(job.story()).toEqual(["ok@01:00", "missed@02:00×2", "ok@04:00", "skipped@05:00"]);
    expect(job.ping("fail", "06:00:05").told()).toEqual(["opened failed"]);
  });

  it("a run that is overlong and still open counts once, and once only when it ends", () => {
    const limits = { failuresToOpen: 2, failureWindow: 4, maxRuntimeMs: 10 * MINUTE };
    const job = new Scenario(HOURLY, limits).ping("start", "01:00:05").ping("success", "01:15");
    expect(job.told()).toEqual([]);
    job.ping("success", "02:00:05").ping("start", "03:00:05").sweep("03:20");
    expect(job.told()).toEqual(["opened overlong"]);
    expect(job.alerts[0]?.facts.badCount).toBe(2);
  });

  it("a recovery begins the count anew", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 2, failureWindow: 4 }).ping("fail", "01:00:05");
    job.ping("success", "02:00:05").ping("fail", "03:00:05").ping("success", "04:00:05");
    expect(job.told()).toEqual(["opened failed", "resolved failed"]);
    job.ping("fail", "05:00:05").ping("success", "06:00:05");
    expect(job.told()).toHaveLength(2);
    expect(job.ping("fail", "07:00:05").told()).toEqual(["opened failed", "resolved failed", "opened failed"]);
  });

  it("so does a pause", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 2, failureWindow: 4 }).ping("fail", "01:00:05");
    job.ping("success", "02:00:05").pause("02:30").resume("04:30").ping("fail", "05:00:05");
    expect(job.told()).toEqual([]);
  });

  it("X in a row open it as ever, whatever lies between them", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 3, failureWindow: 3 }).ping("fail", "01:00:05");
    for (const hour of ["02", "04", "05", "06", "07", "08", "09"]) job.ping("skip", `${hour}:00:05`);
    expect(job.ping("fail", "10:00:05").ping("fail", "11:00:05").told()).toHaveLength(1);
    expect(job.alerts[0]?.facts).not.toHaveProperty("failureWindow");
  });

  it("a slot that a later run settled before its time counts for nothing", () => {
    const limits = { failuresToOpen: 2, failureWindow: 4, graceMs: 150 * MINUTE };
    const job = new Scenario(HOURLY, limits).ping("success", "01:00:05").ping("success", "03:00:05");
    expect(job.story()).toEqual(["ok@01:00", "ok@03:00", "missed@02:00"]);
    expect(job.ping("fail", "04:00:05").told()).toEqual([]);
  });

  it("a missed verdict that a late ping refutes is taken out again", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 2, failureWindow: 4 }).ping("success", "01:00:05");
    job.sweep("02:30").ping("success", "02:40").ping("fail", "03:00:05");
    expect(job.told()).toEqual([]);
  });
});
