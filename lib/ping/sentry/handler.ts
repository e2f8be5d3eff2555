import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, send } from "../answers.ts";
import { type Body, hasBody } from "../body.ts";
import type { PingHandler } from "../handler.ts";
import type { Intake } from "../intake.ts";
import { clientOf, NO_BODY } from "../ticket.ts";
import {
  accepted,
  CRON_ACCEPTED,
  CRON_NOT_ALLOWED,
  MISSING_KEY,
  NO_ENVELOPE,
  NOT_ALLOWED,
  PREFLIGHT_ANSWER,
  refusal,
  TOO_LARGE,
  TOO_MANY,
  UNAVAILABLE,
  UNKNOWN_KEY,
} from "./answers.ts";
import { bookCheckIns, type Outcome, type Visit } from "./bookings.ts";
import { checkInOf, readCronAddress, splitUrl } from "./cron-address.ts";
import { readEnvelope } from "./envelope.ts";
import { inflate, LARGEST } from "./inflate.ts";
import { parseObject, textOf } from "./json-values.ts";
import { findKey } from "./key.ts";

const MOST_CHECK_INS = 1_000;

const ENVELOPE = /^\/api\/\d{1,20}\/envelope\/?$/;
const STORE = /^\/api\/\d{1,20}\/store\/?$/;
const CRON = /^\/api\/\d{1,20}\/cron\/[^/]/;

/** Whether a path is one of those that SDKs make of a DSN. */
export function isSentryPath(path: string): boolean {
  return path.startsWith("/api/") && (ENVELOPE.test(path) || CRON.test(path) || STORE.test(path));
}

/** Serves what SDKs send: envelopes, of which only check-ins count, and the plain address of a monitor. */
export function createSentryHandler(intake: Intake): PingHandler {
  return (request, response) => {
    if (request.method === "OPTIONS") return send(response, PREFLIGHT_ANSWER);
    const { path } = splitUrl(request.url ?? "");
    const serve = CRON.test(path) ? serveCron : ENVELOPE.test(path) ? serveEnvelope : serveStore;
    serve({ intake, request, response }).catch((error: unknown) => {
      intake.fault(error);
      send(response, UNAVAILABLE, true);
    });
  };
}

type Exchange = { intake: Intake; request: IncomingMessage; response: ServerResponse };

async function serveEnvelope(exchange: Exchange): Promise<void> {
  const { intake, request, response } = exchange;
  if (request.method !== "POST") return send(response, NOT_ALLOWED, hasBody(request));
  const receivedAt = intake.now();
  return withContent(exchange, async ({ bytes, last }) => {
    const { header, checkIns } = readEnvelope(bytes);
    if (header === null && checkIns.length === 0) return send(response, NO_ENVELOPE, last);
    if (checkIns.length > MOST_CHECK_INS) return send(response, TOO_MANY, last);
    const visit = visitOf(exchange, { receivedAt, dsn: textOf(header?.dsn) });
    if (visit === null) return send(response, MISSING_KEY, last);
    const outcome = await bookCheckIns(intake, visit, checkIns.map(parseObject));
    send(response, answerTo(outcome, accepted(idOf(textOf(header?.event_id)))), last);
  });
}

async function serveCron(exchange: Exchange): Promise<void> {
  const { intake, request, response } = exchange;
  const { method = "", url = "" } = request;
  if (method !== "GET" && method !== "HEAD" && method !== "POST") {
    return send(response, CRON_NOT_ALLOWED, hasBody(request));
  }
  const receivedAt = intake.now();
  return withContent(exchange, async ({ bytes, last }) => {
    const address = readCronAddress(url);
    const visit = visitOf(exchange, { receivedAt, key: address.key });
    if (visit === null) return send(response, MISSING_KEY, last);
    const outcome = await bookCheckIns(intake, visit, [checkInOf(address, bytes.toString())]);
    send(response, answerTo(outcome, CRON_ACCEPTED), last);
  });
}

/** What SDKs sent before there were envelopes: never a check-in. */
async function serveStore({ intake, request, response }: Exchange): Promise<void> {
  const body = await readBody(intake, request);
  intake.bodies.giveBack(body.kept?.length ?? 0);
  send(response, accepted(idOf(null)), !body.complete);
}

function visitOf(
  { intake, request }: Exchange,
  { receivedAt, key = null, dsn = null }: { receivedAt: Visit["receivedAt"]; key?: string | null; dsn?: string | null },
): Visit | null {
  const { url = "", headers } = request;
  const found = key ?? findKey({ headers, query: splitUrl(url).query, dsn });
  const client = clientOf(request, intake.sourceOf(request));
  if (found !== null) return { key: found, receivedAt, client, url };
  const cause = { reason: "missing-key", address: null } as const;
  intake.turnAway({ protocol: "sentry", receivedAt, client, url, ...cause });
  return null;
}

function answerTo(outcome: Outcome, booked: Answer): Answer {
  switch (outcome.kind) {
    case "booked":
      return booked;
    case "unknown-key":
      return UNKNOWN_KEY;
    case "refused":
      return refusal(400, outcome.detail);
    case "unavailable":
      return UNAVAILABLE;
  }
}

/** `last`: what is left of the request was not waited for. */
type Content = { bytes: Buffer; last: boolean };

/** Room for what was read is kept until `serve` has ended: check-ins wait for their commit, however long that takes. */
async function withContent(
  { intake, request, response }: Exchange,
  serve: (content: Content) => Promise<void>,
): Promise<void> {
  const body = await readBody(intake, request);
  const last = !body.complete;
  const kept = body.kept ?? Buffer.alloc(0);
  let inflated = 0;
  try {
    if (body.size > LARGEST) return send(response, TOO_LARGE, last);
    // There was no room for all of it.
    if (body.size > kept.length) return send(response, UNAVAILABLE, last);
    const bytes = await inflate(kept, request.headers["content-encoding"]);
    if (bytes === null) return send(response, TOO_LARGE, last);
    const more = bytes === kept ? 0 : bytes.length;
    if (!intake.bodies.reserve(more)) return send(response, UNAVAILABLE, last);
    inflated = more;
    await serve({ bytes, last });
  } finally {
    intake.bodies.giveBack(kept.length + inflated);
  }
}

function readBody(intake: Intake, request: IncomingMessage): Promise<Body> {
  if (!hasBody(request)) return Promise.resolve(NO_BODY);
  return new Promise((resolve) => intake.bodies.read(request, resolve, { keep: LARGEST }));
}

/** As SDKs expect it: 32 hexadecimal digits. */
function idOf(eventId: string | null): string {
  const plain = eventId?.replaceAll("-", "").toLowerCase() ?? "";
  return /^[0-9a-f]{32}$/.test(plain) ? plain : randomUUID().replaceAll("-", "");
}
