import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { ScheduleSpec } from "../../../lib/domain/job.ts";
import type { Gap } from "../../../lib/domain/state.ts";
import { HOUR, SECOND, type Instant, type Millis } from "../../../lib/domain/time.ts";
import { applyDeadline } from "../../../lib/domain/transition.ts";
import { limitsArbitrary, pingArbitrary, scheduleArbitrary, SPAN, START } from "../../support/lives.ts";
import { unsureScheduleArbitrary, useRestlessZone } from "../../support/restless-zone.ts";
import { LONG } from "../../support/size.ts";
import { clockTime, cron, every, instant, Scenario } from "../../support/scenario.ts";

beforeEach(useRestlessZone);

/** One absence as many short ones without a moment in between: no slot's window lies within one of them. */
function pieces({ from, to }: Gap, each: Millis): Gap[] {
  const cuts: Instant[] = [];
  for (let cut = from + each; cut + each <= to; cut += each) cuts.push(cut);
  return [from, ...cuts].map((start, index) => ({ from: start, to: cuts[index] ?? to }));
}

describe("a long absence of our own", () => {
  it("is passed over in one step, and comes to what looking at each slot comes to", () => {
    const life = fc.record({
      schedule: fc.oneof(scheduleArbitrary, unsureScheduleArbitrary, fc.constant(every(7 * SECOND))),
      limits: limitsArbitrary,
      pings: fc.array(pingArbitrary, { maxLength: 12 }),
      from: fc.integer({ min: 0, max: SPAN }),
      length: fc.integer({ min: 16 * SECOND, max: 3 * HOUR }),
    });
    fc.assert(
      fc.property(life, ({ schedule, limits, pings, from, length }) => {
        const gap = { from: START + from, to: START + from + length };
        const [whole, cut] = [[gap], pieces(gap, 15 * SECOND)].map((gaps) => {
          const job = new Scenario(schedule, limits, { since: START - 1 });
          for (const ping of pings.toSorted((a, b) => a.receivedAt - b.receivedAt)) {
            if (ping.receivedAt < gap.from) job.apply(ping);
          }
          for (const piece of gaps) job.gap(piece.from, piece.to);
          job.sweep(gap.to + 30 * SECOND);
          for (const ping of pings) if (ping.receivedAt > gap.to) job.apply(ping);
          return job.sweep(gap.to + 3 * HOUR);
        });
        expect({ ...whole?.state, gaps: [] }).toEqual({ ...cut?.state, gaps: [] });
        expect(whole?.runs()).toEqual(cut?.runs());
        expect(whole?.alerts).toEqual(cut?.alerts);
      }),
      { numRuns: LONG ? 2_000 : 100 },
    );
  });

  it("counts the slots that it passes over", () => {
    const job = new Scenario(cron("*/10 * * * *")).ping("success", "01:00:05").gap("01:05", "5 01:05").sweep("5 01:06");
    expect(job.story()).toEqual(["ok@01:00", "unknown@01:10×576"]);
    expect(job.runs()[1]?.lastSlotAt).toBe(instant("5 01:00"));
    expect(job.told()).toEqual([]);
  });

  it("leaves a slot that a run holds to that run, and waits for those whose deadline is still to come", () => {
    const job = new Scenario(cron("*/10 * * * *"), { graceMs: HOUR, overlap: "allow" }).ping("success", "01:00:05");
    job.ping("start", "01:20:05").gap("01:25", "05:05").sweep("05:06");
    // At 04:10 the hour of grace ends after the absence.
    expect(job.story()).toEqual(["ok@01:00", "unknown@01:20", "unknown@01:10", "unknown@01:30×16"]);
    expect(clockTime(job.checkAt)).toBe("05:10:00");
  });

  it.each<[string, ScheduleSpec]>([
    ["interval", every(SECOND)],
    ["cron", { kind: "cron", dialect: "spring", expression: "* * * * * *", timeZone: "UTC" }],
  ])("of a week takes no longer for every second, by %s", (_kind, schedule) => {
    const job = new Scenario(schedule).ping("success", "00:00:00").gap("00:00:30", "8 00:00:30");
    let steps = 0;
    const counted = new Proxy(job.state.gaps, {
      get(gaps, name, receiver) {
        steps += 1;
        return Reflect.get(gaps, name, receiver) as unknown;
      },
    });
    const { runs } = applyDeadline({ ...job.state, gaps: counted }, instant("8 00:00:36"));
    expect(runs.at(-1)).toMatchObject({ outcome: "unknown", slotAt: instant("00:00:01") });
    expect(runs.at(-1)?.count).toBeGreaterThan(600_000);
    // Looking at each slot would ask for the gaps some million times; what is walked is the grace around the absence.
    expect(steps).toBeLessThan(100_000);
  });
});
