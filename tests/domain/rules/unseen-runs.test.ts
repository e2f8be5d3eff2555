import { describe, expect, it } from "vitest";
import { cron, every, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;
const GRACE = { graceMs: 10 * MINUTE };

/** A job whose latest run took `minutes`, and whose start of 05:00 came while we were away. */
function blindAt5(minutes: number, limits: { maxRuntimeMs?: number } = {}): Scenario {
  const job = new Scenario(HOURLY, { ...GRACE, ...limits }).ping("start", "03:00:05");
  return job.ping("success", 3 * 60 * MINUTE + Date.UTC(2026, 2, 1) + minutes * MINUTE).gap("04:55", "05:05");
}

describe("the slot after one that we could not watch", () => {
  it("is unknown where the run that we could not see may have been open at it", () => {
    const job = blindAt5(65).sweep("07:30");
    expect(job.story()).toEqual(["ok@03:00", "skipped@04:00", "unknown@05:00×2", "missed@07:00"]);
    expect(job.told()).toEqual(["opened missed"]);
  });

  it("takes the end of that run", () => {
    const job = blindAt5(65).sweep("06:30").ping("success", "06:32");
    expect(job.story()).toEqual(["ok@03:00", "skipped@04:00", "unknown@05:00", "ok@06:00"]);
    expect(job.told()).toEqual([]);
  });

  it("is missed where runs have been so short that none could have lasted until then", () => {
    const job = blindAt5(5).sweep("06:30");
    expect(job.story()).toEqual(["ok@03:00", "missed@04:00", "unknown@05:00", "missed@06:00"]);
  });

  it("is missed where such a run would be past its limit", () => {
    const job = blindAt5(40, { maxRuntimeMs: 45 * MINUTE }).sweep("06:30");
    expect(job.story().at(-1)).toBe("missed@06:00");
  });
});

describe("a slot of an interval", () => {
  it("is unknown where we were away at any time since its count began: the sign may have come then", () => {
    const job = new Scenario(every(60 * MINUTE), GRACE).ping("success", "01:00").gap("01:20", "01:25").sweep("03:30");
    expect(job.story()).toEqual(["ok@-", "unknown@02:00", "missed@03:00"]);
  });
});
