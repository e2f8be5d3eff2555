import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Instant } from "../domain/time.ts";
import { AppError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Bus } from "../store/bus.ts";
import type { Database } from "../store/client.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { createLiveUpdates } from "../store/live.ts";
import { openPipeline } from "../store/pipeline.ts";
import { createAnswers, send } from "./answers.ts";
import { type Body, bodyLimits, type BodyLimits, createBodyBudget, hasBody, readBody } from "./body.ts";
import { BatchBuffer, type BufferOptions, type Verdict } from "./buffer.ts";
import { createCreator, type ParseCreation } from "./creation.ts";
import type { Refusal } from "./event.ts";
import { parseNative, refuse } from "./native.ts";
import { Recorder } from "./record.ts";
import { type Resolution, Resolver } from "./resolve.ts";
import { makeTicket, NO_BODY, readUserAgent, type Ticket, type Visit } from "./ticket.ts";
import { createUnmatchedLog } from "./unmatched.ts";

export type PingHandlerDeps = {
  database: Database;
  clock: DatabaseClock;
  log: Logger;
  bus: Bus;
  watch: { ensureFresh(): Promise<void> };
  /** Bytes of a body that are kept. */
  bodyLimit: number;
  /** Finds the client behind trusted proxies. */
  readClient: (remoteAddress: string | undefined, headers: IncomingHttpHeaders) => { readonly address: string };
  parseCreation: ParseCreation;
  /** Hears how many pings each transaction takes. */
  onBatch?: (size: number) => void;
  /** Only tests have others than the usual ones. */
  limits?: Partial<BodyLimits> & Pick<BufferOptions<Ticket>, "lanes" | "maxBatch" | "maxItems" | "timeLimitMs">;
};

/** Serves every address that begins with `/ping/`. */
export type PingHandler = {
  (request: IncomingMessage, response: ServerResponse): void;
  figures(): PingFigures;
  /** Takes no more pings, and resolves when all that were taken are answered. */
  close(): Promise<void>;
};

/** Counted since the start; `waiting` now. */
export type PingFigures = {
  stored: number;
  refused: number;
  unavailable: number;
  waiting: number;
  batches: number;
  /** Refused pings of which no row was kept. */
  unmatchedDropped: number;
};

/** The whole way of a ping: parse, resolve, read the body, gather, record, answer. */
export function createPingHandler(deps: PingHandlerDeps): PingHandler {
  const desk = new PingDesk(deps);
  return Object.assign((request: IncomingMessage, response: ServerResponse) => desk.handle(request, response), {
    figures: () => desk.figures(),
    close: () => desk.close(),
  });
}

const LANES = 2;
const BODIES_HELD = 64_000_000;
const METHODS = new Set(["GET", "HEAD", "POST"]);

class PingDesk {
  readonly #deps;
  readonly #pipeline;
  readonly #live;
  readonly #recorder;
  readonly #resolver;
  readonly #creator;
  readonly #unmatched;
  readonly #answers;
  readonly #bodies;
  readonly #buffer;
  readonly #stopListening;
  #closed: Promise<void> | null = null;
  readonly #counts = { stored: 0, refused: 0, unavailable: 0, batches: 0 };

  constructor(deps: PingHandlerDeps) {
    const { database, bus, log, bodyLimit, limits = {} } = deps;
    const lanes = limits.lanes ?? LANES;
    this.#deps = deps;
    this.#pipeline = openPipeline(database.pool, lanes);
    this.#live = createLiveUpdates(database.pool);
    this.#recorder = new Recorder({ ...deps, pipeline: this.#pipeline, live: this.#live });
    this.#resolver = new Resolver(database.pool);
    this.#creator = createCreator(database.pool, deps.parseCreation);
    this.#unmatched = createUnmatchedLog(database.pool, log);
    this.#answers = createAnswers(bodyLimit);
    this.#bodies = { limits: { ...bodyLimits(bodyLimit), ...limits }, budget: createBodyBudget(BODIES_HELD) };
    this.#buffer = new BatchBuffer<Ticket>({
      ...limits,
      lanes,
      flush: (tickets, signal) => this.#flush(tickets, signal),
      answer: (ticket, verdict) => this.#answer(ticket, verdict),
    });
    this.#stopListening = bus.on("belfry_cache", (payload) => this.#resolver.invalidate(payload));
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const receivedAt = this.#deps.clock.now();
    if (request.method === "OPTIONS") return send(response, this.#answers.preflight);
    if (!METHODS.has(request.method ?? "")) return send(response, this.#answers.methodNotAllowed, hasBody(request));
    const parsed = parseNative(request.url ?? "");
    if (parsed.kind === "refusal") return this.#turnAway(request, response, parsed, receivedAt);
    const visit = { request, response, event: parsed, receivedAt };
    const known = this.#resolver.known(parsed.address);
    if (known !== undefined) return this.#enter(visit, known);
    this.#resolver.find(parsed.address).then(
      (found) => this.#enter(visit, found),
      (error: unknown) => this.#giveUp(visit, error),
    );
  }

  #enter(visit: Visit, { jobId, projectId }: Resolution): void {
    const { request, response, event, receivedAt } = visit;
    if (jobId !== null) return this.#take(visit, jobId, false);
    if (event.creation === null || projectId === null) {
      return this.#turnAway(request, response, refuse("not-found", event.address), receivedAt);
    }
    this.#create(visit, projectId).catch((error: unknown) => this.#giveUp(visit, error));
  }

  async #create(visit: Visit, projectId: string): Promise<void> {
    const { address, creation } = visit.event;
    if (address.kind !== "slug" || creation === null) return;
    const created = await this.#creator.create({ projectId, slug: address.slug, request: creation });
    this.#resolver.forget(address);
    const { jobId } = await this.#resolver.find(address);
    if (jobId === null) throw new AppError("unavailable", "The job was deleted as soon as it was made.");
    this.#take(visit, jobId, created);
  }

  #take(visit: Visit, jobId: string, created: boolean): void {
    const source = this.#sourceOf(visit.request);
    const put = (body: Body): void => {
      const ticket = makeTicket(visit, { jobId, source, created, body });
      if (!this.#buffer.push(ticket)) this.#answer(ticket, "unavailable");
    };
    if (hasBody(visit.request)) readBody(visit.request, this.#bodies, put);
    else put(NO_BODY);
  }

  async #flush(tickets: Ticket[], signal: AbortSignal): Promise<Verdict[]> {
    this.#counts.batches += 1;
    this.#deps.onBatch?.(tickets.length);
    try {
      return await this.#recorder.record(tickets, signal);
    } catch (error) {
      const facts = { reason: messageOf(error), count: tickets.length };
      this.#deps.log.warn(facts, "Pings could not be stored; their senders were told to try again");
      throw error;
    }
  }

  #answer(ticket: Ticket, verdict: Verdict): void {
    const { response, created, complete, jobId, receivedAt } = ticket;
    this.#bodies.budget.give(ticket.weight);
    switch (verdict) {
      case "stored":
        this.#counts.stored += 1;
        return send(response, created ? this.#answers.created : this.#answers.ok, !complete);
      case "unavailable":
        this.#counts.unavailable += 1;
        return send(response, this.#answers.unavailable, !complete);
      case "unknown-job":
        // It was deleted a moment ago.
        this.#resolver.invalidate(jobId);
        return this.#turnAway(response.req, response, refuse("not-found", { kind: "job", jobId }), receivedAt);
    }
  }

  #turnAway(request: IncomingMessage, response: ServerResponse, refusal: Refusal, receivedAt: Instant): void {
    const { status, body, reason, address } = refusal;
    this.#counts.refused += 1;
    this.#unmatched.note({
      receivedAt,
      reason,
      address,
      method: request.method ?? "",
      url: request.url ?? "",
      source: this.#sourceOf(request),
      userAgent: readUserAgent(request),
    });
    send(response, this.#answers.refusal(status, body), hasBody(request) && !request.complete);
  }

  #giveUp({ request, response }: Visit, error: unknown): void {
    const last = hasBody(request) && !request.complete;
    if (error instanceof AppError && error.code === "invalid") {
      this.#counts.refused += 1;
      return send(response, this.#answers.refusal(400, error.message), last);
    }
    this.#counts.unavailable += 1;
    this.#deps.log.warn({ reason: messageOf(error) }, "The job of a ping could not be looked up; try again was said");
    send(response, this.#answers.unavailable, last);
  }

  #sourceOf({ socket, headers }: IncomingMessage): string | null {
    return this.#deps.readClient(socket.remoteAddress, headers).address || null;
  }

  figures(): PingFigures {
    return { ...this.#counts, waiting: this.#buffer.length, unmatchedDropped: this.#unmatched.dropped };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#stopListening();
    await this.#buffer.drain();
    this.#live.close();
    await this.#unmatched.close();
    await this.#pipeline.end();
  }
}
