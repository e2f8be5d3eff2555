import { describe, expect, it } from "vitest";
import { cron, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;
const HERE = { source: "192.0.2.1" };
const THERE = { source: "192.0.2.2" };

describe("without a schedule, clients send again after their own time-out of 10 s", () => {
  it("a start, and the run ends once", () => {
    const job = new Scenario(NO_SCHEDULE, { maxRuntimeMs: 5 * MINUTE }).ping("start", "01:00:00");
    expect(job.ping("start", "01:00:12").last?.disposition).toBe("duplicate");
    expect(job.ping("success", "01:02").sweep("02:00").told()).toEqual([]);
  });

  it("a failure, which counts once", () => {
    const job = new Scenario(NO_SCHEDULE, { failuresToOpen: 2 }).ping("fail", "01:00:00");
    expect(job.ping("fail", "01:00:12").last?.disposition).toBe("duplicate");
    expect(job.told()).toEqual([]);
  });

  it("but another start with an end between them, or another success, is another run", () => {
    const job = new Scenario(NO_SCHEDULE).ping("start", "01:00:00").ping("success", "01:00:02");
    expect(job.ping("start", "01:00:08").last?.disposition).toBe("applied");
    expect(job.ping("success", "01:00:10").last?.disposition).toBe("applied");
    expect(job.runs().map((run) => run.outcome)).toEqual(["ok", "ok"]);
  });
});

describe("an end without run id that repeats what was said a moment ago", () => {
  // Debian's cron catches up two runs where the clock is put forward.
  const caughtUp = (): Scenario => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 30 * MINUTE })
      .ping("start", "01:00:05")
      .ping("success", "01:05:05");
    return job.ping("start", "02:00:05").ping("start", "02:01:05");
  };

  it("ends the other run that is open", () => {
    const job = caughtUp().ping("success", "02:05:40").ping("success", "02:05:55").sweep("02:55");
    expect(job.state.openRuns).toEqual([]);
    expect(job.told().filter((told) => !told.includes("overlap"))).toEqual([]);
  });

  it("ends a run that began after what it repeats", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00:05").ping("success", "01:00:12");
    job.ping("start", "01:00:40").ping("success", "01:00:41");
    expect(job.last?.disposition).toBe("applied");
    expect(job.state.openRuns).toEqual([]);
  });

  it("ends the first run of which a start was seen, however soon after a success without one", () => {
    const job = new Scenario(NO_SCHEDULE, { maxRuntimeMs: MINUTE }).ping("success", "01:00:00");
    job.ping("start", "01:00:01").ping("success", "01:00:02").sweep("01:10");
    expect(job.runs().map((run) => run.outcome)).toEqual(["ok", "ok"]);
    expect(job.told()).toEqual([]);
  });

  it("repeats it where the run that is open goes on for far too long to end now", () => {
    const job = new Scenario(HOURLY, { overlap: "allow" }).ping("start", "01:00:05").ping("success", "01:05:05");
    job.ping("start", "02:00:05").ping("start", "03:00:05", { runId: "aaaaaaaa-0000-4000-8000-000000000000" });
    job.ping("success", "03:05:05", THERE).ping("success", "03:05:15", THERE);
    expect(job.last?.disposition).toBe("duplicate");
  });

  it("is no news because another machine has said the opposite", () => {
    const job = new Scenario(HOURLY).ping("fail", "01:00:05", HERE).ping("success", "01:00:12", THERE);
    expect(job.ping("fail", "01:00:20", HERE).last?.disposition).toBe("duplicate");
    expect(job.told()).toEqual(["opened failed", "resolved failed"]);
  });
});

describe("an end without run id that comes while an older run is open as well", () => {
  it("closes the newest and leaves the older one open, as long as that may still end", () => {
    const job = new Scenario(HOURLY, { overlap: "allow" }).ping("start", "01:00:05").ping("success", "01:58:05");
    job.ping("start", "02:00:05").ping("start", "03:00:05").ping("success", "03:00:09");
    expect(job.story()).toEqual(["ok@01:00", "running@02:00", "ok@03:00"]);
    expect(job.ping("success", "03:57").story()).toEqual(["ok@01:00", "ok@02:00", "ok@03:00"]);
    expect(job.told()).toEqual([]);
  });

  it("shows it to be dead where it has been open for more than three times as long as any of late", () => {
    const job = new Scenario(HOURLY, { overlap: "allow" }).ping("start", "01:00:05").ping("success", "01:05:05");
    job.ping("start", "02:00:05").ping("start", "03:00:05").ping("success", "03:05:05");
    expect(job.story()).toEqual(["ok@01:00", "abandoned@02:00", "ok@03:00"]);
  });
});
