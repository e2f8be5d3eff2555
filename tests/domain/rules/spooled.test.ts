import { describe, expect, it } from "vitest";
import type { Limits, ScheduleSpec } from "../../../lib/domain/job.ts";
import { clockTime, cron, every, instant, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";
import { expectTurns, expectValid } from "../../support/validity.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;
const A = "aaaaaaaa-0000-4000-8000-000000000000";

/** A job that ran at one o'clock, and of which nothing was heard from then until just before five. */
function cutOff(schedule: ScheduleSpec = HOURLY, limits: Partial<Limits> = {}): Scenario {
  return new Scenario(schedule, limits).ping("start", "01:00:05").ping("success", "01:05").sweep("04:59:59");
}

/** What a client kept while it could not reach us, told at once from five on: a run at each of these hours. */
function empty(job: Scenario, hours: readonly string[], tell: { starts: boolean; named?: boolean }): Scenario {
  let received = instant("05:00:01");
  for (const hour of hours) {
    const runId = tell.named === true ? `00000000-0000-4000-8000-0000000000${hour}` : null;
    if (tell.starts) job.ping("start", received, { at: instant(`${hour}:00:05`), runId });
    job.ping("success", received + 400, { at: instant(`${hour}:05`), runId });
    received += 1_000;
  }
  expectValid(job.state, job.runs());
  expectTurns(job);
  return job;
}

const inOrder = (job: Scenario) =>
  job
    .runs()
    .toSorted((a, b) => (a.slotAt ?? 0) - (b.slotAt ?? 0))
    .map((run) => `${run.outcome}@${clockTime(run.slotAt)?.slice(0, 5) ?? "-"}${run.count > 1 ? `×${run.count}` : ""}`);

describe("pings that a client kept while the network was away", () => {
  it.each([
    ["with starts and ids", { starts: true, named: true }],
    ["with starts", { starts: true }],
    ["with ends alone", { starts: false }],
  ])("take back slot by slot what was called missed, %s", (_name, tell) => {
    for (const limits of [{}, { maxRuntimeMs: 10 * MINUTE }, { graceMs: 90 * MINUTE }]) {
      const job = empty(cutOff(HOURLY, limits), ["02", "03", "04"], tell)
        .ping("start", "05:00:09")
        .ping("success", "05:05");
      expect(inOrder(job.sweep("05:59"))).toEqual(["ok@01:00", "ok@02:00", "ok@03:00", "ok@04:00", "ok@05:00"]);
      expect(job.alerts.at(-1)?.facts.resolveReason).toBe("withdrawn");
      expect(job.told()).toEqual(["opened missed", "resolved missed"]);
    }
  });

  it("of an interval as well", () => {
    const job = cutOff(every(60 * MINUTE), { graceMs: 10 * MINUTE });
    expect(inOrder(job)).toEqual(["ok@-", "missed@02:00×3"]);
    empty(job, ["02", "03", "04"], { starts: true, named: true });
    expect(inOrder(job)).toEqual(["ok@-", "ok@02:00", "ok@03:00", "ok@04:00"]);
    expect(job.told()).toEqual(["opened missed", "resolved missed"]);
  });

  it("also take the slots of our own absence", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:05").gap("01:30", "04:59").sweep("04:59:30");
    empty(job, ["03", "02"], { starts: false });
    expect(inOrder(job)).toEqual(["ok@01:00", "ok@02:00", "ok@03:00", "unknown@04:00"]);
    expect(job.told()).toEqual([]);
  });

  it("leave the slots between them that did not run", () => {
    const job = empty(cutOff(), ["03"], { starts: true });
    expect(inOrder(job)).toEqual(["ok@01:00", "missed@02:00", "ok@03:00", "missed@04:00"]);
    expect(job.runs().map((run) => run.count)).toEqual([1, 1, 1, 1]);
    // What ran at three does not make up for what was missed at four.
    expect(job.told()).toEqual(["opened missed"]);
    expect(job.ping("success", "05:00:30").told()).toEqual(["opened missed", "resolved missed"]);
  });

  it("take no slot out of the rows of an earlier schedule but the last", () => {
    const job = cutOff().edit("04:59:59", { schedule: cron("*/30 * * * *") });
    job.ping("success", "05:00:40", { at: instant("02:31") });
    expect(inOrder(job)).toEqual(["ok@-", "ok@01:00", "missed@02:00×3"]);
  });
});

describe("a start that is told late", () => {
  const late = { at: instant("02:00:05"), runId: A };

  it("is not called overlong or abandoned before its end can come", () => {
    for (const limits of [{}, { maxRuntimeMs: 10 * MINUTE }]) {
      const job = new Scenario(NO_SCHEDULE, limits).ping("start", "2 05:00:00", late).sweep("2 05:00:59");
      expect(job.told()).toEqual([]);
      expect(clockTime(job.checkAt)).toBe("05:01:00");
      expect(job.sweep("2 05:01:01").told()).toHaveLength(1);
    }
  });

  it("with its end is a run in order, or one past its limit, by their own times", () => {
    const limits = { maxRuntimeMs: 10 * MINUTE };
    const fine = new Scenario(HOURLY, limits).ping("start", "05:00", late);
    fine.ping("success", "05:00:02", { at: instant("02:09"), runId: A });
    expect(fine.runs()[0]).toMatchObject({ outcome: "ok", durationMs: 535_000 });
    expect(fine.told()).toEqual([]);
    const long = new Scenario(HOURLY, limits).ping("start", "05:00", late);
    long.ping("success", "05:00:02", { at: instant("02:30"), runId: A });
    expect(long.runs()[0]).toMatchObject({ outcome: "overlong", finishedLate: true });
    expect(long.told()).toEqual(["opened overlong", "resolved overlong"]);
  });

  it("is held no longer than it was late", () => {
    const job = new Scenario(NO_SCHEDULE, { maxRuntimeMs: 1_000 }).ping("start", "05:00:02", { at: instant("05:00") });
    expect(clockTime(job.checkAt)).toBe("05:00:04");
  });

  it("is no overlap with the run of today", () => {
    const job = new Scenario(HOURLY).ping("start", "05:00:01").ping("start", "05:00:02", late);
    expect(job.ping("success", "05:00:03", { at: instant("02:05"), runId: A }).told()).toEqual([]);
  });

  it("does not set a heartbeat back", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 10 * MINUTE }).ping("start", "05:00", { runId: A });
    job.ping("start", "05:08", { runId: A }).ping("start", "05:09", { runId: A, at: instant("05:04") });
    expect(clockTime(job.state.openRuns[0]?.finishBy ?? null)).toBe("05:18:00");
  });
});

describe("an end that is told late", () => {
  it("ends no run that began after it", () => {
    const job = new Scenario(HOURLY).ping("start", "05:00:01").ping("success", "05:00:09", { at: instant("02:05") });
    expect(job.runs()[0]).toMatchObject({ outcome: "running", slotAt: instant("05:00") });
    expect(job.told()).toEqual([]);
  });

  it("does not make up for a failure since", () => {
    const job = new Scenario(HOURLY).ping("fail", "05:00:05").ping("success", "05:10", { at: instant("04:05") });
    expect(job.told()).toEqual(["opened failed"]);
    expect(job.status("05:11")).toBe("down");
  });
});

describe("a first ping that is told late", () => {
  it.each([HOURLY, every(5 * MINUTE)])("starts the count at its receipt: %j", (schedule) => {
    const job = new Scenario(schedule).ping("success", "05:00:30", { at: instant("01:00:05") }).sweep("05:00:40");
    expect(job.told()).toEqual([]);
    expect(job.runs().map((run) => run.outcome)).toEqual(["ok"]);
    expect(job.state.nextSlotAt).toBeGreaterThan(instant("05:00:30"));
  });
});
