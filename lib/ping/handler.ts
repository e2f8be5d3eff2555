import type { IncomingMessage, ServerResponse } from "node:http";
import { type Instant, SECOND } from "../domain/time.ts";
import type { PingProtocol } from "../store/pings.ts";
import { createAnswers, type Manner } from "./answers.ts";
import type { Body } from "./body.ts";
import type { Verdict } from "./buffer.ts";
import type { CreationRequest, PingAddress, PingEvent, Refusal } from "./event.ts";
import { type Exchange, type ExchangeHandler, isUnread, mayBeUnread, type RequestHead } from "./exchange.ts";
import type { Intake, Located } from "./intake.ts";
import type { Excess } from "./rate-limit.ts";
import { refuse } from "./refusal.ts";
import { clientOf, NO_BODY } from "./ticket.ts";

/** Serves requests that are one ping each, answered in plain words. */
export type PingHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** How requests of a protocol are read, path and query as they came, and in which words they are answered. */
export type Reading = {
  protocol: PingProtocol;
  parse: (request: Pick<RequestHead, "url" | "headers">, receivedAt: Instant) => PingEvent | Refusal;
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
export function createPingHandler(intake: Intake, reading: Reading): ExchangeHandler {
  const { protocol, parse, manner, wishOf } = reading;
  const answers = createAnswers(intake.bodyLimit, manner);

  function enter(visit: Visit, located: Located): void {
    switch (located.kind) {
      case "job":
        return take(visit, located);
      case "missing":
        return turnAway(visit, refusalOf(visit, located), located.known);
      case "invalid":
        return turnAway(visit, refuseJob(visit.event, located.message), true);
      case "unavailable":
        return void visit.exchange.reply(answers.unavailable, isUnread(visit.exchange));
    }
  }

  function refusalOf({ exchange, event: { address } }: Visit, { reason, known }: Missing): Refusal {
    return (known ? reading.refuseMissing?.(address, exchange.request.method) : null) ?? refuse(reason, address);
  }

  function take(visit: Visit, { jobId, created, leftOut }: Found): void {
    const { event, receivedAt } = visit;
    const { request, body: source } = visit.exchange;
    const client = clientOf(request, intake.sourceOf(request));
    const put = (body: Body): void =>
      intake.book({ event, jobId, receivedAt, client, body }, (verdict) =>
        answer(visit, { verdict, created, leftOut, last: !body.complete }),
      );
    if (source === null) put(NO_BODY);
    else intake.bodies.read(source, put);
  }

  function answer(
    visit: Visit,
    { verdict, created, leftOut, last }: Pick<Found, "created" | "leftOut"> & { verdict: Verdict; last: boolean },
  ): void {
    const { exchange, event } = visit;
    if (verdict === "stored") exchange.reply(created ? answers.created(leftOut ?? []) : answers.ok, last);
    else if (verdict === "unavailable") exchange.reply(answers.unavailable, last);
    else turnAway(visit, refuse("not-found", event.address), true);
  }

  function turnAway({ exchange, receivedAt, event }: Attempt, refusal: Refusal, known = false): void {
    const { status, body, advice, reason, address } = refusal;
    const { request } = exchange;
    const { url = "" } = request;
    const creation = event?.creation ?? (reason === "not-found" ? wishOf?.(url) : null);
    const detail = refusal.detail ?? null;
    const client = clientOf(request, intake.sourceOf(request));
    intake.turnAway({ protocol, receivedAt, reason, address, known, creation, detail, client, url });
    exchange.reply(answers.refusal(status, body, advice), isUnread(exchange));
  }

  /** In a client's answer and in what is kept for people: which limit it was. */
  function slowDown({ exchange, event, receivedAt }: Visit, { limit, afterMs }: Excess): void {
    const { request } = exchange;
    const afterSeconds = Math.ceil(afterMs / SECOND);
    const detail = TOO_MANY[limit];
    const client = clientOf(request, intake.sourceOf(request));
    const { address, creation } = event;
    const facts = { address, creation, client, url: request.url ?? "" };
    intake.turnAway({ protocol, receivedAt, reason: "rate-limited", detail, ...facts });
    const line = `too many pings ${detail}: try again in ${afterSeconds} s`;
    exchange.reply(answers.tooMany(afterSeconds, line), isUnread(exchange));
  }

  return (exchange) => {
    const { request } = exchange;
    const receivedAt = intake.now();
    if (request.method === "OPTIONS") return void exchange.reply(answers.preflight, false);
    if (!METHODS.has(request.method ?? "")) return void exchange.reply(answers.methodNotAllowed, mayBeUnread(exchange));
    if (intake.refusesAll()) return void exchange.reply(answers.unavailable, mayBeUnread(exchange));
    const event = parse(request, receivedAt);
    if (event.kind === "refusal") return turnAway({ exchange, receivedAt }, event);
    const visit = { exchange, event, receivedAt };
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

type Attempt = { exchange: Exchange; receivedAt: Instant; event?: PingEvent };

/** A request whose address was understood. */
type Visit = Attempt & { event: PingEvent };
