import type { Instant } from "../../lib/domain/time.ts";

/** The time that is simulated, and any shorter stretch of time in it. */
export type Span = { from: Instant; to: Instant };

/** Whether the stretch has at least a moment within [from, to]. */
export function touches(span: Span, from: Instant, to: Instant): boolean {
  return span.from <= to && span.to >= from;
}

export function includes(span: Span, at: Instant): boolean {
  return span.from <= at && at < span.to;
}
