import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PingAction } from "../../../lib/domain/ping.ts";
import { DAY, HOUR, MINUTE, SECOND, type Millis } from "../../../lib/domain/time.ts";
import { applyDeadline, applyPing } from "../../../lib/domain/transition.ts";
import { lifeArbitrary, live, pingArbitrary, SPAN, START } from "../../support/lives.ts";
import { useRestlessZone } from "../../support/restless-zone.ts";
import { cron, every, instant, makePing, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";
import { expectTurns, expectValid } from "../../support/validity.ts";

const HOURLY = cron("0 * * * *");
const MINUTELY = cron("* * * * *");
const SCHEDULES = [HOURLY, every(5 * MINUTE), NO_SCHEDULE];
const ACTIONS: readonly PingAction[] = ["start", "success", "fail", "log", "skip"];

/** After whatever it went through: a valid state, and not one alert more than `most`. */
function expectCalm(job: Scenario, most: number): void {
  expectValid(job.state, job.runs());
  expectTurns(job);
  expect(job.alerts.length).toBeLessThanOrEqual(most);
}

const runId = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

describe.each(SCHEDULES)("with the schedule %j", (schedule) => {
  // Twelve runs an hour are too often for a job of every hour, and for no other of these.
  const rhythm = schedule === HOURLY ? ["too-often"] : [];

  it.each([
    ["in the future", instant("20 00:00")],
    ["one millisecond ahead", instant("02:00:05") + 1],
    ["in 1970", 0],
    ["before that", -1e15],
    ["no time at all", Number.NaN],
    ["never", Infinity],
  ])("a client's time %s is as good as none", (_name, at) => {
    for (const action of ACTIONS) {
      const job = new Scenario(schedule).ping("success", "01:00:05").ping(action, "02:00:05", { at });
      const honest = new Scenario(schedule).ping("success", "01:00:05").ping(action, "02:00:05");
      expect(job.story()).toEqual(honest.story());
      expect(job.runs().at(-1)?.settledAt).toBe(honest.runs().at(-1)?.settledAt);
      expectCalm(job, 3);
    }
  });

  it.each([-1, -DAY, 1e6 * 365 * DAY, Number.NaN, Infinity, -Infinity])(
    "a duration of %d ms is as good as none",
    (durationMs) => {
      for (const action of ACTIONS) {
        const limits = { minRuntimeMs: MINUTE, unusual: "alert" as const };
        const job = new Scenario(schedule, limits).ping(action, "02:00:05", { durationMs });
        expect(job.runs().every((run) => run.durationMs === null && (run.startedAt ?? Infinity) >= START)).toBe(true);
        expectCalm(job, 1);
      }
    },
  );

  it("a thousand starts without an end leave fifty open runs, and at most two alerts open", () => {
    for (const named of [true, false]) {
      const job = new Scenario(schedule);
      for (let index = 0; index < 1_000; index += 1) {
        job.ping("start", START + index * 45 * SECOND, { runId: named ? runId(index) : null });
      }
      expect(job.state.openRuns.length).toBeLessThanOrEqual(50);
      expectCalm(job, 2);
      job.sweep(START + DAY);
      expectCalm(job, 4);
    }
  });

  it("ends without starts are runs of their own", () => {
    const job = new Scenario(schedule);
    for (let index = 0; index < 200; index += 1) {
      job.ping(index % 2 === 0 ? "success" : "fail", START + index * 50 * SECOND, { runId: runId(index) });
    }
    expectCalm(job, 200);
    expect(job.runs().filter((run) => run.startedAt !== null && run.startSeen)).toEqual([]);
  });

  it.each(ACTIONS)("one %s a hundred times within a second counts once", (action) => {
    const ping = makePing(action, "01:00:05", { exitCode: action === "fail" ? 1 : null });
    const job = new Scenario(schedule);
    for (let index = 0; index < 100; index += 1) job.apply({ ...ping, receivedAt: ping.receivedAt + index * 10 });
    expect(job.runs()).toHaveLength(action === "log" ? 0 : 1);
    expectCalm(job, 1);
  });

  it.each(ACTIONS)("one %s a hundred times over three hours is at most one incident", (action) => {
    const ping = makePing(action, "01:00:05", { runId: runId(1) });
    const job = new Scenario(schedule);
    for (let index = 0; index < 100; index += 1)
      job.apply({ ...ping, receivedAt: ping.receivedAt + index * 108 * SECOND });
    expectCalm(job, 2);
  });

  it("two hosts with one job, both without run ids, are told of as an overlap and no more", () => {
    const job = new Scenario(schedule, { maxRuntimeMs: 4 * MINUTE });
    for (let slot = instant("01:00"); slot < instant("06:00"); slot += 5 * MINUTE) {
      for (const host of ["db-01", "db-02"]) job.ping("start", slot + (host === "db-01" ? 0 : 800), { host });
      for (const host of ["db-02", "db-01"]) job.ping("success", slot + 2 * MINUTE, { host });
    }
    expectCalm(job, 130);
    expect(new Set(job.alerts.map(({ facts }) => facts.cause))).toEqual(new Set(["overlap", ...rhythm]));
    expect(job.runs().filter((run) => run.outcome === "ok")).toHaveLength(120);
  });

  it("a clock that steps back brings no alarm, and no slot again", () => {
    for (const back of [SECOND, 10 * MINUTE, 3 * HOUR, 400 * DAY]) {
      const job = new Scenario(schedule, { maxRuntimeMs: HOUR });
      for (let at = instant("05:00:05"); at < instant("09:00"); at += 5 * MINUTE) {
        job.ping("start", at).ping("success", at + MINUTE);
      }
      const { alerts } = job;
      for (let at = instant("09:00:05"); at < instant("13:00"); at += 5 * MINUTE) {
        job
          .sweep(at - back - SECOND)
          .ping("start", at - back)
          .ping("success", at - back + MINUTE);
      }
      expect(alerts.filter(({ facts }) => !["overlap", ...rhythm].includes(facts.cause))).toEqual([]);
      const slots = job.runs().flatMap((run) => run.slotAt ?? []);
      expect(new Set(slots).size).toBe(slots.length);
      expectCalm(job, 2);
    }
  });

  it("a pause, a resumption and an edit that come before what was booked change no slot that was", () => {
    const job = new Scenario(schedule).ping("success", "05:00:05").ping("success", "06:00:05");
    const [rows, told] = [job.story(), job.told()];
    job.pause("04:10").resume("04:20").edit("04:30", { schedule: MINUTELY }).edit("04:31", { schedule });
    expect(job.story()).toEqual(rows);
    expect(job.sweep("06:00").told()).toEqual(told);
    expectCalm(job, 2);
  });
});

describe("a job whose schedule changes every minute", () => {
  it("never comes to a verdict on slots that no schedule held long enough for, and raises no alarm", () => {
    const schedules = [HOURLY, every(5 * MINUTE), MINUTELY, NO_SCHEDULE, cron("*/10 * * * *")];
    const job = new Scenario(HOURLY).ping("success", "01:00:05");
    for (let minute = 0; minute < 600; minute += 1) {
      const at = instant("01:00:30") + minute * MINUTE;
      job.edit(at, { schedule: schedules[minute % schedules.length] ?? HOURLY });
      if (minute % 7 === 0) job.ping("start", at + 1, { runId: runId(minute) });
      if (minute % 7 === 1) job.ping("success", at + 1, { runId: runId(minute - 1) });
      if (minute % 50 === 0) expectValid(job.state, job.runs());
    }
    expectCalm(job, 0);
  });

  it("an early ping's slot does not come again with the new schedule", () => {
    for (const between of [cron("*/30 * * * *"), NO_SCHEDULE]) {
      const job = new Scenario(HOURLY).ping("success", "01:00:05").ping("success", "01:59:30");
      job.edit("01:59:40", { schedule: between }).edit("01:59:50", { schedule: HOURLY }).sweep("02:59");
      expect(job.story()).toEqual(["ok@01:00", "ok@02:00"]);
    }
  });
});

describe("any pings with impossible times, under a clock that goes as it likes", () => {
  const wild = fc.record({
    ping: pingArbitrary,
    at: fc.constantFrom(null, 0, -1, Number.NaN, START + SPAN / 2, START + 400 * DAY),
    durationMs: fc.constantFrom(null, -5, 0, 90 * SECOND, 3e16, Number.NaN),
    clock: fc.integer({ min: -SPAN, max: SPAN }),
    sweeps: fc.boolean(),
  });

  it("leave a valid state, and no more than a few alerts a ping", () => {
    fc.assert(
      fc.property(lifeArbitrary, fc.array(wild, { maxLength: 30 }), (life, steps) => {
        useRestlessZone();
        const job = live({ ...life, pings: [] });
        let alerts = 0;
        for (const { ping, at, durationMs, clock, sweeps } of steps) {
          const now: Millis = ping.receivedAt + clock;
          if (sweeps) job.state = applyDeadline(job.state, now).state;
          const done = applyPing(job.state, { ...ping, at, durationMs }, now);
          job.state = done.state;
          alerts += done.alerts.length;
          expectValid(job.state, job.state.openRuns);
        }
        expect(alerts).toBeLessThanOrEqual(4 * steps.length + 4);
      }),
    );
  });
});
