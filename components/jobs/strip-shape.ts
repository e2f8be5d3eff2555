import type { Outcome } from "../../lib/domain/run.ts";
import type { Millis } from "../../lib/domain/time.ts";
import { OUTCOME_LABEL } from "../base/status.ts";
import type { StripMark } from "./job-view.ts";

export const STRIP_RUNS = 30;

/** Share of the strip's height from 0 to 1: the logarithm of the duration around the strip's own median, a doubling a sixth. */
export function barHeights(marks: readonly StripMark[]): number[] {
  const known = marks.flatMap((mark) => (mark.durationMs !== null && mark.durationMs > 0 ? [mark.durationMs] : []));
  const median = known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)] ?? null;
  return marks.map((mark) => barHeight(mark, median));
}

const FULL: ReadonlySet<Outcome> = new Set(["failed", "missed", "overlong", "abandoned", "unknown"]);

function barHeight(mark: StripMark, median: Millis | null): number {
  if (FULL.has(mark.outcome)) return 1;
  if (mark.outcome === "skipped") return 0.12;
  if (mark.durationMs === null || median === null) return 0.5;
  return clamp(0.5 + Math.log2(Math.max(mark.durationMs, 1) / median) / 6, 0.2, 1);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** The strip in words: `Last 30 runs: 28 OK, 1 failed, 1 missed`. */
export function stripWords(marks: readonly StripMark[]): string {
  if (marks.length === 0) return "No runs yet";
  const counts = new Map<Outcome, number>();
  for (const mark of marks) counts.set(mark.outcome, (counts.get(mark.outcome) ?? 0) + mark.count);
  const parts = [...counts].map(([outcome, count]) => `${count} ${labelOf(outcome)}`);
  return `Last ${marks.length} ${marks.length === 1 ? "run" : "runs"}: ${parts.join(", ")}`;
}

function labelOf(outcome: Outcome): string {
  return outcome === "ok" ? "OK" : OUTCOME_LABEL[outcome].toLowerCase();
}
