import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration, spellDuration } from "../../lib/domain/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["90s", 90_000],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
    ["1h30m", 5_400_000],
    ["1h 30m", 5_400_000],
    ["90 min", 5_400_000],
    ["2 Hours", 7_200_000],
    ["1 week", 604_800_000],
    ["350ms", 350],
    [" 0s ", 0],
  ])("reads %j", (text, expected) => expect(parseDuration(text)).toBe(expected));

  it.each([
    "",
    "5",
    "m",
    "1m1h",
    "1h1h",
    "1.5h",
    "-5m",
    "5 parsecs",
    "1h,30m",

    "999999999w",
    "5m!",
    "٣m",
  ])("refuses %j", (text) => expect(parseDuration(text)).toBeNull());

  it("answers at once however long the text", () => {
    const started = performance.now();
    expect(parseDuration("1h".repeat(500_000))).toBeNull();
    expect(parseDuration(`${"1".repeat(1_000_000)}h`)).toBeNull();
    expect(performance.now() - started).toBeLessThan(250);
  });
});

describe("spellDuration", () => {
  it.each([
    [0, "0s"],
    [60_000, "1m"],
    [5_400_000, "1h30m"],
    [90_061_001, "1d1h1m1s1ms"],
  ])("%d ms is %j", (durationMs, expected) => expect(spellDuration(durationMs)).toBe(expected));

  it("is read back as the same", () => {
    fc.assert(fc.property(fc.maxSafeNat(), (ms) => parseDuration(spellDuration(ms)) === ms));
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0 s"],
    [350, "350 ms"],
    [0.4, "0 s"],
    [1_000, "1 s"],
    [1_234, "1.2 s"],
    [9_960, "10 s"],
    [59_354, "59 s"],
    [59_700, "1 min"],
    [250_000, "4 min 10 s"],
    [250_600, "4 min 11 s"],
    [3_599_900, "1 h"],
    [3_600_000, "1 h"],
    [86_399_999, "1 d"],
    [97_200_000, "1 d 3 h"],
    [8_640_000_000, "100 d"],
    [-5_000, "-5 s"],
  ])("%d ms is %j", (durationMs, expected) => expect(formatDuration(durationMs)).toBe(expected));
});
