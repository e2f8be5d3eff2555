import type { Socket } from "node:net";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Answer } from "../ping/answers.ts";
import type { Exchange, ExchangeHandler, RequestHead } from "../ping/exchange.ts";
import { type AnswerBytes, createAnswerBytes } from "./answer-bytes.ts";
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
 * Pings that came in one piece, mostly all, read and answered without Node's HTTP server, which takes 10 to 30 µs more for
 * each. The first request of a connection that is anything else goes to Node with all that follow.
 */
export function createWholeConnections(options: WholeConnectionsOptions): WholeConnections {
  const open = new Set<WholeConnection>();
  const bytes = createAnswerBytes(options.keepAliveTimeoutMs);
  const shared = { ...options, open, bytes, retired: false };
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
  retired: boolean;
};

/** Longer than clients are told, or a request would meet our closing on its way. */
const SPARE: Millis = SECOND;

/** In characters, of a request of which the headers are remembered, and with them all of it: ten thousand connections may rest. */
const LONGEST_HEAD = 1_000;

/** One connection, with the request on it that is not answered yet. */
class WholeConnection {
  readonly #socket: Socket;
  readonly #shared: Shared;
  #owed: WholeExchange | null = null;
  #head: WholeHead | null = null;
  #isNew = true;
  #clientEnded = false;

  readonly #onData = (chunk: Buffer): void => this.#take(chunk);
  readonly #onEnd = (): void => {
    this.#clientEnded = true;
    if (this.#owed === null) this.#socket.end();
  };
  readonly #onTimeout = (): void => {
    if (this.#owed !== null) return;
    if (this.#isNew) this.#shared.onSilence(this.#leave());
    else this.#socket.destroy();
  };
  readonly #onError = (): void => void this.#socket.destroy();
  readonly #onClose = (): void => {
    this.#shared.open.delete(this);
    if (this.#owed !== null) this.#shared.onBusy(this.#socket, false);
  };

  constructor(socket: Socket, shared: Shared) {
    this.#socket = socket;
    this.#shared = shared;
    socket.setTimeout(shared.firstTimeoutMs);
    socket.on("data", this.#onData).on("end", this.#onEnd).on("timeout", this.#onTimeout);
    socket.on("error", this.#onError).on("close", this.#onClose);
  }

  answer(exchange: WholeExchange, answer: Answer, last: boolean): boolean {
    const socket = this.#socket;
    if (this.#owed !== exchange || socket.destroyed) return false;
    this.#owed = null;
    this.#shared.onBusy(socket, false);
    const ends = last || this.#shared.retired;
    const isTaken = socket.write(this.#shared.bytes(answer, ends));
    if (ends || this.#clientEnded) socket.destroySoon();
    else if (!isTaken) {
      // Whoever does not read is not read either.
      socket.pause();
      socket.once("drain", () => socket.resume());
    } else if (socket.isPaused()) socket.resume();
    return true;
  }

  /** One that has asked nothing yet may just be about to: whatever it asks is answered. */
  endIfResting(): void {
    if (this.#owed === null && !this.#isNew && this.#socket.readableLength === 0) this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const socket = this.#socket;
    // The answer that is on its way is the last.
    if (!socket.writable) return;
    if (this.#owed !== null) {
      // It stays in the stream, so that its end does not overtake it.
      socket.pause();
      socket.unshift(chunk);
      return;
    }
    const whole = this.#shared.retired ? null : readWhole(chunk, this.#head);
    const serve = whole === null ? null : this.#shared.find(whole.url);
    if (whole === null || serve === null) return this.#handOver(chunk);
    if (this.#isNew) socket.setTimeout(this.#shared.keepAliveTimeoutMs + SPARE);
    this.#isNew = false;
    this.#head = whole.url.length + whole.head.text.length <= LONGEST_HEAD ? whole.head : null;
    this.#owed = new WholeExchange(this, socket, whole);
    this.#shared.onBusy(socket, true);
    serve(this.#owed);
  }

  #handOver(chunk: Buffer): void {
    const socket = this.#leave();
    socket.pause();
    socket.unshift(chunk);
    this.#shared.handOver(socket);
    socket.resume();
  }

  #leave(): Socket {
    const socket = this.#socket;
    socket.off("data", this.#onData).off("end", this.#onEnd).off("timeout", this.#onTimeout);
    socket.off("error", this.#onError).off("close", this.#onClose);
    socket.setTimeout(0);
    this.#shared.open.delete(this);
    return socket;
  }
}

class WholeExchange implements Exchange {
  readonly request: RequestHead;
  readonly body: Buffer | null;
  readonly #last: boolean;
  readonly #connection: WholeConnection;

  constructor(connection: WholeConnection, socket: Socket, { method, url, head, body, last }: WholeRequest) {
    this.request = { method, url, headers: head.headers, socket };
    this.body = body;
    this.#last = last;
    this.#connection = connection;
  }

  reply(answer: Answer, last: boolean): boolean {
    return this.#connection.answer(this, answer, last || this.#last);
  }
}
