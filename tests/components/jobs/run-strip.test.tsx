import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { StripMark } from "../../../components/jobs/job-view.ts";
import { RunStrip } from "../../../components/jobs/run-strip.tsx";
import { barHeights, stripWords } from "../../../components/jobs/strip-shape.ts";
import type { Outcome } from "../../../lib/domain/run.ts";

function mark(outcome: Outcome, durationMs: number | null = 1_000, number = 1, count = 1): StripMark {
  return { number, outcome, at: 0, durationMs, count };
}

describe("barHeights", () => {
  test("the median stands at half height and each doubling counts the same", () => {
    const [low, middle, high] = barHeights([mark("ok", 500), mark("ok", 1_000), mark("ok", 2_000)]);
    expect(middle).toBe(0.5);
    expect(high).toBeCloseTo(0.5 + 1 / 6);
    expect(low).toBeCloseTo(0.5 - 1 / 6);
  });

  test.each(["failed", "missed", "overlong", "abandoned", "unknown"] as const)(
    "%s stands out at full height",
    (outcome) => {
      expect(barHeights([mark("ok"), mark(outcome, null)]).at(-1)).toBe(1);
    },
  );

  test("runs without a duration, or of none, have a height all the same", () => {
    for (const height of barHeights([mark("ok", null), mark("ok", 0), mark("running", null)])) {
      expect(height).toBeGreaterThan(0);
    }
  });
});

test("the strip says in words what it shows", () => {
  expect(stripWords([])).toBe("No runs yet");
  expect(stripWords([mark("ok"), mark("missed", null, 2, 3), mark("ok", 900, 3)])).toBe("Last 3 runs: 2 OK, 3 missed");
});

test("the newest run stands at the right edge, and every outcome has a shape of its own", () => {
  const outcomes: Outcome[] = ["ok", "failed", "missed", "overlong", "abandoned", "skipped", "unknown", "running"];
  const svg = renderToStaticMarkup(
    <RunStrip marks={outcomes.map((outcome, index) => mark(outcome, 1_000, index + 1))} />,
  );
  expect(svg).toContain('aria-label="Last 8 runs:');
  expect(svg.match(/translate\((\d+) 0\)/g)?.at(-1)).toBe(`translate(${29 * 6} 0)`);
  expect(svg.match(/<title>/g)).toHaveLength(8);
});
