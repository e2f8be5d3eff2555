import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { compileSchedule } from "../../../lib/domain/schedule.ts";
import { MINUTE } from "../../../lib/domain/time.ts";
import { applyDeadline, applyPing } from "../../../lib/domain/transition.ts";
import { inOrder, lifeArbitrary, live, pingArbitrary, SPAN, START } from "../../support/lives.ts";
import { useRestlessZone } from "../../support/restless-zone.ts";
import { expectTurns, expectValid, slotsOf } from "../../support/validity.ts";

beforeEach(useRestlessZone);

describe("any pings in any order", () => {
  it("leave a valid state", () => {
    fc.assert(
      fc.property(lifeArbitrary, (life) => {
        const job = live(life).sweep(START + SPAN + 60 * MINUTE);
        expectValid(job.state, job.runs());
      }),
    );
  });

  it("survive being stored as JSON between any two steps", () => {
    fc.assert(
      fc.property(lifeArbitrary, (life) => {
        const whole = live(life);
        const stored = live({ ...life, pings: [] });
        for (const ping of life.pings) {
          stored.state = JSON.parse(JSON.stringify(stored.state));
          stored.apply(ping);
        }
        expect(stored.state).toEqual(whole.state);
      }),
    );
  });
});

describe("every slot", () => {
  it("of a cron-like schedule is accounted for exactly once", () => {
    fc.assert(
      fc.property(lifeArbitrary, (life) => {
        fc.pre(life.schedule.kind === "cron");
        const end = START + SPAN + 60 * MINUTE;
        const schedule = compileSchedule(life.schedule);
        const job = live({ ...life, pings: inOrder(life.pings) }).sweep(end);
        const told = job.runs().flatMap((run) => slotsOf(run, schedule));
        expect(new Set(told).size).toBe(told.length);
        const { accountedThrough } = job.state;
        if (accountedThrough === null) return;
        const counted = [...told].sort((a, b) => a - b);
        const first = counted[0];
        if (first === undefined) return;
        for (let slot: number | null = first; slot !== null && slot <= accountedThrough; slot = schedule.next(slot)) {
          expect(counted).toContain(slot);
        }
      }),
    );
  });

  it("ends with a verdict once its deadline has passed", () => {
    fc.assert(
      fc.property(lifeArbitrary, (life) => {
        const end = START + SPAN + 3 * 60 * MINUTE;
        const job = live({ ...life, pings: inOrder(life.pings) }).sweep(end);
        expect(job.checkAt ?? end).toBeGreaterThanOrEqual(end);
      }),
    );
  });
});

describe("nothing opens twice", () => {
  it("alerts of an incident are one opened and at most one resolved, in that order", () => {
    fc.assert(
      fc.property(lifeArbitrary, (life) => {
        const job = live(life).sweep(START + SPAN + 60 * MINUTE);
        expectTurns(job);
      }),
    );
  });

  it("event sequences of an incident are 1, 2, 3 …", () => {
    fc.assert(
      fc.property(lifeArbitrary, (life) => {
        const job = live(life).sweep(START + SPAN + 60 * MINUTE);
        const sequences = new Map<number, number>();
        for (const event of job.events) {
          if (event.kind === "counted") continue;
          expect(event.sequence).toBe((sequences.get(event.incident.number) ?? 0) + 1);
          sequences.set(event.incident.number, event.sequence);
        }
      }),
    );
  });
});

describe("order of the shells", () => {
  it("record before sweep equals sweep before record", () => {
    fc.assert(
      fc.property(lifeArbitrary, pingArbitrary, fc.integer({ min: 0, max: 1_000 }), (life, ping, lag) => {
        const pings = inOrder(life.pings).filter((earlier) => earlier.receivedAt <= ping.receivedAt);
        const { state } = live({ ...life, pings });
        const now = ping.receivedAt + lag;
        const recordOnly = applyPing(state, ping, now);
        const swept = applyDeadline(state, Math.max(now - 1_000, 0));
        const recordAfter = applyPing(swept.state, ping, now);
        expect(recordAfter.state).toEqual(recordOnly.state);
        expect([...swept.alerts, ...recordAfter.alerts]).toEqual(recordOnly.alerts);
        expect([...swept.incidents, ...recordAfter.incidents]).toEqual(recordOnly.incidents);
      }),
    );
  });

  it("sweeping often equals sweeping once", () => {
    fc.assert(
      fc.property(lifeArbitrary, fc.array(fc.integer({ min: 0, max: SPAN }), { maxLength: 8 }), (life, times) => {
        const end = START + 2 * SPAN;
        const once = live({ ...life, pings: inOrder(life.pings) }).sweep(end);
        const often = live({ ...life, pings: inOrder(life.pings) });
        const from = inOrder(life.pings).at(-1)?.receivedAt ?? START;
        for (const time of [...times].sort((a, b) => a - b)) often.sweep(from + time);
        often.sweep(end);
        expect(often.state).toEqual(once.state);
        expect(often.runs()).toEqual(once.runs());
        expect(often.alerts).toEqual(once.alerts);
      }),
    );
  });

  it("does not touch the state it was given", () => {
    fc.assert(
      fc.property(lifeArbitrary, pingArbitrary, (life, ping) => {
        const { state } = live(life);
        const before = structuredClone(state);
        applyPing(state, ping, ping.receivedAt);
        applyDeadline(state, ping.receivedAt + SPAN);
        expect(state).toEqual(before);
      }),
    );
  });
});
