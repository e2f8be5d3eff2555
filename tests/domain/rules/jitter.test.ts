import { describe, expect, it } from "vitest";
import type { NamedDialect, ScheduleSpec } from "../../../lib/domain/job.ts";
import { MINUTE } from "../../../lib/domain/time.ts";
import { clockTime, every, Scenario } from "../../support/scenario.ts";

function hourly(dialect: NamedDialect, expression = "0 * * * *"): ScheduleSpec {
  return { kind: "cron", dialect, expression, timeZone: "UTC" };
}

/** Hangfire looks for due jobs every 15 s. */
const HANGFIRE = hourly("hangfire");
const LIMITS = { jitterMs: 5 * MINUTE, graceMs: 3 * MINUTE };

describe("jitter", () => {
  it("is the scheduler's own delay and what the owner adds; the deadline comes after both and the grace", () => {
    const job = new Scenario(HANGFIRE, LIMITS).ping("success", "01:00:05");
    expect(clockTime(job.checkAt)).toBe("02:08:15");
    expect(clockTime(new Scenario(hourly("vixie"), LIMITS).ping("success", "01:00:05").checkAt)).toBe("02:08:00");
  });

  it("is no lateness: inside it a job is not late, between it and the deadline it is, without an alert", () => {
    const job = new Scenario(HANGFIRE, LIMITS).ping("success", "01:00:05").sweep("02:08");
    expect(clockTime(job.facts().lateAt)).toBe("02:05:15");
    expect([job.status("02:05:15"), job.status("02:05:16")]).toEqual(["ok", "late"]);
    expect(job.told()).toEqual([]);
    expect(job.sweep("02:08:16").told()).toEqual(["opened missed"]);
  });

  it("tells in an alert when the sign was due at the latest", () => {
    const job = new Scenario(HANGFIRE, LIMITS).ping("success", "01:00:05").sweep("02:30");
    expect(clockTime(job.alerts[0]?.facts.deadlineAt ?? null)).toBe("02:08:15");
  });

  it("makes no grace shorter or longer", () => {
    expect(clockTime(new Scenario(HANGFIRE).ping("success", "01:00:05").checkAt)).toBe("02:12:15");
  });

  it("that is drawn by lot for each machine is all taken for delay", () => {
    const job = new Scenario(hourly("cronie", "0~30 * * * *"), { graceMs: MINUTE }).ping("success", "01:17");
    expect(clockTime(job.facts().lateAt)).toBe("02:30:00");
    expect(clockTime(job.checkAt)).toBe("02:31:00");
  });

  it("of the owner alone holds for an interval", () => {
    const job = new Scenario(every(10 * MINUTE), { jitterMs: 2 * MINUTE, graceMs: MINUTE }).ping("success", "00:00");
    expect(clockTime(job.checkAt)).toBe("00:13:00");
  });

  it("longer than the interval raises no alarm: a late sign counts for the slot it comes in", () => {
    const job = new Scenario(hourly("vixie"), { jitterMs: 90 * MINUTE }).ping("success", "01:20");
    job.ping("success", "03:05").ping("success", "03:40").sweep("03:59");
    expect(job.told()).toEqual([]);
  });
});
