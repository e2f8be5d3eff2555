import { describe, expect, it } from "vitest";
import { applyPing } from "../../../lib/domain/transition.ts";
import { clockTime, cron, every, instant, makePing, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;
const A = "aaaaaaaa-0000-4000-8000-000000000000";
const B = "bbbbbbbb-0000-4000-8000-000000000000";

describe("a skip that is announced", () => {
  it("takes its slot, and nobody waits for that any more", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").ping("skip", "02:00:05").sweep("02:59");
    expect(job.story()).toEqual(["ok@01:00", "skipped@02:00"]);
    expect(job.runs()[1]).toMatchObject({ reason: "announced", startedAt: null, settledAt: instant("02:00:05") });
    expect(job.told()).toEqual([]);
    expect(job.status("02:30")).toBe("ok");
    expect(clockTime(job.checkAt)).toBe("03:12:00");
  });

  it("ends the open run of its id", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00:05", { runId: A }).ping("skip", "01:00:10", { runId: A });
    expect(job.state.openRuns).toEqual([]);
    expect(job.runs()).toMatchObject([{ outcome: "skipped", reason: "announced", durationMs: 5_000 }]);
    expect(job.sweep("01:30").told()).toEqual([]);
  });

  it("is the last word on its run id", () => {
    const job = new Scenario(HOURLY).ping("skip", "01:00:05", { runId: A });
    for (const action of ["start", "success", "skip"] as const) {
      expect(job.ping(action, "01:01", { runId: A }).last?.disposition).toBe("ignored");
    }
    expect(job.story()).toEqual(["skipped@01:00"]);
  });

  it("leaves an open run of an earlier slot open: it may be why this one was left out", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 90 * MINUTE }).ping("start", "01:00:05").ping("skip", "02:00:05");
    expect(job.story()).toEqual(["running@01:00", "skipped@02:00"]);
    job.ping("success", "02:20");
    expect(job.story()).toEqual(["ok@01:00", "skipped@02:00"]);
    expect(job.told()).toEqual([]);
  });

  it("of another run id leaves an open run alone as well", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00:05", { runId: A }).ping("skip", "01:00:06", { runId: B });
    expect(job.story()).toEqual(["running@01:00", "skipped@-"]);
  });

  it("outside of slots is a row without one", () => {
    const free = new Scenario(NO_SCHEDULE).ping("skip", "01:00");
    expect(free.story()).toEqual(["skipped@-"]);
    expect(new Scenario(HOURLY).ping("success", "01:00").ping("skip", "01:20").story()).toEqual([
      "ok@01:00",
      "skipped@-",
    ]);
  });

  it("gives way to a run in its slot", () => {
    const job = new Scenario(HOURLY).ping("skip", "01:00:05").ping("start", "01:10").ping("success", "01:20");
    expect(job.story()).toEqual(["ok@01:00"]);
  });

  it("counts as the sign of an interval, which goes on from there", () => {
    const job = new Scenario(every(10 * MINUTE)).ping("success", "01:00").ping("skip", "01:10:30").sweep("01:20:29");
    expect(job.runs().map((run) => run.outcome)).toEqual(["ok", "skipped"]);
    expect(clockTime(job.state.nextSlotAt)).toBe("01:20:30");
    expect(job.told()).toEqual([]);
  });

  it("is the first ping of a job as any other is", () => {
    const job = new Scenario(HOURLY).ping("skip", "01:00:05").sweep("02:13");
    expect(job.story()).toEqual(["skipped@01:00", "missed@02:00"]);
  });
});

describe("a skip of a slot that has its verdict", () => {
  it("replaces a missed one; the incident waits for a good run", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").sweep("02:30").ping("skip", "02:40");
    expect(job.story()).toEqual(["ok@01:00", "skipped@02:00"]);
    expect(job.told()).toEqual(["opened missed"]);
    expect(job.ping("success", "03:00:05").told()).toEqual(["opened missed", "resolved missed"]);
  });

  it("withdraws it where the skip's own time shows that it was wrong", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").sweep("02:30");
    job.ping("skip", "02:40", { at: instant("02:00:03") });
    expect(job.story()).toEqual(["ok@01:00", "skipped@02:00"]);
    expect(job.alerts.at(-1)?.facts.resolveReason).toBe("withdrawn");
    expect(job.status("02:41")).toBe("ok");
  });

  it("replaces an unknown one", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").gap("01:50", "02:20").sweep("02:26");
    expect(job.ping("skip", "02:40", { at: instant("02:10") }).story()).toEqual(["ok@01:00", "skipped@02:00"]);
  });

  it("leaves an overlong run its verdict, unless its own time refutes that", () => {
    const late = new Scenario(HOURLY, { maxRuntimeMs: 10 * MINUTE }).ping("start", "01:00:05", { runId: A });
    expect(late.ping("skip", "01:30", { runId: A }).story()).toEqual(["overlong@01:00"]);
    expect(late.told()).toEqual(["opened overlong"]);
    const spooled = new Scenario(HOURLY, { maxRuntimeMs: 10 * MINUTE }).ping("start", "01:00:05", { runId: A });
    spooled.ping("skip", "01:30", { runId: A, at: instant("01:05") });
    expect(spooled.story()).toEqual(["skipped@01:00"]);
    expect(spooled.told()).toEqual(["opened overlong", "resolved overlong"]);
  });
});

describe("a skip and what counts", () => {
  it("is neutral to bad verdicts in a row and to recovery", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 2 }).ping("fail", "01:00:05").ping("skip", "02:00:05");
    expect(job.told()).toEqual([]);
    expect(job.ping("fail", "03:00:05").told()).toEqual(["opened failed"]);
    expect(job.ping("skip", "04:00:05").told()).toEqual(["opened failed"]);
    expect(job.status("04:01")).toBe("down");
  });

  it("is no repetition of another action, but of itself within 30 s", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").ping("skip", "01:00:06");
    expect(job.last?.disposition).toBe("applied");
    expect(job.ping("skip", "01:00:07").last?.disposition).toBe("duplicate");
    expect(job.ping("success", "01:00:08").last?.disposition).toBe("duplicate");
  });

  it("with a grace longer than the interval settles earlier slots as missed, without an incident", () => {
    const job = new Scenario(HOURLY, { graceMs: 180 * MINUTE }).ping("success", "01:00:05").ping("skip", "03:00:05");
    expect(job.story()).toEqual(["ok@01:00", "skipped@03:00", "missed@02:00"]);
    expect(job.sweep("05:59").told()).toEqual([]);
  });

  it("does not resume a paused job", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").pause("01:30").ping("skip", "02:00:05");
    expect(job.last?.disposition).toBe("ignored");
    expect(job.status("02:01")).toBe("paused");
  });

  it("of one of two hosts that share a job leaves the slot to the one that runs it, whoever comes first", () => {
    const first = makePing("skip", "01:00:01", { host: "db-02", source: "192.0.2.2" });
    const second = makePing("start", "01:00:02", { host: "db-01" });
    for (const pings of [
      [first, second],
      [second, first],
    ]) {
      const job = new Scenario(HOURLY, { overlap: "allow" });
      for (const [index, ping] of pings.entries()) job.apply({ ...ping, receivedAt: instant("01:00:01") + index });
      job.ping("success", "01:05", { host: "db-01" }).sweep("01:59");
      expect(job.runs().find((run) => run.slotAt !== null)?.outcome).toBe("ok");
      expect(job.told()).toEqual([]);
    }
  });

  it("touches nothing of the state it was given", () => {
    const { state } = new Scenario(HOURLY).ping("start", "01:00:05", { runId: A });
    const before = structuredClone(state);
    applyPing(state, makePing("skip", "01:01", { runId: A }), instant("01:01"));
    expect(state).toEqual(before);
  });
});
