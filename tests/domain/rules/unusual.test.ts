import { describe, expect, it } from "vitest";
import { compileSchedule } from "../../../lib/domain/schedule.ts";
import { localWeekday, unusualBounds, usualOf, type UnusualBounds } from "../../../lib/domain/usual.ts";
import { clockTime, cron, instant, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;
const WEEK = [0, 1, 2, 3, 4, 5, 6];
const A = "aaaaaaaa-0000-4000-8000-000000000000";

/** Slow after half an hour, fast below three minutes; slow after an hour on Sundays. */
const USUAL: UnusualBounds = {
  slowAfterMs: WEEK.map((day) => (day === 0 ? 60 : 30) * MINUTE),
  fastBelowMs: WEEK.map((day) => (day === 0 ? null : 3 * MINUTE)),
};

// 1 March 2026 is a Sunday.
function watched(limits = {}, usual: UnusualBounds = USUAL): Scenario {
  return new Scenario(HOURLY, { unusual: "alert", ...limits }, { usual });
}

describe("a run that is slower than usual", () => {
  it("is told of while it is still open, as a warning that does not make the job down", () => {
    const job = watched().ping("start", "2 01:00");
    expect(clockTime(job.checkAt)).toBe("01:30:00");
    expect(job.sweep("2 01:30").told()).toEqual([]);
    expect(job.sweep("2 01:30:01").told()).toEqual(["opened slow"]);
    expect(job.alerts[0]?.facts).toMatchObject({ severity: "warning", deadlineAt: instant("2 01:30") });
    expect(job.status("2 01:31")).toBe("running");
    expect(job.facts()).toMatchObject({ down: false, warning: true });
  });

  it("is told of once, and is over as the run ends, however it ends", () => {
    for (const action of ["success", "fail", "skip"] as const) {
      const job = watched({ failuresToOpen: 2 }).ping("start", "2 01:00", { runId: A }).sweep("2 01:40");
      job.ping(action, "2 01:50", { runId: A }).sweep("2 01:59");
      expect(job.told()).toEqual(["opened slow", "resolved slow"]);
      expect(job.alerts[1]?.facts.resolveReason).toBe("usual");
    }
  });

  it("is withdrawn where its end comes late and shows that it was in time", () => {
    const job = watched()
      .ping("start", "2 01:00")
      .ping("success", "2 01:40", { at: instant("2 01:10") });
    expect(job.told()).toEqual(["opened slow", "resolved slow"]);
    expect(job.alerts[1]?.facts.resolveReason).toBe("withdrawn");
  });

  it("goes by the weekday of its start in the schedule's zone", () => {
    expect(clockTime(watched().ping("start", "1 01:00").state.openRuns[0]?.slowBy ?? null)).toBe("02:00:00");
    const auckland = new Scenario(cron("0 * * * *", "Pacific/Auckland"), { unusual: "alert" }, { usual: USUAL });
    // Sunday 12:00 in UTC is Monday there already.
    expect(clockTime(auckland.ping("start", "1 12:00").state.openRuns[0]?.slowBy ?? null)).toBe("12:30:00");
  });

  it("is not told of twice: overlong says more, and another warning says enough", () => {
    const overlong = watched({ maxRuntimeMs: 20 * MINUTE })
      .ping("start", "2 01:00")
      .sweep("2 01:40");
    expect(overlong.told()).toEqual(["opened overlong"]);
    const overlap = watched({ maxRuntimeMs: 90 * MINUTE })
      .ping("start", "2 01:00")
      .ping("start", "2 01:10");
    expect(overlap.sweep("2 01:50").told()).toEqual(["opened overlap"]);
  });

  it("has nothing to do with overlap: that does not end it", () => {
    const job = watched({ maxRuntimeMs: 200 * MINUTE })
      .ping("start", "2 01:00", { runId: A })
      .sweep("2 01:40");
    job.ping("start", "2 02:00").ping("success", "2 02:10");
    expect(job.told()).toEqual(["opened slow"]);
    expect(job.ping("success", "2 02:20", { runId: A }).told()).toEqual(["opened slow", "resolved slow"]);
  });

  it("says nothing where we were away while it may have ended", () => {
    const away = watched().ping("start", "2 01:00").gap("2 01:20", "2 01:25").sweep("2 01:40");
    expect(away.told()).toEqual([]);
    expect(away.state.openRuns[0]?.slowBy).toBeNull();
    const blink = watched().ping("start", "2 01:00").gap("2 01:29:55", "2 01:30:05").sweep("2 01:30:10");
    expect(blink.told()).toEqual([]);
    expect(blink.sweep("2 01:30:11").told()).toEqual(["opened slow"]);
  });

  it("is not put off by heartbeats", () => {
    const job = watched().ping("start", "2 01:00", { runId: A }).ping("start", "2 01:20", { runId: A });
    expect(job.sweep("2 01:31").told()).toEqual(["opened slow"]);
  });
});

describe("a good run that is faster than usual", () => {
  it("is told of as a warning, until a good run is not", () => {
    const job = watched().ping("start", "2 01:00").ping("success", "2 01:02");
    expect(job.told()).toEqual(["opened fast"]);
    expect(job.status("2 01:03")).toBe("ok");
    job.ping("start", "2 02:00").ping("success", "2 02:01");
    expect(job.told()).toEqual(["opened fast"]);
    job.ping("start", "2 03:00").ping("success", "2 03:04");
    expect(job.told()).toEqual(["opened fast", "resolved fast"]);
    expect(job.alerts[1]?.facts.resolveReason).toBe("usual");
  });

  it("a bad run in between neither opens nor closes it", () => {
    const job = watched({ failuresToOpen: 9 }).ping("start", "2 01:00").ping("fail", "2 01:01");
    expect(job.told()).toEqual([]);
    job.ping("start", "2 02:00").ping("success", "2 02:01").ping("fail", "2 03:10");
    expect(job.told()).toEqual(["opened fast"]);
  });

  it("needs a duration that is certain", () => {
    expect(watched().ping("success", "2 01:00").told()).toEqual([]);
    expect(watched().ping("success", "2 01:00", { durationMs: 1_000 }).told()).toEqual(["opened fast"]);
    const guess = watched({ overlap: "allow", maxRuntimeMs: 90 * MINUTE }).ping("start", "2 01:00");
    expect(guess.ping("start", "2 01:00:30", { host: "db-02" }).ping("success", "2 01:01").told()).toEqual([]);
  });

  it("has no bound on some weekdays", () => {
    expect(watched().ping("start", "1 01:00").ping("success", "1 01:00:01").told()).toEqual([]);
  });
});

describe("who does not want to hear of unusual runs", () => {
  it("hears of none", () => {
    const job = new Scenario(HOURLY, {}, { usual: USUAL }).ping("start", "2 01:00").sweep("2 01:40");
    job.ping("success", "2 01:45").ping("success", "2 02:00", { durationMs: 1_000 });
    expect(job.told()).toEqual([]);
  });

  it("nor where nobody knows yet what is usual", () => {
    const job = new Scenario(HOURLY, { unusual: "alert" }).ping("start", "2 01:00").sweep("2 01:40");
    expect(job.ping("success", "2 01:45").told()).toEqual([]);
  });

  it("hears no more of a run that is open as it is turned off, and an open warning ends as edited", () => {
    const off = { limits: { unusual: "ignore" as const } };
    const before = watched().ping("start", "2 01:00").edit("2 01:10", off).sweep("2 01:40");
    expect(before.told()).toEqual([]);
    const after = watched().ping("start", "2 01:00").sweep("2 01:40").edit("2 01:41", off);
    expect(after.told()).toEqual(["opened slow", "resolved slow"]);
    expect(after.events.at(-1)).toMatchObject({ kind: "resolved", resolveReason: "edited" });
    expect(after.facts().warning).toBe(false);
  });

  it("is not called by the bounds that its own runs have set", () => {
    const durations = Array.from({ length: 20 }, (_, index) => (10 + (index % 5)) * MINUTE);
    const samples = durations.map((durationMs, index) => ({
      startedAt: instant("2 00:00") + index * 60 * MINUTE,
      durationMs,
      latenessMs: 0,
    }));
    const usual = unusualBounds(usualOf(samples, (at) => localWeekday(compileSchedule(HOURLY), at)));
    expect(usual).not.toBeNull();
    const job = watched({}, usual ?? USUAL);
    for (const [index, durationMs] of durations.entries()) {
      const start = instant("2 00:00") + index * 60 * MINUTE;
      job.ping("start", start).ping("success", start + durationMs);
    }
    expect(job.told()).toEqual([]);
  });
});
