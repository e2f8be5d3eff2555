import type { RawRequest } from "./raw-request.ts";

// In requests, braces stand for: {host}, {number} and {key} of the DSN, {dsn} whole, {pingKey}, {now} in seconds.

/** What one client sends about its job, in its order, each request with the answer that it must get. */
export type Recorded = {
  client: string;
  requests: readonly (RawRequest & { answer: RecordedAnswer })[];
  leaves: readonly ExpectedJob[];
};

/** `id`: as Sentry's clients want it, of the envelope, or any where that has none. */
export type RecordedAnswer = { status: number; id?: string };
export const ANY_ID = "any";

/** What is there afterwards. Only the settings that are named are compared. */
export type ExpectedJob = {
  name: string;
  environment?: string;
  settings?: Partial<{
    slug: string;
    schedule: string;
    intervalMs: number | null;
    timeZone: string;
    graceMs: number | null;
    maxRuntimeMs: number | null;
    failuresToOpen: number;
    successesToClose: number;
  }>;
  runs: readonly { outcome: string; durationMs?: number; runId?: string }[];
};

export const MINUTE = 60_000;

export const lines = (...texts: string[]): string => texts.join("\n");

/** An item of an envelope whose header tells the length of its payload as `"length":#`. */
export function item(header: string, payload: string): string {
  return `${header.replace("#", String(Buffer.byteLength(payload)))}\n${payload}`;
}
