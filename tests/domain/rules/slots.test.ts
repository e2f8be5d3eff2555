import { describe, expect, it } from "vitest";
import { clockTime, cron, every, instant, makePing, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;

describe("slots of a cron-like schedule", () => {
  it("a new job has no slots and no alarms before its first ping", () => {
    const job = new Scenario(HOURLY).sweep("5 00:00");
    expect(job.story()).toEqual([]);
    expect(job.checkAt).toBeNull();
    expect(job.status("5 00:00")).toBe("new");
  });

  it("a ping belongs to slot d when it comes in [d − early, next − early)", () => {
    const slotOfPingAt = (time: string): string | null => {
      const job = new Scenario(HOURLY).ping("success", "01:00:05").ping("success", time);
      return clockTime(job.runs().at(-1)?.slotAt ?? null);
    };
    expect(slotOfPingAt("01:58:59")).toBeNull(); // slot 01:00 has its run already
    expect(slotOfPingAt("01:59:00")).toBe("02:00:00"); // 60 s early
    expect(slotOfPingAt("02:00:00")).toBe("02:00:00");
    expect(slotOfPingAt("02:11:59")).toBe("02:00:00");
  });

  it("early is 10 % of a short interval", () => {
    const job = new Scenario(cron("* * * * *")).ping("success", "00:01:01");
    expect(job.ping("success", "00:01:53").runs().at(-1)?.slotAt).toBeNull();
    expect(clockTime(job.ping("success", "00:01:54", { runId: "a" }).runs().at(-1)?.slotAt ?? null)).toBe("00:02:00");
  });

  it("the deadline is slot + jitter + grace, by default a fifth of the interval", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05");
    expect(clockTime(job.checkAt)).toBe("02:12:00");
    const jittery = new Scenario(HOURLY, { jitterMs: 5 * MINUTE, graceMs: 3 * MINUTE }).ping("success", "01:00:05");
    expect(clockTime(jittery.checkAt)).toBe("02:08:00");
  });

  it("default grace stays between 60 s and 1 h", () => {
    expect(clockTime(new Scenario(cron("* * * * *")).ping("success", "01:00:05").checkAt)).toBe("01:02:00");
    expect(clockTime(new Scenario(cron("0 2 * * *")).ping("success", "02:00:05").checkAt)).toBe("03:00:00");
  });

  it("a ping at the very deadline is in time, and the sweep after it finds nothing", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").ping("success", "02:12:00").sweep("02:12:01");
    expect(job.story()).toEqual(["ok@01:00", "ok@02:00"]);
  });

  it("between slot + jitter and the deadline a job is late, without an alert", () => {
    const job = new Scenario(HOURLY, { jitterMs: MINUTE }).ping("success", "01:00:05").sweep("02:10");
    expect(job.status("02:01:00")).toBe("ok");
    expect(job.status("02:01:01")).toBe("late");
    expect(job.told()).toEqual([]);
  });

  it("a slot without a sign is missed at its deadline, and the incident opens then", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").sweep("02:30");
    expect(job.story()).toEqual(["ok@01:00", "missed@02:00"]);
    expect(job.told()).toEqual(["opened missed"]);
    expect(clockTime(job.alerts[0]?.at ?? null)).toBe("02:12:00");
    expect(job.status("02:30")).toBe("down");
  });

  it("consecutive misses share one row with a count and do not alert again", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").sweep("05:30");
    expect(job.story()).toEqual(["ok@01:00", "missed@02:00×4"]);
    expect(job.told()).toEqual(["opened missed"]);
    expect(job.state.incidents[0]).toMatchObject({ missedCount: 4, badCount: 4 });
  });

  it("a late start replaces the slot's missed row", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").sweep("02:30").ping("start", "02:31");
    expect(job.story()).toEqual(["ok@01:00", "running@02:00"]);
    job.ping("success", "02:35");
    expect(job.story()).toEqual(["ok@01:00", "ok@02:00"]);
    expect(job.told()).toEqual(["opened missed", "resolved missed"]);
  });

  it("a late start takes the last slot out of a row of several", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").sweep("04:30").ping("success", "04:40");
    expect(job.story()).toEqual(["ok@01:00", "missed@02:00×2", "ok@04:00"]);
    expect(clockTime(job.runs()[1]?.lastSlotAt ?? null)).toBe("03:00:00");
  });

  it("a run of a later slot settles earlier pending slots as missed without an incident", () => {
    const job = new Scenario(HOURLY, { graceMs: 3 * 60 * MINUTE })
      .ping("success", "01:00:05")
      .ping("start", "04:00:02");
    expect(job.story()).toEqual(["ok@01:00", "running@04:00"]);
    job.ping("success", "04:10").sweep("05:30");
    expect(job.story()).toEqual(["ok@01:00", "ok@04:00", "missed@02:00×2"]);
    expect(job.told()).toEqual([]);
  });

  it("two pings in one slot do not satisfy the next", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").ping("success", "01:40").sweep("02:30");
    expect(job.story()).toEqual(["ok@01:00", "ok@-", "missed@02:00"]);
  });

  it("a first ping in the middle of nowhere starts the counting and is no late run", () => {
    const job = new Scenario(cron("0 2 * * *"), {}, { since: "14:00" }).ping("success", "14:07").sweep("2 01:00");
    expect(job.story()).toEqual(["ok@-"]);
    expect(clockTime(job.checkAt)).toBe("03:00:00");
  });
});

describe("slots of an interval", () => {
  it("any first sign satisfies the pending slot; the next is that run's start + interval", () => {
    const job = new Scenario(every(10 * MINUTE)).ping("start", "00:00:00").ping("success", "00:03:00");
    job.ping("start", "00:08:00").ping("success", "00:09:00");
    expect(clockTime(job.state.nextSlotAt)).toBe("00:18:00");
    expect(job.runs().map((run) => clockTime(run.slotAt))).toEqual([null, "00:10:00"]);
  });

  it("without starts the next slot counts from the ping", () => {
    const job = new Scenario(every(10 * MINUTE)).ping("success", "00:03:00");
    expect(clockTime(job.state.nextSlotAt)).toBe("00:13:00");
  });

  it("after a miss the next slot is the missed one + interval", () => {
    const job = new Scenario(every(10 * MINUTE)).ping("success", "00:00:00").sweep("00:13");
    expect(job.story()).toEqual(["ok@-", "missed@00:10"]);
    expect(clockTime(job.state.nextSlotAt)).toBe("00:20:00");
  });

  it("a sign soon after a miss is the late run of the missed slot", () => {
    const job = new Scenario(every(10 * MINUTE)).ping("success", "00:00:00").sweep("00:13").ping("success", "00:14");
    expect(job.story()).toEqual(["ok@-", "ok@00:10"]);
    expect(clockTime(job.state.nextSlotAt)).toBe("00:24:00");
  });

  it("a five-second job that stops is missed after its grace and counts on", () => {
    const job = new Scenario(every(5_000), { graceMs: 10_000 }).ping("success", "00:00:00").sweep("00:00:31");
    expect(job.story()).toEqual(["ok@-", "missed@00:00×4"]);
    expect(job.told()).toEqual(["opened missed"]);
  });
});

describe("no schedule", () => {
  it("has no slots", () => {
    const job = new Scenario(NO_SCHEDULE).ping("success", "00:00").sweep("20 00:00");
    expect(job.story()).toEqual(["ok@-"]);
    expect(job.checkAt).toBeNull();
    expect(job.status("20 00:00")).toBe("ok");
  });
});

describe("spooled pings", () => {
  it("an at outside [receipt − 7 d, receipt] is ignored", () => {
    for (const at of [instant("10 00:00") + 1, instant("10 00:00") - 7 * 86_400_000 - 1]) {
      const job = new Scenario(NO_SCHEDULE).apply(makePing("success", "10 00:00", { at }));
      expect(job.runs()[0]?.finishedAt).toBe(instant("10 00:00"));
    }
  });

  it("a ping's own time withdraws a missed verdict whose alert has left, and says so", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").sweep("02:30");
    job.ping("success", "02:40", { at: instant("02:05") });
    expect(job.story()).toEqual(["ok@01:00", "ok@02:00"]);
    expect(job.told()).toEqual(["opened missed", "resolved missed"]);
    expect(job.alerts[1]?.facts.resolveReason).toBe("withdrawn");
  });

  it("a ping's own time withdraws an overlong verdict", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 10 * MINUTE }).ping("start", "01:00:05").sweep("01:11");
    expect(job.told()).toEqual(["opened overlong"]);
    job.ping("success", "01:30", { at: instant("01:06") });
    expect(job.story()).toEqual(["ok@01:00"]);
    expect(job.alerts[1]?.facts.resolveReason).toBe("withdrawn");
  });

  it("a late-delivered failure alerts on receipt", () => {
    const job = new Scenario(NO_SCHEDULE).ping("fail", "05:00", { at: instant("02:00") });
    expect(job.told()).toEqual(["opened failed"]);
    expect(job.alerts[0]?.at).toBe(instant("05:00"));
    expect(job.runs()[0]?.finishedAt).toBe(instant("02:00"));
  });
});
