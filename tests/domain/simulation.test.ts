import { describe, expect, it } from "vitest";
import { figuresOf } from "../simulate/report.ts";
import { schedulerOf } from "../simulate/schedulers.ts";
import { simulate } from "../simulate/simulation.ts";
import { DIALECTS } from "../../lib/domain/schedule/dialects.ts";

// A small fleet over the weeks in which clocks are changed; `npm run simulate` is the same at full size.
const SIZE = { jobs: 90, days: 70, seed: 20 };

describe("a simulated fleet", () => {
  const tally = simulate(SIZE);
  const figures = figuresOf(SIZE, tally, 0);

  it("has a model of every scheduler that Belfry knows", () => {
    for (const name of Object.keys(DIALECTS)) expect(schedulerOf(name).write).toBeTypeOf("function");
  });

  it("is large enough to tell something", () => {
    expect(figures.slots).toBeGreaterThan(50_000);
    expect(figures.trueFailures).toBeGreaterThan(200);
    for (const count of Object.values(tally.detected)) expect(count).toBeGreaterThan(0);
  });

  it("has every true failure detected at its deadline", () => {
    expect(tally.lines).toEqual([]);
    expect(tally.detected).toEqual(tally.trueFailures);
    expect(figures.detectionDelayP99Ms).toBeLessThan(3_000);
    expect(figures.undetectable).toBeLessThan(0.02 * figures.trueFailures);
  });

  it("raises no false alarm, but for pings that the network lost", () => {
    expect(figures.falseAlarms.byCause).toEqual(
      Object.fromEntries(Object.keys(tally.falseAlarms).map((key) => [key, 0])),
    );
    expect(figures.falseAlarms.total).toBe(0);
  });

  it("gives every slot one verdict, and the true one", () => {
    expect(tally.faults).toBe(0);
    expect(tally.wrongVerdicts).toBe(0);
  });

  it("repeats itself", () => {
    const small = { jobs: 8, days: 20, seed: 3 };
    expect(simulate(small)).toEqual(simulate(small));
    expect(simulate({ ...small, seed: 4 })).not.toEqual(simulate(small));
  });
});
