import type { IncomingMessage, ServerResponse } from "node:http";
import { type Instant, SECOND } from "../domain/time.ts";
import type { PingProtocol } from "../store/pings.ts";
import { createAnswers, type Manner, send } from "./answers.ts";
import type { Body } from "./body.ts";
import { hasBody } from "./body.ts";
import type { Verdict } from "./buffer.ts";
import type { CreationRequest, PingAddress, PingEvent, Refusal } from "./event.ts";
import type { Intake, Located } from "./intake.ts";
import type { Excess } from "./rate-limit.ts";
import { refuse } from "./refusal.ts";
import { clientOf, NO_BODY } from "./ticket.ts";

/** Serves requests that are one ping each, answered in plain words. */
export type PingHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** How requests of a protocol are read, path and query as they came, and in which words they are answered. */
export type Reading = {
  protocol: PingProtocol;
  parse: (request: Pick<IncomingMessage, "url" | "headers">, receivedAt: Instant) => PingEvent | Refusal;
  manner?: Manner;
  /** What a request says of a job that there is not, where it asks for none. */
  wishOf?: (url: string) => CreationRequest | null;
  /** What a request of a known project probably meant where there is no such job; null: that job. */
  refuseMissing?: (address: PingAddress, method: string | undefined) => Refusal | null;
};

const TOO_MANY: Readonly<Record<Excess["limit"], string>> = {
  job: "for this job",
  key: "with this key",
  address: "from this address",
};

const METHODS = new Set(["GET", "HEAD", "POST"]);

/** The whole way of a ping in an address: parse, find its job, read the body, record, answer. */
export function createPingHandler(intake: Intake, reading: Reading): PingHandler {
  const { protocol, parse, manner, wishOf } = reading;
  const answers = createAnswers(intake.bodyLimit, manner);

  function enter(visit: Visit, located: Located): void {
    const { request, response } = visit;
    const last = hasBody(request) && !request.complete;
    switch (located.kind) {
      case "job":
        return take(visit, located);
      case "missing":
        return turnAway(visit, refusalOf(visit, located), located.known);
      case "invalid":
        return turnAway(visit, refuseJob(visit.event, located.message), true);
      case "unavailable":
        return send(response, answers.unavailable, last);
    }
  }

  function refusalOf({ request, event: { address } }: Visit, { reason, known }: Missing): Refusal {
    return (known ? reading.refuseMissing?.(address, request.method) : null) ?? refuse(reason, address);
  }

  function take(visit: Visit, { jobId, created, leftOut }: Found): void {
    const { request, event, receivedAt } = visit;
    const client = clientOf(request, intake.sourceOf(request));
    const put = (body: Body): void =>
      intake.book({ event, jobId, receivedAt, client, body }, (verdict) =>
        answer(visit, { verdict, created, leftOut, last: !body.complete }),
      );
    if (hasBody(request)) intake.bodies.read(request, put);
    else put(NO_BODY);
  }

  function answer(
    visit: Visit,
    { verdict, created, leftOut, last }: Pick<Found, "created" | "leftOut"> & { verdict: Verdict; last: boolean },
  ): void {
    if (verdict === "stored") send(visit.response, created ? answers.created(leftOut ?? []) : answers.ok, last);
    else if (verdict === "unavailable") send(visit.response, answers.unavailable, last);
    else turnAway(visit, refuse("not-found", visit.event.address), true);
  }

  function turnAway(visit: Attempt, refusal: Refusal, known = false): void {
    const { request, response, receivedAt, event } = visit;
    const { status, body, advice, reason, address } = refusal;
    const { url = "" } = request;
    const creation = event?.creation ?? (reason === "not-found" ? wishOf?.(url) : null);
    const detail = refusal.detail ?? null;
    const client = clientOf(request, intake.sourceOf(request));
    intake.turnAway({ protocol, receivedAt, reason, address, known, creation, detail, client, url });
    send(response, answers.refusal(status, body, advice), hasBody(request) && !request.complete);
  }

  /** In a client's answer and in what is kept for people: which limit it was. */
  function slowDown(visit: Visit, { limit, afterMs }: Excess): void {
    const { request, response, event, receivedAt } = visit;
    const afterSeconds = Math.ceil(afterMs / SECOND);
    const detail = TOO_MANY[limit];
    const client = clientOf(request, intake.sourceOf(request));
    const { address, creation } = event;
    const facts = { address, creation, client, url: request.url ?? "" };
    intake.turnAway({ protocol, receivedAt, reason: "rate-limited", detail, ...facts });
    const line = `too many pings ${detail}: try again in ${afterSeconds} s`;
    send(response, answers.tooMany(afterSeconds, line), hasBody(request) && !request.complete);
  }

  return (request, response) => {
    const receivedAt = intake.now();
    if (request.method === "OPTIONS") return send(response, answers.preflight);
    if (!METHODS.has(request.method ?? "")) return send(response, answers.methodNotAllowed, hasBody(request));
    if (intake.refusesAll()) return send(response, answers.unavailable, hasBody(request));
    const event = parse(request, receivedAt);
    if (event.kind === "refusal") return turnAway({ request, response, receivedAt }, event);
    const visit = { request, response, event, receivedAt };
    // Clients of other protocols take such an answer for the end of the service, or drop all they have.
    const excess = protocol === "native" ? intake.gate.admit(event, request) : null;
    if (excess !== null) return slowDown(visit, excess);
    intake.locate(event, (located) => enter(visit, located));
  };
}

function refuseJob({ address }: PingEvent, message: string): Refusal {
  return { kind: "refusal", status: 400, body: message, advice: null, detail: message, reason: "invalid-job", address };
}

type Found = Extract<Located, { kind: "job" }>;
type Missing = Extract<Located, { kind: "missing" }>;

type Attempt = { request: IncomingMessage; response: ServerResponse; receivedAt: Instant; event?: PingEvent };

/** A request whose address was understood. */
type Visit = Attempt & { event: PingEvent };
