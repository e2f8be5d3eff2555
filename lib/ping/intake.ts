import type { Pool } from "pg";
import type { Instant } from "../domain/time.ts";
import { AppError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Bus } from "../store/bus.ts";
import type { Database } from "../store/client.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { createLiveUpdates } from "../store/live.ts";
import { openPipeline } from "../store/pipeline.ts";
import type { Body, BodyLimits } from "./body.ts";
import { BodyRoom } from "./body-room.ts";
import { BatchBuffer, type BufferOptions, type Verdict } from "./buffer.ts";
import { createCreator, isNewRequest, type JobMaker } from "./creation.ts";
import type { PingAddress, PingEvent } from "./event.ts";
import type { RequestHead } from "./exchange.ts";
import { createGate, type Gate, type GateFigures, type ReadClient } from "./gate.ts";
import type { Rates } from "./rate-limit.ts";
import { Recorder } from "./record.ts";
import { type Resolution, Resolver } from "./resolve.ts";
import { type Client, makeTicket, type Ticket } from "./ticket.ts";
import { createUnmatchedLog, type Refused } from "./unmatched.ts";

export type IntakeDeps = {
  database: Database;
  clock: DatabaseClock;
  log: Logger;
  bus: Bus;
  watch: { ensureFresh(): Promise<void> };
  /** Bytes of a body that are kept. */
  bodyLimit: number;
  readClient: ReadClient;
  jobs: JobMaker;
  /** Hears how many pings each transaction takes. */
  onBatch?: (size: number) => void;
  /** Only tests have others than the usual ones. */
  limits?: Partial<BodyLimits> &
    Pick<BufferOptions<Ticket>, "lanes" | "maxBatch" | "maxItems" | "timeLimitMs"> & { rates?: Partial<Rates> };
};

/**
 * Where a ping belongs. `leftOut`: what of a request a new job lacks, and why; `missing`: whether the key is unknown or only
 * the job, and whether the project is known; `invalid`: the job that it asks for cannot be made, with the reason.
 */
export type Located =
  | { kind: "job"; jobId: string; created: boolean; leftOut?: readonly string[] }
  | { kind: "missing"; reason: "not-found" | "unknown-key"; known: boolean }
  | { kind: "invalid"; message: string }
  | { kind: "unavailable" };

/** A ping whose job is known. */
export type Booking = { event: PingEvent; jobId: string; receivedAt: Instant; client: Client; body: Body };

/** Counted since the start; `waiting` now. */
export type PingFigures = GateFigures & {
  stored: number;
  refused: number;
  unavailable: number;
  waiting: number;
  batches: number;
  /** Refused pings of which no row was kept. */
  unmatchedDropped: number;
};

/** A batch costs half a millisecond before its first ping: to wait as long for more of them pays. */
const BATCHES = { lanes: 2, lingerMs: 0.5 };

/**
 * What every protocol shares once it understood a request: find the job, gather, record, keep what was refused. Protocols
 * say how to read requests and how to answer.
 */
export class Intake {
  /** Asked before `locate`, by protocols that can refuse. */
  readonly gate: Gate;
  /** What is read of a request is given back by `book`, or else by whoever read it. */
  readonly bodies: BodyRoom;
  readonly #deps;
  readonly #pipeline;
  readonly #live;
  readonly #recorder;
  readonly #resolver;
  readonly #creator;
  readonly #unmatched;
  readonly #buffer;
  readonly #stopListening;
  #closed: Promise<void> | null = null;
  readonly #counts = { stored: 0, refused: 0, unavailable: 0, batches: 0 };

  constructor(deps: IntakeDeps) {
    const { database, bus, log, bodyLimit, limits = {} } = deps;
    const batches = { ...BATCHES, ...limits };
    this.#deps = deps;
    this.#pipeline = openPipeline(database.pool, batches.lanes);
    this.#live = createLiveUpdates(database.pool);
    this.#recorder = new Recorder({ ...deps, pipeline: this.#pipeline, live: this.#live });
    this.#resolver = new Resolver(database.pool);
    this.#creator = createCreator(database.pool, deps.jobs);
    this.#unmatched = createUnmatchedLog(database.pool, log);
    this.gate = createGate(deps.readClient, limits.rates);
    this.bodies = new BodyRoom(bodyLimit, limits);
    this.#buffer = new BatchBuffer<Ticket>({
      ...batches,
      flush: (tickets, signal) => this.#flush(tickets, signal),
      answer: (ticket, verdict) => this.#answer(ticket, verdict),
    });
    this.#stopListening = bus.on("belfry_cache", (payload) => this.#resolver.invalidate(payload));
  }

  /** The database's clock. */
  now(): Instant {
    return this.#deps.clock.now();
  }

  /** Bytes of a body that are kept, as clients are told. */
  get bodyLimit(): number {
    return this.#deps.bodyLimit;
  }

  /** For what requests ask for beside pings. */
  get pool(): Pool {
    return this.#deps.database.pool;
  }

  /** Which job and project an address names. @throws like `Resolver.find`. */
  async resolve(address: PingAddress): Promise<Resolution> {
    return this.#resolver.known(address) ?? this.#resolver.find(address);
  }

  /** Finds the ping's job, and makes it where it asks for that. Answers at once where the job is known already. */
  locate(event: PingEvent, done: (located: Located) => void): void {
    const known = this.#resolver.known(event.address);
    if (known !== undefined && known.jobId !== null && !this.#wantsChange(event, known)) {
      return done({ kind: "job", jobId: known.jobId, created: false });
    }
    this.#locate(event, known).then(done, (error: unknown) => done(this.#failure(error)));
  }

  async #locate(event: PingEvent, known: Resolution | undefined): Promise<Located> {
    const { address, creation } = event;
    const { jobId, projectId, codeDigest } = known ?? (await this.#resolver.find(address));
    if (jobId !== null) {
      await this.#follow(event, { jobId, codeDigest });
      return { kind: "job", jobId, created: false };
    }
    if (creation === null || projectId === null || address.kind !== "slug") return missing(address, projectId);
    const creating = await this.#creator.create({ projectId, address, request: creation });
    this.#resolver.forget(address);
    const made = await this.#resolver.find(address);
    if (made.jobId === null) throw new AppError("unavailable", "The job was deleted as soon as it was made.");
    return { kind: "job", jobId: made.jobId, ...creating };
  }

  /** Lets the job follow its code. A change that fails is logged: the ping that brought it counts all the same. */
  async #follow({ address, creation }: PingEvent, job: { jobId: string; codeDigest: string | null }): Promise<void> {
    if (creation === null || !isNewRequest(creation.code, job.codeDigest)) return;
    try {
      await this.#deps.jobs.update(job.jobId, creation);
    } catch (error) {
      this.#deps.log.warn({ err: error, jobId: job.jobId }, "A job could not be changed as its code asks");
    }
    this.#resolver.forget(address);
  }

  #wantsChange({ creation }: PingEvent, known: Resolution): boolean {
    return creation !== null && isNewRequest(creation.code, known.codeDigest);
  }

  #failure(error: unknown): Located {
    if (error instanceof AppError && error.code === "invalid") {
      return { kind: "invalid", message: error.message };
    }
    this.#counts.unavailable += 1;
    this.#deps.log.warn({ reason: messageOf(error) }, "The job of a ping could not be looked up; try again was said");
    return { kind: "unavailable" };
  }

  /** Whether no ping can be taken just now, and counts the one that is refused: asked first, it costs next to nothing. */
  refusesAll(): boolean {
    const shut = this.#buffer.isShut(performance.now());
    if (shut) this.#counts.unavailable += 1;
    return shut;
  }

  /** Stores a ping; `done` is called once, after the commit where it is `stored`. */
  book(booking: Booking, done: (verdict: Verdict) => void): void {
    const ticket = makeTicket(booking, done);
    this.gate.watch(booking.event, ticket.source, ticket.arrivedAt);
    if (!this.#buffer.push(ticket)) this.#answer(ticket, "unavailable");
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
    this.bodies.giveBack(ticket.weight);
    if (verdict === "stored") this.#counts.stored += 1;
    else if (verdict === "unavailable") this.#counts.unavailable += 1;
    // It was deleted a moment ago.
    else this.#resolver.invalidate(ticket.jobId);
    ticket.done(verdict);
  }

  /** Keeps a refused ping for people to look at. */
  turnAway(refused: Refused): void {
    this.#counts.refused += 1;
    this.#unmatched.note(refused);
  }

  /** Logs a bug in how a protocol serves its requests; the client was told to try again. */
  fault(error: unknown): void {
    this.#deps.log.error({ err: error }, "A ping could not be served");
  }

  /** The address of the client behind trusted proxies. */
  sourceOf({ socket, headers }: Pick<RequestHead, "socket" | "headers">): string | null {
    return this.#deps.readClient(socket.remoteAddress, headers).address || null;
  }

  figures(): PingFigures {
    const { length: waiting } = this.#buffer;
    return { ...this.#counts, ...this.gate.figures, waiting, unmatchedDropped: this.#unmatched.dropped };
  }

  /** Takes no more pings, and resolves when all that were taken are answered. */
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

function missing({ kind }: PingEvent["address"], projectId: string | null): Located {
  const known = projectId !== null;
  return { kind: "missing", reason: kind === "slug" && !known ? "unknown-key" : "not-found", known };
}
