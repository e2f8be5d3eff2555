import { expect } from "vitest";
import type { PingEvent, Refusal } from "../../lib/ping/event.ts";

export function pingOr(parsed: PingEvent | Refusal): PingEvent {
  if (parsed.kind === "refusal") throw new Error(`It was refused: ${parsed.status} ${parsed.body}`);
  return parsed;
}

/** Status and words; `taken` where it was not refused. */
export function refusalOr(parsed: PingEvent | Refusal): string {
  return parsed.kind === "refusal" ? `${parsed.status} ${parsed.body}` : "taken";
}

/** Fails unless it can be stored as it is, or is a refusal that says why in one line. */
export function oneLine(parsed: PingEvent | Refusal): void {
  if (parsed.kind === "refusal") {
    expect(parsed.body).toMatch(/^[^\r\n]{1,300}$/);
    return;
  }
  const { address, host, message, metrics, runId, durationMs, at } = parsed;
  const texts = [host, message, runId, ...(metrics ?? []).map(([name]) => name)];
  const named = address.kind === "job" ? [address.jobId] : [address.key, address.slug, address.environment];
  for (const text of [...texts, address.kind === "job" ? null : address.environment]) {
    expect(text === null || (text !== "" && !/\p{Surrogate}/u.test(text) && !text.includes("\0"))).toBe(true);
  }
  for (const text of named) expect(text).not.toBe("");
  expect((metrics ?? []).length).toBeLessThanOrEqual(24);
  for (const figure of [durationMs, at, ...(metrics ?? []).map(([, value]) => value)]) {
    expect(figure === null || Number.isFinite(figure)).toBe(true);
  }
}
