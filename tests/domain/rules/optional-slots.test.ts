import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSchedule } from "../../../lib/domain/schedule.ts";
import { HOUR, type Instant, MINUTE } from "../../../lib/domain/time.ts";
import { unsure } from "../../support/clock-changes.ts";
import { gapsArbitrary, limitsArbitrary, pingArbitrary, SPAN, START } from "../../support/lives.ts";
import { unsureScheduleArbitrary, useRestlessZone } from "../../support/restless-zone.ts";
import { clockTime, Scenario } from "../../support/scenario.ts";

/** `"06:00"` or `"06:00:05"` UTC on the day on which New York's clocks go back, at 06:00. */
function at(time: string): Instant {
  return Date.parse(`2026-11-01T${time.padEnd(8, ":00")}Z`);
}

// Debian's cron runs a job at fixed hours once in the repeated hour, Hangfire runs one with a range twice: at 05:00 it is
// 01:00 and everybody runs it, at 06:00 it is 01:00 again.
const HOURLY = unsure("0 0-23 * * *");

/** A job that ran at 04:00 and 05:00. */
function hourly(limits: ConstructorParameters<typeof Scenario>[1] = {}): Scenario {
  const job = new Scenario(HOURLY, limits, { since: at("00:00") });
  return job.ping("success", at("04:00:05")).ping("success", at("05:00:05"));
}

describe("an optional slot", () => {
  it("that stays empty is skipped, with the reason optional, and nobody hears of it", () => {
    const job = hourly().sweep(at("06:59"));
    expect(job.story()).toEqual(["ok@04:00", "ok@05:00", "skipped@06:00"]);
    expect(job.runs().at(-1)).toMatchObject({ reason: "optional", count: 1, settledAt: at("06:12") });
    expect(job.told()).toEqual([]);
    job.ping("success", at("07:00:05")).ping("success", at("08:00:05")).sweep(at("08:59"));
    expect(job.story().slice(2)).toEqual(["skipped@06:00", "ok@07:00", "ok@08:00"]);
    expect(job.told()).toEqual([]);
  });

  it("is neutral to streaks of bad and of good", () => {
    const bad = hourly({ failuresToOpen: 2 }).ping("fail", at("05:30"));
    expect(bad.sweep(at("06:59")).told()).toEqual([]);
    expect(bad.ping("fail", at("07:00:05")).told()).toEqual(["opened failed"]);
    const good = hourly({ successesToClose: 2 }).ping("fail", at("05:30")).ping("success", at("05:45"));
    expect(good.ping("success", at("07:00:05")).told()).toEqual(["opened failed", "resolved failed"]);
  });

  it("never makes the job late; the next required one does, and is what people are told to expect", () => {
    const job = hourly().sweep(at("06:05"));
    expect(job.status(at("06:05"))).toBe("ok");
    expect(job.facts()).toMatchObject({ nextSlotAt: at("07:00"), lateAt: at("07:00") });
    job.sweep(at("07:00:01"));
    expect(job.status(at("07:00:01"))).toBe("late");
  });

  it("does not hide that the run of a later slot is under way", () => {
    const job = hourly({ graceMs: 90 * MINUTE }).ping("start", at("07:00:05"));
    expect(job.state.nextSlotAt).toBe(at("06:00"));
    expect(job.facts().lateAt).toBe(at("08:00"));
  });

  it("takes a sign in its window as any slot does", () => {
    const job = hourly().ping("success", at("05:59:30")).ping("success", at("07:00:05")).sweep(at("07:59"));
    expect(job.story()).toEqual(["ok@04:00", "ok@05:00", "ok@06:00", "ok@07:00"]);
  });

  it("takes a late sign in place of its skip", () => {
    const job = hourly().sweep(at("06:30")).ping("success", at("06:31"));
    expect(job.story()).toEqual(["ok@04:00", "ok@05:00", "ok@06:00"]);
  });

  it("leaves a sign in its window to the required one before, where that one still waits", () => {
    const late = new Scenario(HOURLY, { graceMs: 90 * MINUTE }, { since: at("00:00") }).ping("success", at("04:00:05"));
    late.ping("success", at("06:10")).ping("success", at("07:00:05")).sweep(at("07:59"));
    expect(late.story()).toEqual(["ok@04:00", "ok@05:00", "ok@07:00", "skipped@06:00"]);
    expect(late.told()).toEqual([]);
  });

  it("takes a sign after the deadline of the required one before", () => {
    const late = new Scenario(HOURLY, {}, { since: at("00:00") }).ping("success", at("04:00:05"));
    late.ping("success", at("06:00:05"));
    expect(late.story()).toEqual(["ok@04:00", "missed@05:00", "ok@06:00"]);
    expect(late.told()).toEqual(["opened missed", "resolved missed"]);
  });

  it("stays skipped where we ourselves were away", () => {
    const job = hourly().gap(at("05:30"), at("06:30")).sweep(at("06:59"));
    expect(job.story()).toEqual(["ok@04:00", "ok@05:00", "skipped@06:00"]);
    expect(job.status(at("06:59"))).toBe("ok");
  });

  it("takes the first ping ever", () => {
    const job = new Scenario(HOURLY, {}, { since: at("00:00") }).ping("success", at("06:00:05")).sweep(at("07:11"));
    expect(job.story()).toEqual(["ok@06:00"]);
    expect(job.sweep(at("07:13")).story()).toEqual(["ok@06:00", "missed@07:00"]);
  });
});

describe("the neighbours of an optional slot", () => {
  it("have a grace by the way to the next required slot", () => {
    const job = new Scenario(HOURLY, {}, { since: at("00:00") }).ping("success", at("04:00:05"));
    expect(clockTime(job.checkAt)).toBe("05:24:00");
  });

  it("may be early by the way from the required slot before", () => {
    // The clocks go from 02:00 to 03:00 at 07:00 UTC. Hangfire then runs what it missed, Spring does not.
    const job = new Scenario(unsure("0 1 2,3 * * ?"), {}, { since: Date.parse("2026-03-01T00:00Z") });
    const on = (time: string): Instant => Date.parse(`2026-03-${time}Z`);
    job.ping("success", on("07T07:01:05")).ping("success", on("07T08:01:05"));
    job.ping("success", on("08T07:00:20")).sweep(on("09T05:00"));
    expect(job.runs().at(-2)).toMatchObject({ outcome: "ok", slotAt: on("08T07:01:00") });
    expect(job.runs().at(-1)).toMatchObject({ outcome: "skipped", reason: "optional", slotAt: on("08T07:00:00") });
    expect(job.told()).toEqual([]);
  });

  it("are covered and given up over the head of the optional one", () => {
    const job = new Scenario(HOURLY, {}, { since: at("00:00") }).ping("start", at("05:00:05")).sweep(at("07:59"));
    expect(job.story()).toEqual(["running@05:00", "skipped@06:00", "skipped@07:00"]);
    expect(job.runs().map((run) => run.reason)).toEqual([null, "optional", "still-running"]);
    expect(job.told()).toEqual([]);
    expect(job.sweep(at("08:13")).told()).toEqual(["opened abandoned"]);
  });
});

describe("any pings around changes of the clock", () => {
  it("leave an optional slot with a run or one skip, and give its reason to no other slot", () => {
    const life = fc.record({
      schedule: unsureScheduleArbitrary,
      limits: limitsArbitrary,
      pings: fc.array(pingArbitrary, { maxLength: 40 }),
      gaps: gapsArbitrary,
    });
    useRestlessZone();
    fc.assert(
      fc.property(life, ({ schedule: spec, limits, pings, gaps }) => {
        const job = new Scenario(spec, limits, { since: START - 1, gaps });
        for (const ping of pings.toSorted((a, b) => a.receivedAt - b.receivedAt)) job.apply(ping);
        const schedule = compileSchedule(spec);
        for (const run of job.sweep(START + SPAN + HOUR).runs()) {
          if (run.slotAt === null || run.startedAt !== null || run.reason === "announced") continue;
          expect(run.reason === "optional").toBe(schedule.isOptional(run.slotAt));
          expect(run.outcome === "skipped" || run.reason !== "optional").toBe(true);
        }
      }),
    );
  });
});
