import { describe, expect, it } from "vitest";
import { hostZoneOf } from "../../../lib/domain/host-zone.ts";
import type { Dialect, ScheduleSpec } from "../../../lib/domain/job.ts";
import { compileSchedule } from "../../../lib/domain/schedule.ts";
import { DAY, HOUR, MINUTE, SECOND, type Instant } from "../../../lib/domain/time.ts";
import { getZone } from "../../../lib/domain/zone.ts";
import { clockTime, cron, every, instant, Scenario } from "../../support/scenario.ts";

// What everybody who waits for a job has to know of schedulers, hosts and clocks: one test a rule, in its order.

const HOURLY = cron("0 * * * *");
const DAILY = cron("0 2 * * *");

function by(dialect: Dialect, expression: string, timeZone: string): ScheduleSpec {
  return { kind: "cron", dialect, expression, timeZone };
}

const at = (text: string): Instant => Date.parse(`${text}Z`);

/** A run of four seconds at each of these instants. */
function runAt(schedule: ScheduleSpec, starts: readonly Instant[]): Scenario {
  const job = new Scenario(schedule, {}, { since: (starts[0] ?? 0) - DAY });
  for (const start of starts) job.ping("start", start + SECOND).ping("success", start + 5 * SECOND);
  return job;
}

describe("1. due: the slots after the last one accounted for, each with a deadline of its own", () => {
  it("is late from slot + jitter on, and missed once at slot + jitter + grace", () => {
    const job = new Scenario(DAILY, { graceMs: 30 * MINUTE, jitterMs: 5 * MINUTE }).ping("success", "1 02:00:01");
    expect([job.status("2 02:05"), job.status("2 02:05:01")]).toEqual(["ok", "late"]);
    expect(clockTime(job.checkAt)).toBe("02:35:00");
    expect(job.sweep("2 02:35").told()).toEqual([]);
    expect(job.sweep("2 02:35:01").sweep("2 03:00").told()).toEqual(["opened missed"]);
    expect(clockTime(job.checkAt)).toBe("02:35:00");
  });

  it("goes by the server's clock at receipt, whatever the client's says", () => {
    const job = new Scenario(DAILY)
      .ping("success", "1 02:00:01")
      .ping("success", "2 02:00:01", { at: instant("9 00:00") });
    expect(job.runs().map((run) => run.slotAt)).toEqual([instant("1 02:00"), instant("2 02:00")]);
  });
});

describe("2. a ping belongs to slot d from d − early until the next slot − early", () => {
  it("counts a ping that is a second early for the coming slot", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:01").ping("success", "01:59:59").sweep("02:59");
    expect(job.story()).toEqual(["ok@01:00", "ok@02:00"]);
  });

  it("two pings in one slot are both fine, and the next slot still waits for its own", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:01").ping("success", "01:20").sweep("02:12:01");
    expect(job.story()).toEqual(["ok@01:00", "ok@-", "missed@02:00"]);
  });
});

describe("3. jitter: what a scheduler adds by itself is no lateness", () => {
  it("is not even late inside it, be it the scheduler's own or what its owner has it add", () => {
    const timer = by("systemd", "*-*-* 02:00:00", "UTC");
    const job = new Scenario(timer, { jitterMs: 10 * MINUTE, graceMs: MINUTE }).ping("success", "1 02:00:30");
    // A timer's accuracy of a minute comes on top.
    expect(job.status("2 02:11")).toBe("ok");
    expect(job.status("2 02:11:01")).toBe("late");
    expect(job.sweep("2 02:12").told()).toEqual([]);
    expect(job.sweep("2 02:12:01").told()).toEqual(["opened missed"]);
  });
});

describe("4. slow runs: late is no start, stuck is no end", () => {
  it("tells a start that does not come from an end that does not come", () => {
    const limits = { graceMs: 5 * MINUTE, maxRuntimeMs: 20 * MINUTE };
    const stuck = new Scenario(HOURLY, limits).ping("start", "01:04").sweep("01:24");
    expect(stuck.told()).toEqual([]);
    expect(stuck.sweep("01:24:01").told()).toEqual(["opened overlong"]);
    const late = new Scenario(HOURLY, limits).ping("success", "00:00:01").sweep("01:05:01");
    expect(late.told()).toEqual(["opened missed"]);
  });

  it("does not miss a slot that a scheduler left out because the run before was open", () => {
    const job = new Scenario(HOURLY, { maxRuntimeMs: 3 * HOUR }).ping("start", "01:00:01").sweep("03:30");
    expect(job.story()).toEqual(["running@01:00", "skipped@02:00×2"]);
    expect(job.runs()[1]?.reason).toBe("still-running");
    expect(job.ping("success", "03:40").told()).toEqual([]);
  });
});

describe("5. changes of the clock", () => {
  const RIGA = "Europe/Riga";
  const [before, after] = [at("2026-10-24T12:00"), at("2026-10-25T12:00")];

  it("a fixed time runs once on a day of 25 hours", () => {
    const schedule = compileSchedule(by("vixie", "30 3 * * *", RIGA));
    expect(schedule.between(before, after, 9)).toEqual([at("2026-10-25T00:30")]);
  });

  it("a scheduler with a hole of two hours there is not called late, and one without is not let off", () => {
    const [timer, hourly] = [by("systemd", "hourly", RIGA), by("vixie", "0 * * * *", RIGA)];
    const hole = compileSchedule(timer).between(before, after, 99);
    const full = compileSchedule(hourly).between(before, after, 99);
    expect([hole.length, full.length]).toEqual([23, 24]);
    expect(runAt(timer, hole).sweep(after).told()).toEqual([]);
    expect(runAt(hourly, hole).sweep(after).told()).toEqual(["opened missed", "resolved missed"]);
  });

  it("an interval counts elapsed time", () => {
    const hours = Array.from({ length: 30 }, (_, index) => at("2026-10-24T12:00") + index * HOUR);
    const job = runAt(every(HOUR), hours);
    expect(job.told()).toEqual([]);
    expect(job.runs().every((run) => run.outcome === "ok")).toBe(true);
  });

  it("with no scheduler named, a slot that only some have may stay empty and may be filled", () => {
    const unsure = by("auto", "0 * * * *", RIGA);
    const all = compileSchedule(unsure).between(before, after, 99);
    const some = all.filter((slot) => !compileSchedule(unsure).isOptional(slot));
    expect([all.length, some.length]).toEqual([24, 22]);
    for (const starts of [all, some]) {
      const job = runAt(unsure, starts).sweep(after);
      expect(job.told()).toEqual([]);
      expect(job.runs().filter((run) => run.outcome === "ok")).toHaveLength(starts.length);
    }
  });

  it("Debian's burst after the gap in spring is two runs close together, and no early one for the next slot", () => {
    const schedule = by("vixie", "30 2,3,4 * * *", RIGA);
    const spring = at("2026-03-29T01:00");
    const slots = compileSchedule(schedule).between(spring - HOUR, spring + HOUR, 9);
    // 03:30 does not exist: it runs as the clocks are put forward, half an hour before 04:30.
    expect(slots.map(clockTime)).toEqual(["00:30:00", "01:00:00", "01:30:00"]);
    const job = runAt(schedule, slots.slice(0, 2)).sweep(spring + 2 * HOUR);
    expect(job.story()).toEqual(["ok@00:30", "ok@01:00", "missed@01:30"]);
  });
});

describe("6. @reboot has no time at which it is due", () => {
  it("waits for nothing, and still tells of a run that does not end", () => {
    const job = new Scenario(by("vixie", "@reboot", "UTC"), { maxRuntimeMs: HOUR }).ping("success", "01:00");
    expect(job.checkAt).toBeNull();
    expect(job.sweep("20 00:00").told()).toEqual([]);
    expect(job.ping("start", "20 05:00").sweep("20 06:00:01").told()).toEqual(["opened overlong"]);
  });
});

describe("7. anacron and persistent timers run when the machine is up, not at a wall time", () => {
  it("an interval of a day with a long grace takes the run at any time of the day", () => {
    const job = new Scenario(every(DAY), { graceMs: 16 * HOUR });
    for (const time of ["1 07:35", "2 12:40", "3 07:35", "4 22:10", "5 07:31"]) job.ping("success", time);
    expect(job.told()).toEqual([]);
    expect(job.sweep("6 23:31:01").told()).toEqual(["opened missed"]);
  });

  it("after days off, the one run that a timer catches up ends the trouble, and no burst is waited for", () => {
    const job = new Scenario(by("systemd", "*-*-* 06:25:00", "UTC")).ping("success", "1 06:25:30").sweep("4 08:00");
    expect(job.story()).toEqual(["ok@06:25", "missed@06:25×3"]);
    job.ping("start", "4 08:00:20").ping("success", "4 08:10").sweep("5 06:25");
    expect(job.story()).toEqual(["ok@06:25", "missed@06:25×2", "ok@06:25"]);
    expect(job.told()).toEqual(["opened missed", "resolved missed"]);
  });
});

describe("8. a host that was down or asleep", () => {
  it("up to three hours later Debian's cron still runs what it slept over, late and not twice", () => {
    const job = new Scenario(DAILY, { graceMs: 3 * HOUR }).ping("success", "1 02:00:01").sweep("2 04:30");
    expect(job.status("2 04:30")).toBe("late");
    job.ping("start", "2 04:31").ping("success", "2 04:40").sweep("3 02:00");
    expect(job.story()).toEqual(["ok@02:00", "ok@02:00"]);
    expect(job.told()).toEqual([]);
  });

  it("after longer nothing is caught up: those slots are missed", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:01").sweep("06:59").ping("success", "07:00:01");
    expect(job.story()).toEqual(["ok@01:00", "missed@02:00×5", "ok@07:00"]);
    expect(job.told()).toEqual(["opened missed", "resolved missed"]);
  });

  it("Kubernetes catches up the newest only: it takes its slot, those before stay missed", () => {
    const job = new Scenario(by("kubernetes", "0 * * * *", "UTC")).ping("success", "01:00:01").sweep("04:20");
    job.ping("start", "04:25").ping("success", "04:26");
    expect(job.story()).toEqual(["ok@01:00", "missed@02:00×2", "ok@04:00"]);
  });
});

describe("9. our own outage and clock", () => {
  it("no deadline that passed while nobody could be heard raises an alarm", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:01").gap("01:30", "06:05").sweep("06:06");
    expect(job.story()).toEqual(["ok@01:00", "unknown@02:00×4"]);
    expect(job.ping("success", "06:07").sweep("06:30").told()).toEqual([]);
  });

  it("a clock that was set back leaves everything as it is until it has caught up", () => {
    const job = new Scenario(HOURLY).ping("success", "01:00:01").sweep("02:30");
    const rows = job.story();
    expect(job.sweep("01:10").sweep("02:12:01").sweep("02:40").story()).toEqual(rows);
    expect(job.told()).toEqual(["opened missed"]);
  });
});

describe("10. the zone of a host is not always that of its schedule", () => {
  it("shows in runs that are all whole hours away from their slots", () => {
    const schedule = cron("0 2 * * *", "Europe/Riga");
    const host = compileSchedule(cron("0 2 * * *", "UTC")).between(instant("1 12:00"), instant("12 12:00"), 9);
    const starts = runAt(schedule, host)
      .runs()
      .flatMap((run) => run.startedAt ?? []);
    expect(hostZoneOf(compileSchedule(schedule), getZone("Europe/Riga"), starts)?.words).toBe(
      "your host seems to run in UTC, not in Europe/Riga",
    );
  });
});
