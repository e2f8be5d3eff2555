import type { Socket } from "node:net";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Answer } from "../ping/answers.ts";
import type { Exchange, ExchangeHandler, RequestHead } from "../ping/exchange.ts";
import { type AnswerBytes, createAnswerBytes } from "./answer-bytes.ts";
import { createTurns, type Turns } from "./turns.ts";
import { readWhole, type WholeHead, type WholeRequest } from "./whole-request.ts";

export type WholeConnectionsOptions = {
  /** Who serves requests to an address, path and query; null where only Node can read them for whoever does. */
  find(url: string): ExchangeHandler | null;
  /** Gives a connection to Node's HTTP server for good; what it has sent already is put back. */
  handOver(socket: Socket): void;
  /** Told when an answer of ours is owed to a connection, and when it is not any more. */
  onBusy(socket: Socket, busy: boolean): void;
  /** Takes over a connection on which nothing was asked in time, to end it. */
  onSilence(socket: Socket): void;
  /** How long a connection may be silent before its first request. */
  firstTimeoutMs: Millis;
  /** How long it may be afterwards, as clients are told. */
  keepAliveTimeoutMs: Millis;
};

export type WholeConnections = {
  /** Serves a new connection for as long as its requests come whole. */
  enter(socket: Socket): void;
  /** Leaves every further request to Node, and ends connections that rest between requests. */
  retire(): void;
  /** Ends all of them but those that Node was given. */
  close(): void;
};

/**
 * Pings that came in one piece, mostly all, read and answered without Node's HTTP server, which takes 10 to 50 µs more for
 * each. The first request of a connection that is anything else goes to Node with all that follow.
 */
export function createWholeConnections(options: WholeConnectionsOptions): WholeConnections {
  const open = new Set<WholeConnection>();
  const bytes = createAnswerBytes(options.keepAliveTimeoutMs);
  const turns = createTurns<WholeConnection>(TURNS_AT_ONCE, (connection) => connection.readOn());
  const shared = { ...options, open, bytes, turns, retired: false };
  return {
    enter: (socket) => void open.add(new WholeConnection(socket, shared)),
    retire() {
      shared.retired = true;
      for (const connection of open) connection.endIfResting();
    },
    close() {
      for (const connection of open) connection.destroy();
    },
  };
}

type Shared = WholeConnectionsOptions & {
  open: Set<WholeConnection>;
  bytes: AnswerBytes;
  turns: Turns<WholeConnection>;
  retired: boolean;
};

/** Longer than clients are told, or a request would meet our closing on its way. */
const SPARE: Millis = SECOND;

/** In characters, of a request of which the headers are remembered, and with them all of it: ten thousand connections may rest. */
const LONGEST_HEAD = 1_000;

/** Of one connection, so that nobody fills the buffer alone. What is asked beyond them is not read yet. */
const MOST_OWED = 100;

/**
 * Requests of a connection that are served in one go, and connections that have further ones served in one turn of the event
 * loop. Without a bound, four hundred clients that pipeline keep it from its database for seconds, and then nothing is stored.
 */
const REQUESTS_AT_ONCE = 4;
const TURNS_AT_ONCE = 25;

/** One connection, with the requests on it that are not answered yet. */
class WholeConnection {
  readonly #socket: Socket;
  readonly #shared: Shared;
  /** In the order in which they were asked and have to be answered. */
  readonly #owed: WholeExchange[] = [];
  /** What has come and was not read waits until no more answers than these are owed. */
  #readOnAt = MOST_OWED - 1;
  #head: WholeHead | null = null;
  #isNew = true;
  /** Whether nothing is read behind what was read last. */
  #isLast = false;
  #clientEnded = false;
  /** Whether its client leaves answers unread. */
  #isBlocked = false;

  readonly #onData = (chunk: Buffer): void => this.#take(chunk);
  readonly #onEnd = (): void => {
    this.#clientEnded = true;
    if (this.#owed.length === 0) this.#socket.end();
  };
  readonly #onDrain = (): void => {
    this.#isBlocked = false;
    this.#waitForTurn();
  };
  readonly #onTimeout = (): void => {
    if (this.#owed.length > 0) return;
    if (this.#isNew) this.#shared.onSilence(this.#leave());
    else this.#socket.destroy();
  };
  readonly #onError = (): void => void this.#socket.destroy();
  readonly #onClose = (): void => {
    this.#shared.open.delete(this);
    this.#shared.turns.remove(this);
    if (this.#owed.length > 0) this.#shared.onBusy(this.#socket, false);
    this.#owed.length = 0;
  };

  constructor(socket: Socket, shared: Shared) {
    this.#socket = socket;
    this.#shared = shared;
    socket.setTimeout(shared.firstTimeoutMs);
    socket.on("data", this.#onData).on("end", this.#onEnd).on("drain", this.#onDrain);
    socket.on("timeout", this.#onTimeout).on("error", this.#onError).on("close", this.#onClose);
  }

  /** Writes what can be written: an answer waits for those to what was asked before. False where nobody hears it. */
  answered(exchange: WholeExchange): boolean {
    const socket = this.#socket;
    if (!socket.writable) return false;
    if (this.#owed[0] !== exchange) return true;
    let ends = false;
    for (let next = this.#owed[0]; !ends && next !== undefined && next.answer !== null; next = this.#owed[0]) {
      this.#owed.shift();
      ends = this.#write(next.answer, next.last);
    }
    if (ends) this.#owed.length = 0;
    if (this.#owed.length === 0) this.#shared.onBusy(socket, false);
    if (ends) socket.destroySoon();
    else this.#waitForTurn();
    return true;
  }

  /** One that has asked nothing yet may just be about to: whatever it asks is answered. */
  endIfResting(): void {
    if (this.#owed.length === 0 && !this.#isNew && this.#socket.readableLength === 0) this.#socket.destroySoon();
  }

  readOn(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** True where the connection ends with it. */
  #write(answer: Answer, last: boolean): boolean {
    const { bytes, retired } = this.#shared;
    const isRest = this.#owed.length === 0 && this.#socket.readableLength === 0;
    const ends = last || (isRest && retired);
    if (!this.#socket.write(bytes(answer, ends))) this.#isBlocked = true;
    return ends || (isRest && this.#clientEnded);
  }

  #take(chunk: Buffer): void {
    let at = 0;
    for (let count = 0; at < chunk.length && count < REQUESTS_AT_ONCE && this.#mayAsk(); count++) {
      const whole = this.#shared.retired ? null : readWhole(chunk, at, this.#head);
      const serve = whole === null ? null : this.#shared.find(whole.url);
      if (whole === null || serve === null) return this.#leaveToNode(chunk.subarray(at));
      at = whole.end;
      this.#begin(whole, serve);
    }
    if (at === chunk.length || this.#isLast || !this.#socket.writable) return;
    this.#putBack(chunk.subarray(at), MOST_OWED - 1);
  }

  #mayAsk(): boolean {
    if (this.#isLast || this.#isBlocked || !this.#socket.writable) return false;
    return this.#owed.length < MOST_OWED;
  }

  #begin(whole: WholeRequest, serve: ExchangeHandler): void {
    const socket = this.#socket;
    if (this.#isNew) socket.setTimeout(this.#shared.keepAliveTimeoutMs + SPARE);
    this.#isNew = false;
    this.#isLast = whole.last;
    this.#head = whole.url.length + whole.head.text.length <= LONGEST_HEAD ? whole.head : null;
    const exchange = new WholeExchange(this, socket, whole);
    if (this.#owed.push(exchange) === 1) this.#shared.onBusy(socket, true);
    serve(exchange);
  }

  /** It stays in the stream, so that its end does not overtake it. */
  #putBack(chunk: Buffer, readOnAt: number): void {
    this.#socket.pause();
    this.#socket.unshift(chunk);
    this.#readOnAt = readOnAt;
    this.#waitForTurn();
  }

  #waitForTurn(): void {
    // Whoever does not read is not read either.
    if (this.#isBlocked) this.#socket.pause();
    else if (this.#socket.isPaused() && this.#owed.length <= this.#readOnAt) this.#shared.turns.add(this);
  }

  /** Its answers would come before those of ours that are still owed: it has to wait for them. */
  #leaveToNode(chunk: Buffer): void {
    if (this.#owed.length > 0) return this.#putBack(chunk, 0);
    const socket = this.#leave();
    socket.pause();
    socket.unshift(chunk);
    this.#shared.handOver(socket);
    socket.resume();
  }

  #leave(): Socket {
    const socket = this.#socket;
    socket.off("data", this.#onData).off("end", this.#onEnd).off("drain", this.#onDrain);
    socket.off("timeout", this.#onTimeout).off("error", this.#onError).off("close", this.#onClose);
    socket.setTimeout(0);
    this.#shared.open.delete(this);
    this.#shared.turns.remove(this);
    return socket;
  }
}

class WholeExchange implements Exchange {
  readonly request: RequestHead;
  readonly body: Buffer | null;
  readonly #connection: WholeConnection;
  answer: Answer | null = null;
  /** Whether the connection ends with it. */
  last: boolean;

  constructor(connection: WholeConnection, socket: Socket, { method, url, head, body, last }: WholeRequest) {
    this.request = { method, url, headers: head.headers, socket };
    this.body = body;
    this.last = last;
    this.#connection = connection;
  }

  reply(answer: Answer, last: boolean): boolean {
    if (this.answer !== null) return false;
    this.answer = answer;
    this.last ||= last;
    return this.#connection.answered(this);
  }
}
