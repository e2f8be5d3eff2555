import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Limits } from "../../../lib/domain/job.ts";
import { compileSchedule } from "../../../lib/domain/schedule.ts";
import { HOUR, type Instant, MINUTE, type Millis } from "../../../lib/domain/time.ts";
import { intlZone, setZoneSource } from "../../../lib/domain/zone.ts";
import { applyZoneChange } from "../../../lib/domain/zone-change.ts";
import { clockTime, cron, every, instant, NO_SCHEDULE, Scenario, type When } from "../../support/scenario.ts";

const CITY = "Test/City";

/** From now on the data says that the city's clocks are ahead of UTC by `offset` from `since` on, and by two hours before. */
function putInForce(offset: Millis, since: Instant = -Infinity): void {
  setZoneSource((name) => {
    if (name !== CITY) return null;
    return {
      name,
      offsetAt: (at) => (at >= since ? offset : 2 * HOUR),
      nextTransition: (after) => (after < since && since < Infinity ? since : null),
      prevTransition: (before) => (before >= since && since > -Infinity ? since : null),
    };
  });
}

const EARLIER = 3 * HOUR;
const LATER = HOUR;

/** New data is noticed at `at`. The change itself says nothing to anybody, and a second one changes nothing. */
function notice(job: Scenario, at: When): void {
  const done = applyZoneChange(job.state, instant(at));
  expect([done.runs, done.removedRuns, done.incidents, done.alerts]).toEqual([[], [], [], []]);
  const again = applyZoneChange(done.state, instant(at));
  expect([again.state, again.checkAt]).toEqual([done.state, done.checkAt]);
  job.state = done.state;
  job.checkAt = done.checkAt;
}

/** At four in the morning of the city, which is 02:00 UTC; heard in time on day 1. */
function daily(limits: Partial<Limits> = {}): Scenario {
  return new Scenario(cron("0 4 * * *", CITY), { graceMs: 30 * MINUTE, ...limits }).ping("success", "2:00");
}

const day = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString().slice(8, 16));

beforeEach(() => putInForce(2 * HOUR));
afterEach(() => setZoneSource(intlZone));

describe("a slot that is still to come", () => {
  it.each([
    ["earlier", EARLIER, "02T01:00", "01:30:00"],
    ["later", LATER, "02T03:00", "03:30:00"],
  ])("moves with the clocks, %s", (_, offset, slot, deadline) => {
    const job = daily();
    putInForce(offset);
    notice(job, "12:00");
    expect([day(job.state.nextSlotAt), clockTime(job.checkAt)]).toEqual([slot, deadline]);
    expect(job.sweep(`2 ${deadline}`).told()).toEqual([]);
    expect(job.sweep((job.checkAt ?? 0) + 1).told()).toEqual(["opened missed"]);
  });

  it("stays where the clocks of its zone stay, and is missed if it is", () => {
    const job = daily();
    const before = job.state;
    putInForce(EARLIER, instant("9 0:00"));
    notice(job, "2 2:45");
    expect(job.state).toEqual(before);
    expect(job.sweep("2 2:45").told()).toEqual(["opened missed"]);
  });
});

describe("a slot that moved into the past", () => {
  it.each(["2 1:10", "2 1:45"])("raises no alarm when that is noticed at %s; slots count from then on", (noticed) => {
    const job = daily();
    putInForce(EARLIER);
    notice(job, noticed);
    expect(day(job.state.nextSlotAt)).toBe("03T01:00");
    expect(job.sweep("3 1:30").told()).toEqual([]);
    expect(job.ping("success", "3 1:00").story()).toEqual(["ok@02:00", "ok@01:00"]);
  });
});

describe("a slot that has its verdict", () => {
  it("is not asked for again at its new, later hour", () => {
    const job = daily();
    putInForce(LATER);
    notice(job, "2:10");
    expect(day(job.state.nextSlotAt)).toBe("02T03:00");
    job.ping("success", "3:00").ping("success", "2 3:00");
    expect([job.story(), job.told()]).toEqual([["ok@02:00", "ok@-", "ok@03:00"], []]);
  });

  it("keeps a missed one, and recovers with the run that comes at its new, later hour", () => {
    const job = daily().sweep("2 2:40");
    putInForce(LATER);
    notice(job, "2 2:45");
    expect([job.told(), day(job.state.nextSlotAt)]).toEqual([["opened missed"], "03T03:00"]);
    job.ping("success", "2 3:00");
    expect([job.story(), job.told()]).toEqual([
      ["ok@02:00", "missed@02:00", "ok@-"],
      ["opened missed", "resolved missed"],
    ]);
  });

  it("keeps it, and slots that runs hold count as taken", () => {
    const job = new Scenario(cron("0 4-23 * * *", CITY), { graceMs: 3 * HOUR }).ping("success", "2:00");
    job.ping("start", "4:00");
    putInForce(2 * HOUR + 30 * MINUTE);
    notice(job, "4:05");
    expect(job.story()).toEqual(["ok@02:00", "running@04:00"]);
    expect([day(job.state.accountedThrough), day(job.state.nextSlotAt)]).toEqual(["01T04:05", "01T04:30"]);
    expect(job.ping("success", "4:10").told()).toEqual([]);
  });
});

describe("nothing changes", () => {
  const fresh = () => new Scenario(cron("0 4 * * *", CITY));

  it.each([
    ["before the first ping", fresh],
    ["while paused", () => daily().pause("3:00")],
    ["for an interval", () => new Scenario(every(HOUR)).ping("success", "2:00")],
    ["without a schedule", () => new Scenario(NO_SCHEDULE).ping("success", "2:00")],
    ["in UTC", () => new Scenario(cron("0 4 * * *")).ping("success", "4:00")],
  ])("%s", (_, make) => {
    const job = make();
    const before = job.state;
    putInForce(EARLIER);
    notice(job, "12:00");
    expect(job.state).toEqual(before);
  });

  it("of a paused job, which counts by the new data once it is resumed", () => {
    const job = daily().pause("3:00");
    putInForce(EARLIER);
    notice(job, "12:00");
    expect(day(job.resume("12:05").state.nextSlotAt)).toBe("02T01:00");
  });
});

const START = instant("0:00");
const SPAN = 60 * HOUR;

const lifeArbitrary = fc.record({
  expression: fc.constantFrom("0 4 * * *", "30 1 * * *", "0 */6 * * *", "0 * * * *", "*/20 * * * *", "15 2,3 * * 1-6"),
  limits: fc.record({ graceMs: fc.constantFrom(null, 0, 5 * MINUTE, 3 * HOUR) }),
  offset: fc.constantFrom(-HOUR, 0, HOUR, 90 * MINUTE, 150 * MINUTE, 3 * HOUR, 5 * HOUR),
  since: fc.oneof(fc.constant(-Infinity), fc.integer({ min: START, max: START + SPAN })),
  noticed: fc.integer({ min: START + HOUR, max: START + SPAN }),
  pings: fc.array(
    fc.record({ action: fc.constantFrom("start", "success", "fail"), at: fc.integer({ min: 0, max: SPAN }) }),
    { maxLength: 30 },
  ),
});

describe("whatever the new data says and whenever it comes", () => {
  it("no slot gets two verdicts, and none that moved into the past is missed", () => {
    fc.assert(
      fc.property(lifeArbitrary, ({ expression, limits, offset, since, noticed, pings }) => {
        putInForce(2 * HOUR);
        const job = new Scenario(cron(expression, CITY), limits, { since: START - 1 });
        const inOrder = pings.map(({ action, at }) => ({ action, at: START + at })).toSorted((a, b) => a.at - b.at);
        for (const { action, at } of inOrder.filter((ping) => ping.at < noticed)) job.ping(action, at);
        const { nextSlotAt } = job.sweep(noticed).state;
        putInForce(offset, since);
        notice(job, noticed);
        const moved = job.state.nextSlotAt !== nextSlotAt;
        for (const { action, at } of inOrder.filter((ping) => ping.at >= noticed)) job.ping(action, at);
        job.sweep(START + SPAN + 12 * HOUR);
        const told = job
          .runs()
          .flatMap(({ slotAt, lastSlotAt }) => (slotAt === null ? [] : [[slotAt, lastSlotAt ?? 0]]));
        const bounds = told.toSorted(([a = 0], [b = 0]) => a - b).flatMap(([from = 0, to = 0]) => [from, to + 1]);
        expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
        const later = job.runs().filter((run) => run.outcome === "missed" && (run.settledAt ?? 0) > noticed);
        const missed = later.flatMap((run) => (run.count === 1 ? [run.slotAt ?? 0] : []));
        if (moved) expect(missed.filter((slot) => slot <= noticed)).toEqual([]);
      }),
    );
  });

  it("a host that changes its clocks when we do is never called late", () => {
    fc.assert(
      fc.property(lifeArbitrary, ({ expression, limits, offset, since, noticed }) => {
        putInForce(2 * HOUR);
        const schedule = cron(expression, CITY);
        const job = new Scenario(schedule, limits, { since: START - 1 });
        const run = (from: Instant, to: Instant) => {
          for (const slot of compileSchedule(schedule).between(from, to, 1_000)) job.ping("success", slot);
        };
        run(START, noticed);
        putInForce(offset, since);
        notice(job, noticed);
        run(noticed, START + SPAN);
        expect(job.told()).toEqual([]);
      }),
    );
  });
});
