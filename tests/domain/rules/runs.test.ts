import { describe, expect, it } from "vitest";
import { clockTime, cron, every, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;
const A = "aaaaaaaa-0000-4000-8000-000000000000";
const B = "bbbbbbbb-0000-4000-8000-000000000000";

describe("finish-by", () => {
  it("a run open at start + maxRuntime is overlong", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 10 * MINUTE }).ping("start", "01:00:05").sweep("01:10:06");
    expect(job.story()).toEqual(["overlong@01:00"]);
    expect(job.told()).toEqual(["opened overlong"]);
    expect(clockTime(job.alerts[0]?.at ?? null)).toBe("01:10:05");
  });

  it("a success after that keeps overlong, is marked finished late and counts as ok for recovery", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 10 * MINUTE }).ping("start", "01:00:05").ping("success", "01:20");
    expect(job.runs()[0]).toMatchObject({ outcome: "overlong", finishedLate: true, durationMs: 1_195_000 });
    expect(job.told()).toEqual(["opened overlong", "resolved overlong"]);
  });

  it("a failure after that is a failure", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 10 * MINUTE }).ping("start", "01:00:05");
    job.ping("fail", "01:20", { exitCode: 3 });
    expect(job.runs()[0]).toMatchObject({ outcome: "failed", exitCode: 3, finishedLate: false });
    expect(job.told()).toEqual(["opened overlong", "changed failed"]);
  });

  it("a heartbeat moves finish-by to now + maxRuntime, however often it comes", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 10 * MINUTE }).ping("start", "01:00:00", { runId: A });
    for (const time of ["01:00:05", "01:09:00", "01:09:01"]) job.ping("start", time, { runId: A });
    expect(clockTime(job.runs()[0]?.finishBy ?? null)).toBe("01:19:01");
    expect(job.sweep("01:19").told()).toEqual([]);
  });
});

describe("a run still open at the next slot", () => {
  it("covers it inside maxRuntime: skipped, still running", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 150 * MINUTE }).ping("start", "01:00:05").sweep("03:13");
    expect(job.story()).toEqual(["running@01:00", "skipped@02:00×2"]);
    expect(job.runs()[1]?.reason).toBe("still-running");
    expect(job.told()).toEqual([]);
  });

  it("covers it even where it ends before that slot's deadline", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00:05").ping("success", "02:01").sweep("02:30");
    expect(job.story()).toEqual(["ok@01:00", "skipped@02:00"]);
  });

  it("does not cover a slot past its limit", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 30 * MINUTE }).ping("start", "01:00:05").sweep("02:30");
    expect(job.story()).toEqual(["overlong@01:00", "missed@02:00"]);
    expect(job.told()).toEqual(["opened overlong", "changed missed"]);
  });

  it("without a limit covers one slot and is abandoned at the next one's deadline", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00:05").sweep("02:30");
    expect(job.story()).toEqual(["running@01:00", "skipped@02:00"]);
    job.sweep("03:12:01");
    expect(job.story()).toEqual(["abandoned@01:00", "skipped@02:00", "missed@03:00"]);
    expect(job.told()).toEqual(["opened abandoned"]);
  });

  it("jobs without a schedule: abandoned after 24 h", () => {
    const job = new Scenario(NO_SCHEDULE).ping("start", "1 06:00").sweep("2 06:00");
    expect(job.story()).toEqual(["running@-"]);
    expect(job.sweep("2 06:00:01").runs()[0]).toMatchObject({ outcome: "abandoned", reason: "day-without-end" });
  });

  it("at most 50 open runs; the oldest are abandoned", () => {
    const job = new Scenario(NO_SCHEDULE, { overlap: "allow" });
    for (let n = 0; n < 60; n += 1) job.ping("start", `00:${String(n).padStart(2, "0")}`, { runId: `run-${n}` });
    expect(job.state.openRuns).toHaveLength(50);
    expect(job.runs().filter((run) => run.outcome === "abandoned")).toHaveLength(10);
    expect(job.runs()[0]?.reason).toBe("too-many-open");
    expect(job.told()).toEqual(["opened abandoned"]);
  });
});

describe("pairing", () => {
  it("an end with a run id closes that run", () => {
    const job = new Scenario(NO_SCHEDULE, { overlap: "allow" });
    job
      .ping("start", "00:00", { runId: A })
      .ping("start", "00:01", { runId: B })
      .ping("success", "00:02", { runId: A });
    expect(job.runs().map((run) => run.outcome)).toEqual(["ok", "running"]);
  });

  it("finish before start pairs by run id only", () => {
    const job = new Scenario(NO_SCHEDULE)
      .ping("success", "00:05", { runId: A })
      .ping("start", "00:05:01", { runId: A });
    expect(job.runs()).toHaveLength(1);
    expect(job.runs()[0]).toMatchObject({ outcome: "ok", startSeen: true, durationMs: 0 });
    const nameless = new Scenario(NO_SCHEDULE).ping("success", "00:05").ping("start", "00:05:01");
    expect(nameless.runs().map((run) => run.outcome)).toEqual(["ok", "running"]);
  });

  it("a start after the end of the same id is ignored", () => {
    const job = new Scenario(NO_SCHEDULE).ping("start", "00:00", { runId: A }).ping("success", "00:01", { runId: A });
    job.ping("start", "00:05", { runId: A });
    expect(job.last?.disposition).toBe("ignored");
    expect(job.state.openRuns).toEqual([]);
  });

  it("an end without one closes the oldest still inside maxRuntime", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 90 * MINUTE, overlap: "allow" });
    job.ping("start", "01:00").ping("start", "02:00").ping("success", "02:10");
    expect(job.runs().map((run) => run.outcome)).toEqual(["ok", "running"]);
  });

  it("without a limit it closes the newest, and older ones of that source become abandoned", () => {
    const job = new Scenario(HOURLY, { overlap: "allow" }).ping("start", "01:00").ping("start", "02:00");
    job.ping("success", "02:10");
    expect(job.runs().map((run) => run.outcome)).toEqual(["abandoned", "ok"]);
  });

  it("the same host or source comes first", () => {
    const job = new Scenario(HOURLY, { overlap: "allow" });
    job.ping("start", "01:00:00", { host: "db-01" }).ping("start", "01:00:01", { host: "db-02" });
    job.ping("success", "01:05", { host: "db-01" });
    expect(job.runs().map((run) => run.outcome)).toEqual(["ok", "running"]);
  });

  it("two open runs without ids are marked ambiguous, runs with ids are not", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00").ping("start", "01:30");
    expect(job.runs().map((run) => run.ambiguous)).toEqual([true, true]);
    const named = new Scenario(HOURLY).ping("start", "01:00", { runId: A }).ping("start", "01:30", { runId: B });
    expect(named.runs().map((run) => run.ambiguous)).toEqual([false, false]);
  });
});

describe("overlap", () => {
  it("warns at once while two runs are open, never makes the job down, and closes with the last but one", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 90 * MINUTE }).ping("start", "01:00").ping("start", "02:00:01");
    expect(job.told()).toEqual(["opened overlap"]);
    expect(job.status("02:00:02")).toBe("running");
    job.ping("success", "02:10");
    expect(job.told()).toEqual(["opened overlap", "resolved overlap"]);
  });

  it("says nothing where overlap is allowed", () => {
    const job = new Scenario(HOURLY, { overlap: "allow" }).ping("start", "01:00").ping("start", "01:30");
    expect(job.told()).toEqual([]);
  });
});

describe("re-sends", () => {
  it("the same ping within 30 s is kept as a duplicate and changes nothing", () => {
    const job = new Scenario(HOURLY).ping("fail", "01:00:05").ping("fail", "01:00:34");
    expect(job.last?.disposition).toBe("duplicate");
    expect(job.story()).toEqual(["failed@01:00"]);
    expect(clockTime(job.state.lastPingAt)).toBe("01:00:34");
  });

  it("an end after the opposite end is news, also within 30 s; a re-send of it is none", () => {
    const job = new Scenario(HOURLY).ping("fail", "01:00:05").ping("success", "01:00:10").ping("fail", "01:00:20");
    expect(job.last?.disposition).toBe("applied");
    expect(job.told()).toHaveLength(3);
    expect(job.ping("fail", "01:00:21").last?.disposition).toBe("duplicate");
    expect(job.ping("success", "01:00:25").last?.disposition).toBe("applied");
    expect(job.told()).toHaveLength(4);
  });

  it("within half of a short interval, or 5 s without a schedule", () => {
    const fast = new Scenario(every(10_000)).ping("success", "00:00:00");
    expect(fast.ping("success", "00:00:04").last?.disposition).toBe("duplicate");
    expect(fast.ping("success", "00:00:05").last?.disposition).toBe("applied");
    const free = new Scenario(NO_SCHEDULE).ping("success", "00:00:00");
    expect(free.ping("success", "00:00:04").last?.disposition).toBe("duplicate");
    expect(free.ping("success", "00:00:05").last?.disposition).toBe("applied");
  });

  it("another run id, source, exit status or body is another ping", () => {
    for (const other of [{ runId: B }, { source: "192.0.2.9" }, { exitCode: 2 }, { bodyDigest: "x" }]) {
      const job = new Scenario(HOURLY).ping("fail", "01:00:05").ping("fail", "01:00:06", other);
      expect(job.last?.disposition).toBe("applied");
    }
  });
});

describe("log lines", () => {
  it("become the open run's output and change nothing else", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00").ping("log", "01:01", { hasBody: true });
    expect(job.runs()[0]).toMatchObject({ outcome: "running" });
    expect(job.runs()[0]?.output?.pingId).toMatch(/^0{8}-/);
    expect(new Scenario(HOURLY).ping("log", "01:00").sweep("5 00:00").story()).toEqual([]);
  });
});
