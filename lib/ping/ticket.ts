import { createHash } from "node:crypto";
import { uuidv7 } from "../store/ids.ts";
import type { Body } from "./body.ts";
import type { Bufferable, Verdict } from "./buffer.ts";
import type { Arrival } from "./evaluate.ts";
import type { RequestHead } from "./exchange.ts";
import type { Booking } from "./intake.ts";
import { readLine } from "./parameters.ts";

/** Who sent a ping. `method`: of the request; of other protocols than HTTP a word of ours in capitals. */
export type Client = { source: string | null; method: string; userAgent: string | null };

/** A ping waiting to be stored, with whoever waits for the answer. */
export type Ticket = Arrival & Bufferable & { done: (verdict: Verdict) => void };

export const NO_BODY: Body = { kept: null, size: 0, complete: true };

const LONGEST_USER_AGENT = 200;
const DIGEST_LENGTH = 12;

export function makeTicket(
  { event, jobId, receivedAt, client, body }: Booking,
  done: (verdict: Verdict) => void,
): Ticket {
  return {
    id: uuidv7(receivedAt),
    jobId,
    protocol: event.protocol,
    action: event.action,
    exitCode: event.exitCode,
    runId: event.runId,
    endsLatest: event.protocol === "sentry",
    receivedAt,
    at: event.at,
    durationMs: event.durationMs,
    host: event.host,
    source: client.source,
    method: client.method,
    userAgent: client.userAgent,
    message: event.message,
    metrics: event.metrics,
    body: body.kept,
    bodySize: body.size,
    bodyDigest: body.kept === null ? "" : digestOf(body.kept, body.size),
    hasBody: body.kept !== null,
    runNumber: null,
    disposition: "ignored",
    done,
    arrivedAt: performance.now(),
    weight: body.kept?.length ?? 0,
  };
}

export function clientOf(request: RequestHead, source: string | null): Client {
  return { source, method: request.method ?? "", userAgent: readUserAgent(request) };
}

/** Node reads headers byte by byte; what a client sent as UTF-8 is put together again. */
function readUserAgent({ headers }: RequestHead): string | null {
  const text = headers["user-agent"];
  if (text === undefined) return null;
  return readLine(/[\u0080-\u00ff]/.test(text) ? Buffer.from(text, "latin1").toString() : text, LONGEST_USER_AGENT);
}

function digestOf(kept: Buffer, size: number): string {
  return createHash("sha1").update(kept).update(String(size)).digest("base64url").slice(0, DIGEST_LENGTH);
}
