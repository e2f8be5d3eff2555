import type { Instant } from "./time.ts";

/** A stretch of time [start, end). */
export type Span = { start: Instant; end: Instant };

/** Spans that touch or overlap become one; empty ones vanish. In order of time. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (end <= start) continue;
    const last = merged.at(-1);
    if (last === undefined || start > last.end) merged.push({ start, end });
    else last.end = Math.max(last.end, end);
  }
  return merged;
}

/** What is left of a stretch outside these merged spans. */
export function gapsBetween(spans: readonly Span[], within: Span): Span[] {
  const gaps: Span[] = [];
  let { start } = within;
  for (const span of spans) {
    if (span.start > start) gaps.push({ start, end: Math.min(span.start, within.end) });
    start = Math.max(start, span.end);
  }
  return start < within.end ? [...gaps, { start, end: within.end }] : gaps;
}
