import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Instant } from "../domain/time.ts";
import { uuidv7 } from "../store/ids.ts";
import type { Body } from "./body.ts";
import type { Bufferable } from "./buffer.ts";
import type { PingEvent } from "./event.ts";
import { readLine } from "./parameters.ts";
import type { Arrival } from "./evaluate.ts";

/** A request whose address was understood. */
export type Visit = { request: IncomingMessage; response: ServerResponse; event: PingEvent; receivedAt: Instant };

/** A ping waiting to be stored, with whoever waits for the answer. */
export type Ticket = Arrival &
  Bufferable & {
    response: ServerResponse;
    /** Its job was made for it. */
    created: boolean;
    /** Its body was read to the end. */
    complete: boolean;
  };

export const NO_BODY: Body = { kept: null, size: 0, complete: true };

const LONGEST_USER_AGENT = 200;
const DIGEST_LENGTH = 12;

export function makeTicket(
  { request, response, event, receivedAt }: Visit,
  { jobId, source, created, body }: { jobId: string; source: string | null; created: boolean; body: Body },
): Ticket {
  return {
    id: uuidv7(receivedAt),
    jobId,
    action: event.action,
    exitCode: event.exitCode,
    runId: event.runId,
    receivedAt,
    at: event.at,
    durationMs: event.durationMs,
    host: event.host,
    source,
    method: request.method ?? "",
    userAgent: readUserAgent(request),
    message: event.message,
    body: body.kept,
    bodySize: body.size,
    bodyDigest: body.kept === null ? "" : digestOf(body.kept, body.size),
    hasBody: body.kept !== null,
    runNumber: null,
    disposition: "ignored",
    response,
    created,
    complete: body.complete,
    arrivedAt: performance.now(),
    weight: body.kept?.length ?? 0,
  };
}

/** Node reads headers byte by byte; what a client sent as UTF-8 is put together again. */
export function readUserAgent({ headers }: IncomingMessage): string | null {
  const text = headers["user-agent"];
  if (text === undefined) return null;
  return readLine(/[\u0080-\u00ff]/.test(text) ? Buffer.from(text, "latin1").toString() : text, LONGEST_USER_AGENT);
}

function digestOf(kept: Buffer, size: number): string {
  return createHash("sha1").update(kept).update(String(size)).digest("base64url").slice(0, DIGEST_LENGTH);
}
