import type { Socket } from "node:net";
import type { Millis } from "../domain/time.ts";
import type { Answer } from "../ping/answers.ts";
import type { Exchange, ExchangeHandler, RequestHead } from "../ping/exchange.ts";
import { type AnswerBytes, createAnswerBytes } from "./answer-bytes.ts";
import { readWhole, type WholeRequest } from "./whole-request.ts";

export type WholeConnectionsOptions = {
  /** Who serves requests to an address, path and query; null where only Node can read them for whoever does. */
  find(url: string): ExchangeHandler | null;
  /** Gives a connection to Node's HTTP server for good; what it has sent already is put back. */
  handOver(socket: Socket): void;
  /** Told when an answer of ours is owed to a connection, and when it is not any more. */
  onBusy(socket: Socket, busy: boolean): void;
  /** A connection on which nothing was asked in time. */
  onSilence(socket: Socket): void;
  /** Until the first request, and between requests. */
  firstTimeoutMs: Millis;
  keepAliveTimeoutMs: Millis;
};

export type WholeConnections = {
  /** Serves a new connection for as long as its requests come whole. */
  enter(socket: Socket): void;
  /** Leaves every further request to Node, and ends connections that wait for one. */
  retire(): void;
  /** Ends all of them. */
  close(): void;
};

/**
 * Pings that came in one piece, mostly all, read and answered without Node's HTTP server, which takes 10 to 15 µs more for
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
      for (const connection of open) connection.endIfIdle();
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

/** One connection, with the request on it that is not answered yet. */
class WholeConnection {
  readonly #socket: Socket;
  readonly #shared: Shared;
  #asked: WholeExchange | null = null;
  #isNew = true;
  #ended = false;
  /** What came behind a request before that was answered. */
  #rest: Buffer | null = null;

  readonly #onData = (chunk: Buffer): void => this.#take(chunk);
  readonly #onEnd = (): void => {
    this.#ended = true;
    if (this.#asked === null) this.#socket.end();
  };
  readonly #onTimeout = (): void => {
    if (this.#asked !== null) return;
    if (this.#isNew) this.#shared.onSilence(this.#leave());
    else this.#socket.destroy();
  };
  readonly #onError = (): void => void this.#socket.destroy();
  readonly #onClose = (): void => {
    this.#shared.open.delete(this);
    if (this.#asked !== null) this.#shared.onBusy(this.#socket, false);
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
    if (this.#asked !== exchange || socket.destroyed) return false;
    this.#asked = null;
    this.#shared.onBusy(socket, false);
    const isLast = last || this.#shared.retired;
    const isTaken = socket.write(this.#shared.bytes(answer, isLast));
    if (isLast || this.#ended) socket.destroySoon();
    else if (isTaken) this.#goOn();
    else {
      // Whoever does not read is not read either.
      socket.pause();
      socket.once("drain", () => this.#goOn());
    }
    return true;
  }

  endIfIdle(): void {
    if (this.#asked === null) this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #goOn(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) this.#take(rest);
  }

  #take(chunk: Buffer): void {
    if (this.#asked !== null || this.#socket.writableNeedDrain) {
      this.#rest = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
      this.#socket.pause();
      return;
    }
    const whole = this.#shared.retired ? null : readWhole(chunk);
    const serve = whole === null ? null : this.#shared.find(whole.url);
    if (whole === null || serve === null) return this.#handOver(chunk);
    if (this.#isNew) this.#socket.setTimeout(this.#shared.keepAliveTimeoutMs);
    this.#isNew = false;
    this.#asked = new WholeExchange(this, this.#socket, whole);
    this.#shared.onBusy(this.#socket, true);
    serve(this.#asked);
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

  constructor(connection: WholeConnection, socket: Socket, { method, url, headers, body, last }: WholeRequest) {
    this.request = { method, url, headers, socket };
    this.body = body;
    this.#last = last;
    this.#connection = connection;
  }

  reply(answer: Answer, last: boolean): boolean {
    return this.#connection.answer(this, answer, last || this.#last);
  }
}
