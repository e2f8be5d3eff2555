import { describe, expect, test } from "vitest";
import { chartScale } from "../../../components/job/chart-shape.ts";
import { rateText } from "../../../components/job/figures.tsx";
import { creatingLines, pingLines } from "../../../components/job/ping-lines.ts";
import { delayText, sizeText } from "../../../components/job/run-words.ts";

test.each([
  [null, "–"],
  [0, "0 %"],
  [1, "100 %"],
  [0.9999, "99.9 %"],
  [0.5, "50.0 %"],
  [0.0212, "2.10 %"],
])("a success rate of %s is %s", (rate, text) => expect(rateText(rate)).toBe(text));

test.each([
  [0, "on time"],
  [-999, "on time"],
  [4_200, "+4.2 s"],
  [-12_000, "−12 s"],
])("a delay of %d ms is %s", (delay, text) => expect(delayText(delay)).toBe(text));

test.each([
  [312, "312 B"],
  [4_200, "4.2 kB"],
  [1_100_000, "1.1 MB"],
])("%d bytes are %s", (bytes, text) => expect(sizeText(bytes)).toBe(text));

describe("the lines to copy", () => {
  test("the crontab line carries the job's own expression and reports the exit status", () => {
    const addresses = { pingUrl: "https://b.example/ping/u", mailAddress: null, schedule: "*/5 * * * *" };
    const line = pingLines(addresses).find(({ name }) => name === "Crontab")?.line;
    expect(line).toMatch(/^\*\/5 \* \* \* \* \S/);
    expect(line).toContain('"https://b.example/ping/u/$?"');
    // A crontab turns % into a new line.
    expect(line).not.toContain("%");
  });

  test("the first says where it works: an address of this machine's own is no use on others", () => {
    const hint = (pingUrl: string) => pingLines({ pingUrl, mailAddress: null, schedule: null })[0]?.hint;
    expect(hint("https://b.example/ping/u")).toContain("from this machine or any other.");
    expect(hint("http://localhost:3000/ping/u")).toContain("from this machine (others reach Belfry once HOST");
  });

  test("the address for mail is among them where mail is taken", () => {
    const addresses = { pingUrl: "https://b.example/ping/u", mailAddress: "u@b.example", schedule: null };
    expect(pingLines(addresses).at(-1)).toMatchObject({ name: "E-mail", line: "u@b.example" });
    expect(pingLines({ ...addresses, mailAddress: null }).map(({ name }) => name)).not.toContain("E-mail");
  });

  test("the creating ones all carry create=1", () => {
    for (const { line } of creatingLines("https://b.example/ping/k", "my-job")) {
      for (const [address] of line.matchAll(/"https[^"]+"/g)) expect(address).toMatch(/\?create=1"$/);
    }
  });
});

describe("chartScale", () => {
  test("is linear for durations of one size, from zero", () => {
    const scale = chartScale([60_000, 90_000]);
    expect(scale.logarithmic).toBe(false);
    expect(scale.of(0)).toBe(0);
    expect(scale.of(90_000)).toBeLessThanOrEqual(1);
  });

  test("is logarithmic where they differ widely, and stays inside", () => {
    const scale = chartScale([100, 3_600_000]);
    expect(scale.logarithmic).toBe(true);
    for (const value of [0, 100, 10_000, 3_600_000, 9e9]) {
      expect(scale.of(value)).toBeGreaterThanOrEqual(0);
      expect(scale.of(value)).toBeLessThanOrEqual(1);
    }
    expect(scale.ticks.length).toBeLessThanOrEqual(5);
  });

  test("stands a single duration of nothing", () => expect(chartScale([0]).of(0)).toBe(0));
});
