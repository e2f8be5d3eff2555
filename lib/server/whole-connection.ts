import type { Socket } from "node:net";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Answer } from "../ping/answers.ts";
import type { Exchange, ExchangeHandler, RequestHead } from "../ping/exchange.ts";
import type { AnswerBytes } from "./answer-bytes.ts";
import type { Turns } from "./turns.ts";
import { afterEmptyLines, readWhole, type WholeHead, type WholeRequest } from "./whole-request.ts";

export type WholeOptions = {
  /** Who serves requests to an address, path and query; null where only Node can read them for whoever does. */
  find(url: string): ExchangeHandler | null;
  /** Gives a connection to Node's HTTP server for good; what it has sent already is put back. */
  handOver(socket: Socket): void;
  /** Told when a connection waits for us, and when it does not any more. */
  onBusy(socket: Socket, busy: boolean): void;
  /** Takes over a connection on which nothing was asked in time, to end it. */
  onSilence(socket: Socket): void;
  /** How long a connection may be silent before its first request. */
  firstTimeoutMs: Millis;
  /** How long it may be afterwards, as clients are told. */
  keepAliveTimeoutMs: Millis;
};

/** What all connections have in common. */
type Shared = WholeOptions & {
  open: Set<WholeConnection>;
  bytes: AnswerBytes;
  turns: Turns<WholeConnection>;
  retired: boolean;
};

/** Longer than clients are told, or a request would meet our closing on its way. */
const SPARE: Millis = SECOND;

/** In characters, of a request of which the headers are remembered, and with them all of it: ten thousand connections may rest. */
const LONGEST_HEAD = 1_000;

/** So that nobody fills the buffer alone. What is asked beyond them is not read yet. */
const MOST_OWED = 100;

/** What came with more than this is served a little at a time: see `CONNECTIONS_A_TURN`. */
const REQUESTS_AT_ONCE = 4;

/** One connection, with the requests on it that are not answered yet. */
export class WholeConnection {
  readonly #socket: Socket;
  readonly #shared: Shared;
  /** In the order in which they were asked and have to be answered. */
  readonly #owed: WholeExchange[] = [];
  #head: WholeHead | null = null;
  #isNew = true;
  /** Whether something that came was put back, to be read once no more answers than `#readOnAt` are owed. */
  #hasRest = false;
  #readOnAt = 0;
  /** Whether its client leaves answers unread. */
  #isBlocked = false;
  /** Whether it ends with an answer that is known already. */
  #isOver = false;
  #clientEnded = false;
  #isBusy = false;

  readonly #onData = (chunk: Buffer): void => this.#take(chunk);
  readonly #onEnd = (): void => {
    this.#clientEnded = true;
    if (this.#owed.length === 0) this.#socket.end();
  };
  readonly #onDrain = (): void => {
    this.#isBlocked = false;
    this.#goOn();
  };
  readonly #onTimeout = (): void => {
    if (this.#isBusy) return;
    if (this.#isNew) this.#shared.onSilence(this.#leave());
    else this.#socket.destroy();
  };
  readonly #onError = (): void => void this.#socket.destroy();
  readonly #onClose = (): void => {
    this.#shared.open.delete(this);
    this.#tell(false);
  };

  constructor(socket: Socket, shared: Shared) {
    this.#socket = socket;
    this.#shared = shared;
    socket.setTimeout(shared.firstTimeoutMs);
    socket.on("data", this.#onData).on("end", this.#onEnd).on("drain", this.#onDrain);
    socket.on("timeout", this.#onTimeout).on("error", this.#onError).on("close", this.#onClose);
  }

  /** Writes what can be written: an answer waits for those to what was asked before. False where nobody hears it. */
  writeAnswered(exchange: WholeExchange): boolean {
    const socket = this.#socket;
    if (!socket.writable) return false;
    // What was read behind it is not answered, and nothing more is read.
    if (exchange.last) this.#isOver = true;
    if (this.#owed[0] !== exchange) return true;
    for (let next = this.#owed[0]; next !== undefined && next.answer !== null; next = this.#owed[0]) {
      this.#owed.shift();
      if (this.#write(next.answer, next.last)) {
        this.#isOver = true;
        this.#tell(false);
        socket.destroySoon();
        return true;
      }
    }
    this.#goOn();
    return true;
  }

  /** Reads what was put back and what has come since, as one piece. */
  readOn(): void {
    if (this.#socket.read() === null) this.#socket.resume();
  }

  /** One that has asked nothing yet may just be about to: whatever it asks is answered. */
  endIfResting(): void {
    if (!this.#isBusy && !this.#isNew && this.#socket.readableLength === 0) this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** True where the connection ends with it. */
  #write(answer: Answer, last: boolean): boolean {
    const { bytes, retired } = this.#shared;
    // What came in the meantime waits in the stream.
    const isAll = this.#owed.length === 0 && this.#socket.readableLength === 0;
    const ends = last || (isAll && retired);
    if (!this.#socket.write(bytes(answer, ends))) this.#isBlocked = true;
    return ends || (isAll && this.#clientEnded);
  }

  #take(chunk: Buffer): void {
    this.#hasRest = false;
    if (this.#isOver || !this.#socket.writable) return;
    let at = this.#isNew ? 0 : afterEmptyLines(chunk, 0);
    for (let count = 0; at < chunk.length && count < REQUESTS_AT_ONCE && this.#mayAsk(); count++) {
      const whole = this.#shared.retired ? null : readWhole(chunk, at, this.#head);
      const serve = whole === null ? null : this.#shared.find(whole.url);
      if (whole === null || serve === null) return this.#stopBefore(chunk.subarray(at));
      this.#begin(whole, serve);
      at = afterEmptyLines(chunk, whole.end);
    }
    if (this.#isOver) return;
    if (at < chunk.length) this.#putBack(chunk.subarray(at), MOST_OWED - 1);
    else this.#goOn();
  }

  #mayAsk(): boolean {
    return !this.#isOver && !this.#isBlocked && this.#owed.length < MOST_OWED;
  }

  #begin(whole: WholeRequest, serve: ExchangeHandler): void {
    const socket = this.#socket;
    if (this.#isNew) socket.setTimeout(this.#shared.keepAliveTimeoutMs + SPARE);
    this.#isNew = false;
    this.#isOver = whole.last;
    this.#head = whole.url.length + whole.head.text.length <= LONGEST_HEAD ? whole.head : null;
    const exchange = new WholeExchange(this, socket, whole);
    this.#owed.push(exchange);
    this.#tell(true);
    serve(exchange);
  }

  /**
   * What is no plain request is Node's, once what is owed is answered: its own answer would come before. It may only be cut, so
   * then it is tried again with what has come until then.
   */
  #stopBefore(rest: Buffer): void {
    if (this.#owed.length > 0) this.#putBack(rest, 0);
    else this.#leaveToNode(rest);
  }

  /** It stays in the stream, so that its end does not overtake it. */
  #putBack(rest: Buffer, readOnAt: number): void {
    this.#socket.pause();
    this.#socket.unshift(rest);
    this.#hasRest = true;
    this.#readOnAt = readOnAt;
    this.#goOn();
  }

  /** Reads on as far as it may, in its turn where something was put back. */
  #goOn(): void {
    const socket = this.#socket;
    this.#tell(this.#owed.length > 0 || (this.#hasRest && !this.#isBlocked));
    // Whoever does not read is not read either.
    if (this.#isBlocked) socket.pause();
    else if (!this.#hasRest) {
      if (socket.isPaused()) socket.resume();
    } else if (this.#owed.length <= this.#readOnAt) this.#shared.turns.add(this);
  }

  /** Whether it waits for us. */
  #tell(busy: boolean): void {
    if (busy === this.#isBusy) return;
    this.#isBusy = busy;
    this.#shared.onBusy(this.#socket, busy);
  }

  #leaveToNode(rest: Buffer): void {
    const socket = this.#leave();
    socket.pause();
    socket.unshift(rest);
    this.#shared.handOver(socket);
    socket.resume();
  }

  #leave(): Socket {
    const socket = this.#socket;
    socket.off("data", this.#onData).off("end", this.#onEnd).off("drain", this.#onDrain);
    socket.off("timeout", this.#onTimeout).off("error", this.#onError).off("close", this.#onClose);
    socket.setTimeout(0);
    this.#shared.open.delete(this);
    this.#tell(false);
    return socket;
  }
}

class WholeExchange implements Exchange {
  readonly request: RequestHead;
  readonly body: Buffer | null;
  readonly #connection: WholeConnection;
  answer: Answer | null = null;
  /** Whether the connection ends with its answer. */
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
    return this.#connection.writeAnswered(this);
  }
}
