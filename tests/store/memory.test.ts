import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newMemory } from "../../lib/domain/draft.ts";
import { NUMBERS_A_PING } from "../../lib/domain/recent-pings.ts";
import type { Run } from "../../lib/domain/run.ts";
import type { Memory } from "../../lib/domain/state.ts";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { decodeMemory } from "../../lib/store/memory-reading.ts";
import { encodeMemory } from "../../lib/store/memory.ts";
import { successAt } from "../support/runs.ts";
import { every, Scenario } from "../support/scenario.ts";

const START = Date.UTC(2026, 2, 1, 3);

/** What is stored of a memory. */
function textOf(value: Memory): string {
  return encodeMemory(value).bytes.toString("latin1");
}

const RUN_FIELDS = [...Object.keys(successAt(1, START))] as (keyof Run)[];

describe("memory", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
  const instant = fc.integer({ min: START - 1e9, max: START + 1e9 });
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
  const count = fc.integer({ min: 0, max: 1e6 });
  const run = fc.record({
    number: count,
    outcome: fc.constantFrom("running" as const, "ok" as const, "missed" as const, "overlong" as const),
    slotAt: maybe(instant),
    lastSlotAt: maybe(instant),
    count: fc.integer({ min: 1, max: 500 }),
    startedAt: maybe(instant),
    finishedAt: maybe(instant),
    durationMs: maybe(count),
    finishBy: maybe(instant),
    heartbeatAt: maybe(instant),
    slowBy: maybe(instant),
    heldUntil: maybe(instant),
    finishedLate: fc.boolean(),
    exitCode: maybe(fc.integer({ min: 0, max: 255 })),
    runId: maybe(fc.oneof(fc.uuid(), text)),
    host: maybe(text),
    source: maybe(fc.oneof(fc.ipV4(), fc.ipV6())),
    ambiguous: fc.boolean(),
    startSeen: fc.boolean(),
    reason: maybe(fc.constantFrom("own-gap" as const, "next-slot" as const)),
    settledAt: maybe(instant),
    output: maybe(fc.record({ pingId: fc.uuid(), receivedAt: instant })),
  });
  const recentPing = fc.tuple(instant, fc.maxSafeNat(), fc.integer({ min: -10_000, max: 10_000 }));
  const memory: fc.Arbitrary<Memory> = fc.record({
    accountedThrough: maybe(instant),
    nextSlotAt: maybe(instant),
    pausedAt: maybe(instant),
    firstPingAt: maybe(instant),
    lastPingAt: maybe(instant),
    lastOkAt: maybe(instant),
    openRuns: fc.array(run, { maxLength: 3 }),
    recentRuns: fc.array(run, { maxLength: 3 }),
    recentPings: fc.array(recentPing, { maxLength: 3 }).map((pings) => pings.flat()),
    incidents: fc.array(
      fc.record(
        {
          number: count,
          severity: fc.constantFrom("critical" as const, "warning" as const),
          cause: fc.constantFrom("missed" as const, "overlap" as const),
          openedAt: instant,
          runNumber: count,
          sequence: count,
          badCount: count,
          missedCount: count,
          laterCauses: fc.subarray(["failed" as const, "overlong" as const, "abandoned" as const], { minLength: 1 }),
        },
        {
          requiredKeys: [
            ...(["number", "severity", "cause", "openedAt", "runNumber", "sequence"] as const),
            ...(["badCount", "missedCount"] as const),
          ],
        },
      ),
      { maxLength: 2 },
    ),
    badStreak: count,
    countsSince: maybe(instant),
    okStreak: count,
    lastRunNumber: count,
    lastIncidentNumber: count,
  });

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(memory, (value) => {
        expect(decodeMemory(textOf(value))).toEqual(value);
      }),
    );
  });

  it("is written the same from the memory before it as anew, whatever came and went", () => {
    const steps = fc.array(fc.record({ run, ping: recentPing, forgotten: fc.nat(3), kept: fc.boolean() }));
    fc.assert(
      fc.property(memory, steps, (first, then) => {
        let before = encodeMemory(first);
        let value = first;
        for (const { run: next, ping, forgotten, kept } of then) {
          const recentRuns = [...value.recentRuns.slice(forgotten), next];
          const recentPings = [...value.recentPings.slice(NUMBERS_A_PING * forgotten), ...ping];
          value = { ...value, recentRuns, recentPings: kept ? value.recentPings : recentPings, lastOkAt: ping[0] };
          const written = encodeMemory(value, before);
          expect(written).toEqual(encodeMemory(value));
          before = written;
        }
        const [latest] = value.recentRuns;
        if (latest === undefined) return;
        const changed = {
          ...value,
          recentRuns: [{ ...latest, count: latest.count + 1 }, ...value.recentRuns.slice(1)],
        };
        expect(encodeMemory(changed, before)).toEqual(encodeMemory(changed));
      }),
    );
  });

  /** Successes that follow each other, some of them with up to two things that the others have not. */
  const successes = fc
    .array(
      fc.record({
        ...{ after: fc.nat(3_600_000), runId: maybe(fc.uuid()), slot: maybe(fc.integer({ min: -1e6, max: 1e6 })) },
        ...{ status: maybe(fc.constant(0)), other: run, strange: fc.subarray(RUN_FIELDS, { maxLength: 2 }) },
      }),
      { maxLength: 8 },
    )
    .map((told) => {
      let at = START;
      return told.map(({ after, runId, slot, status, other, strange }, index): Run => {
        at += after;
        const slotAt = slot === null ? null : at + slot;
        const usual = { ...successAt(index + 1, at), runId, slotAt, lastSlotAt: slotAt, exitCode: status };
        return { ...usual, ...Object.fromEntries(strange.map((field) => [field, other[field]])) };
      });
    });

  it("tells runs by what parts them from the one before, and forgets nothing of what else they have", () => {
    fc.assert(
      fc.property(successes, (recentRuns) => {
        const value = { ...newMemory(), recentRuns };
        expect(decodeMemory(textOf(value))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it("is read where it was written before runs were told by their differences", () => {
    const read = decodeMemory(
      [
        "2,Pgr~r60,c9Q0,0,-Fe,Og8,,,0,ku,ku,0",
        "rkn,8,,Pgsbzd8,0,0,,,007YGFPXJKgk7fXDigSik0,127.0.0.1,",
        "r1,8,,77,0,0,,,0089KFPXJKgk7fXDigSik0,=,",
        ...["pPgsbykG,HUYd7i_GM", "p77,QUHSZDUq0,-1a"],
      ].join("\n"),
    );
    expect(read.recentRuns).toEqual([
      { ...successAt(2993, 1763999996360), runId: "0001e240-f661-4d4a-ae1e-984db2a72cb8", source: "127.0.0.1" },
      { ...successAt(2994, 1763999996815), runId: "00020950-f661-4d4a-ae1e-984db2a72cb8", source: "127.0.0.1" },
    ]);
    const anew = textOf(read);
    expect(anew).toMatch(/^3/);
    expect(anew).toContain("\nu77,0089KFPXJKgk7fXDigSik0\np");
    expect(decodeMemory(anew)).toEqual(read);
  });

  it("is read where it was written before runs could be slow or told late", () => {
    const { openRuns, recentRuns } = decodeMemory(
      [
        "11772326805000,3595000,7195000,,0,3600000,,1,0,2,1",
        "o2,running,4,1,3595000,3600000,,,=,,192.0.2.1,,,,,4200000,,00000000-0000-7000-8000-00000000000b,3600000",
        "r1,failed,0,1,-5000,0,=,0,=,,192.0.2.1,db 1,,3,,,",
      ].join("\n"),
    );
    expect(openRuns).toMatchObject([{ finishBy: 1772331005000, slowBy: null, heldUntil: null }]);
    expect(openRuns[0]?.output?.receivedAt).toBe(1772330405000);
    expect(recentRuns).toMatchObject([{ exitCode: 3, host: "db 1", slowBy: null, heldUntil: null, output: null }]);
  });

  it("is read where pings were remembered as texts, as it would be remembered now", () => {
    const read = decodeMemory(
      [
        "11772334000000,2000,62000,,0,2000,2000,0,1,3,1,2000",
        ...["r1,ok,0,1,,0,=,0,=,,192.0.2.1,", "r2,failed,0,1,60000,1000,=,1000,=,,192.0.2.1,"],
        "r3,ok,0,1,61000,2000,=,2000,=,,192.0.2.1,",
        ...["p0,+8128:7807526627350557", "p1000,-8128:3640266854089542", "p2000,+8128:7807526627350557"],
      ].join("\n"),
    );
    const job = new Scenario(every(MINUTE));
    for (const [index, action] of (["success", "fail", "success"] as const).entries()) {
      job.ping(action, START + index * SECOND, { source: "192.0.2.1", runId: null });
    }
    const { job: _job, gaps: _gaps, ...now } = job.state;
    expect(read).toEqual(now);
    expect(decodeMemory(textOf(read))).toEqual(now);
  });

  it("is read where it was written before incidents knew of causes that came later, and written as then without any", () => {
    const old = "11772326805000,3595000,7195000,,0,3600000,,1,0,2,1,\ni1,critical,missed,5000,2,4,3,2";
    const read = decodeMemory(old);
    expect(read.incidents).toEqual([
      {
        ...{ number: 1, severity: "critical", cause: "missed", openedAt: 1772326810000, runNumber: 2 },
        ...{ sequence: 4, badCount: 3, missedCount: 2 },
      },
    ]);
    expect(textOf(read)).toContain("\ni1,critical,missed,");
    expect(textOf(read)).toMatch(/,2,4,3,2$/);
  });

  it("is that of a new job where little is stored, and refuses what it cannot read", () => {
    expect(decodeMemory({ okStreak: 3 })).toMatchObject({ okStreak: 3, openRuns: [], lastRunNumber: 0 });
    expect(() => decodeMemory("9abc")).toThrow("version 9");
    expect(() => decodeMemory("1abc\nx1")).toThrow('kind "x"');
  });

  it("stays small: a job that is pinged all the time needs less than a kilobyte", () => {
    const job = new Scenario(every(MINUTE));
    for (let minute = 0; minute < 30; minute++) {
      job.ping("success", START + minute * MINUTE, { runId: crypto.randomUUID() });
    }
    expect(textOf(job.state).length).toBeLessThan(1_000);
  });
});
