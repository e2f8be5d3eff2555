import { describe, expect, it } from "vitest";
import { clockTime, cron, every, instant, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;

describe("incidents", () => {
  it("one open incident a job: further bad verdicts add to it and do not alert again, but for another cause", () => {
    const job = new Scenario(HOURLY).ping("fail", "01:00:05").ping("fail", "02:00:05").sweep("03:30");
    expect(job.told()).toEqual(["opened failed", "changed missed"]);
    expect(job.events.map((event) => `${event.sequence} ${event.kind} ${event.cause}`)).toEqual([
      "1 opened failed",
      "2 bad-run failed",
      "3 bad-run missed",
    ]);
  });

  it("bad verdicts in a row count towards failuresToOpen", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 3 }).ping("fail", "01:00:05").ping("success", "02:00:05");
    job.ping("fail", "03:00:05").ping("fail", "04:00:05");
    expect(job.told()).toEqual([]);
    expect(job.ping("fail", "05:00:05").told()).toEqual(["opened failed"]);
  });

  it("unknown, skipped and running are neutral", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 2, maxRuntimeMs: 90 * MINUTE }).ping("fail", "01:00:05");
    job.ping("start", "02:00:05").ping("fail", "03:10").sweep("03:30");
    expect(job.story()).toEqual(["failed@01:00", "failed@02:00", "skipped@03:00"]);
    expect(job.told()).toEqual(["opened failed"]);
  });

  it("successesToClose ok finishes in a row close", () => {
    const job = new Scenario(HOURLY, { successesToClose: 2 }).ping("fail", "01:00:05").ping("success", "02:00:05");
    job.ping("fail", "03:00:05").ping("success", "04:00:05");
    expect(job.told()).toEqual(["opened failed"]);
    expect(job.ping("success", "05:00:05").told()).toEqual(["opened failed", "resolved failed"]);
  });

  it("pausing resolves, with an alert for whoever would keep it open, and a success un-pauses", () => {
    const job = new Scenario(HOURLY).ping("fail", "01:00:05").pause("01:30").sweep("09:00");
    expect(job.told()).toEqual(["opened failed", "resolved failed"]);
    expect(job.alerts.at(-1)?.facts.resolveReason).toBe("paused");
    expect(job.events.at(-1)).toMatchObject({ kind: "resolved", resolveReason: "paused" });
    expect(job.status("09:00")).toBe("paused");
    expect(job.ping("start", "09:00:05").last?.disposition).toBe("ignored");
    job.ping("success", "09:01");
    expect(job.status("09:02")).toBe("ok");
    expect(job.sweep("10:11").told()).toHaveLength(2);
  });

  it("slots of a pause never count, and resuming waits for the next one", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").pause("01:30").resume("06:30").sweep("07:13");
    expect(job.story()).toEqual(["ok@01:00", "missed@07:00"]);
  });

  it("a pause closes open runs as unknown", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00").pause("01:30");
    expect(job.runs()[0]).toMatchObject({ outcome: "unknown", reason: "paused" });
  });

  it("an edited schedule counts from the edit; slots already accounted for stay", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").edit("01:30", { schedule: cron("*/10 * * * *") });
    expect(clockTime(job.checkAt)).toBe("01:42:00");
    expect(job.story()).toEqual(["ok@01:00"]);
  });

  it("an edit of limits alone moves no slot and holds for runs already open", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00").edit("01:30", { limits: { maxRuntimeMs: 40 * MINUTE } });
    expect(clockTime(job.checkAt)).toBe("01:40:00");
    expect(clockTime(job.state.nextSlotAt)).toBe("02:00:00");
  });

  it("an alert carries what people need to know", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").ping("success", "02:00:05").sweep("03:30");
    expect(job.alerts[0]?.facts).toMatchObject({
      cause: "missed",
      slotAt: instant("03:00"),
      deadlineAt: instant("03:12"),
      graceMs: 12 * MINUTE,
      lastOkAt: instant("02:00:05"),
      okStreak: 2,
      nextSlotAt: instant("04:00"),
    });
  });
});

describe("our own gaps", () => {
  it("under 15 s: deadlines inside move to the gap's end + 5 s, verdicts as usual", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").gap("02:11:55", "02:12:07").sweep("02:12:12");
    expect(job.told()).toEqual([]);
    job.sweep("02:12:13");
    expect(job.told()).toEqual(["opened missed"]);
  });

  it("from 15 s: a slot window that touches the gap ends unknown", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").gap("02:05", "05:30").sweep("06:30");
    expect(job.story()).toEqual(["ok@01:00", "unknown@02:00×4", "missed@06:00"]);
    expect(job.status("05:31")).toBe("down");
  });

  it("unless a ping settles it", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").gap("01:50", "02:20").sweep("02:26");
    expect(job.story()).toEqual(["ok@01:00", "unknown@02:00"]);
    expect(job.status("02:26")).toBe("unknown");
    job.ping("success", "02:40");
    expect(job.story()).toEqual(["ok@01:00", "ok@02:00"]);
    expect(job.told()).toEqual([]);
  });

  it("a run window that touches the gap ends unknown, and its late end still settles it", () => {
    const job = new Scenario(NO_SCHEDULE, { maxRuntimeMs: 10 * MINUTE }).ping("start", "01:00").gap("01:05", "01:06");
    expect(job.sweep("01:11").runs()[0]).toMatchObject({ outcome: "unknown", reason: "own-gap" });
    job.ping("success", "01:12");
    expect(job.runs()).toHaveLength(1);
    expect(job.runs()[0]).toMatchObject({ outcome: "ok", durationMs: 12 * MINUTE });
    expect(job.told()).toEqual([]);
  });

  it("a day away raises no alarm for a job that pings every five seconds", () => {
    const job = new Scenario(every(5_000))
      .ping("success", "1 00:00:00")
      .gap("1 00:00:02", "2 00:00:00")
      .sweep("2 00:00:05");
    job.ping("success", "2 00:00:06").sweep("2 00:00:30");
    expect(job.told()).toEqual([]);
  });
});
