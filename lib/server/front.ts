import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { ExchangeHandler } from "../ping/exchange.ts";
import { type BreakError, createBreakHandler, partWith } from "./broken-requests.ts";
import { type Connections, createConnections } from "./connections.ts";
import { closeServer, listen, portOf } from "./listening.ts";
import { mostConnections } from "./open-files.ts";
import { answerPlainly, type PlainAnswer } from "./plain-answer.ts";
import { createWholeConnections, type WholeConnections } from "./whole-connections.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** One row of the front's table. `path` begins with a slash and has no query. */
export type Route = {
  readonly matches: (path: string) => boolean;
  readonly handle: Handler;
  /** Serves a request that came in one piece; without it Node reads those, too. */
  readonly exchange?: ExchangeHandler | undefined;
};

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export type Front = {
  /** The port it listens on, also where 0 was asked for. */
  readonly port: number;
  /** Replaces the table; the first row that matches handles the request. Without one: 503, Belfry is starting. */
  serve(routes: readonly Route[]): void;
  /** Takes no new connections and answers 503 to new requests on old ones, from this call on. */
  refuse(): void;
  /** Resolves when nothing is being answered any more, or after `patienceMs`. */
  idle(patienceMs: number): Promise<void>;
  /** Ends what is left. */
  close(): Promise<void>;
};

export type FrontOptions = {
  host: string;
  port: number;
  routes: readonly Route[];
  log: Logger;
  /** Development only: hot reloading. Without it upgrade requests are ordinary requests. */
  onUpgrade?: UpgradeHandler;
  /** Only tests have others than the usual ones. */
  limits?: Partial<typeof LIMITS>;
};

const MAX_ADDRESS_LENGTH = 8_192;

/** What a client may take of us: slow or greedy ones lose their own connection only. */
const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 20_000,
  requestTimeout: 120_000,
  connectionsCheckingInterval: 5_000,
  // Longer than the 60 s that proxies keep a connection: they must be the ones who close.
  keepAliveTimeout: 65_000,
  // The size alone bounds them. Node would leave out those above its own limit, a length of the body too.
  maxHeadersCount: 0,
  mostConnections: mostConnections(),
  // Hardly anybody pipelines, and then mostly plain pings, of which few come to be counted here.
  mostUnanswered: 50,
};
const SILENCE_MS = 120_000;

const STOPPING: PlainAnswer = {
  status: 503,
  title: "Belfry is stopping",
  text: "Belfry is stopping. Try again in a moment.",
  retryAfter: 5,
};

const TOO_MANY_AT_ONCE: PlainAnswer = {
  status: 503,
  title: "Too many at once",
  text: "Too many requests of this connection wait for their answers, so it ends. Send fewer at once.",
  retryAfter: 5,
};

/**
 * Opens the one port of Belfry.
 * @throws AppError `conflict` where the port is taken, `invalid` where the address is not ours or not allowed.
 */
export async function openFront(options: FrontOptions): Promise<Front> {
  const { host, port, onUpgrade, log } = options;
  let routes = options.routes;
  let refusing = false;

  const limits = { ...LIMITS, ...options.limits };
  const connections = createConnections(limits);

  function begin(request: IncomingMessage, response: ServerResponse): void {
    const entry = connections.begin(request, response);
    if (refusing) answerLast(request, response, STOPPING);
    else if (entry === "welcome") route(routes, request, response);
    else if (entry === "too-many") answerLast(request, response, TOO_MANY_AT_ONCE);
  }

  // Hosts matter to nobody here: small devices that leave theirs out are served.
  const server = createServer({ ...limits, noDelay: true, requireHostHeader: false }, begin);
  server.maxHeadersCount = limits.maxHeadersCount;
  server.setTimeout(SILENCE_MS);
  const breakOff = createBreakHandler(connections);
  const whole = serveWhole(server, connections, {
    ...limits,
    breakOff,
    find: (url) => routes.find((row) => row.matches(pathOf(url)))?.exchange ?? null,
  });
  guard(server, connections, whole);
  server.on("clientError", breakOff);
  // An expectation that nobody knows costs no ping.
  server.on("checkExpectation", begin);
  if (onUpgrade !== undefined) server.on("upgrade", onUpgrade);
  await listen(server, host, port);
  // Accepting can fail while it runs (too many open files): that costs one connection, not the process.
  server.on("error", (error) => log.error({ err: error }, "a connection could not be accepted"));

  return {
    port: portOf(server),
    serve(next) {
      routes = next;
    },
    refuse() {
      refusing = true;
      server.close();
      server.closeIdleConnections();
      whole.retire();
    },
    idle: (patienceMs) => connections.idle(patienceMs),
    async close() {
      whole.close();
      await closeServer(server);
    },
  };
}

function answerLast(request: IncomingMessage, response: ServerResponse, answer: PlainAnswer): void {
  response.setHeader("Connection", "close");
  answerPlainly(request, response, answer);
}

function route(routes: readonly Route[], request: IncomingMessage, response: ServerResponse): void {
  const url = addressOf(request.url ?? "");
  request.url = url;
  if (!url.startsWith("/")) {
    answerPlainly(request, response, {
      status: 400,
      title: "Bad request",
      text: "The address must begin with a slash.",
    });
    return;
  }
  if (url.length > MAX_ADDRESS_LENGTH) {
    answerPlainly(request, response, { status: 414, title: "Address too long", text: "The address is too long." });
    return;
  }
  const path = pathOf(url);
  const found = routes.find((row) => row.matches(path));
  if (found !== undefined) found.handle(request, response);
  else {
    answerPlainly(request, response, {
      status: 503,
      title: "Belfry is starting",
      text: "Belfry is starting. It will be here in a moment.",
      retryAfter: 3,
    });
  }
}

/**
 * With one slash where a base address that ends in one made two. Pages would redirect, which `curl -f` takes for success, and
 * the ping would be lost.
 */
function addressOf(url: string): string {
  return url.replace(/^\/{2,}/, "/");
}

/** The part of a request's address before the query. */
export function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

/** Puts what serves requests that come whole before Node's own reading of connections. */
function serveWhole(
  server: Server,
  connections: Connections,
  given: {
    find: (url: string) => ExchangeHandler | null;
    breakOff: (error: BreakError, socket: Socket) => void;
    headersTimeout: Millis;
    keepAliveTimeout: Millis;
  },
): WholeConnections {
  const readers = server.listeners("connection");
  server.removeAllListeners("connection");
  return createWholeConnections({
    find: given.find,
    handOver(socket) {
      for (const read of readers) Reflect.apply(read, server, [socket]);
    },
    onBusy: (socket, busy) => connections.occupy(socket, busy),
    onSilence: (socket) => given.breakOff(Object.assign(new Error(), { code: "ERR_HTTP_REQUEST_TIMEOUT" }), socket),
    firstTimeoutMs: given.headersTimeout,
    keepAliveTimeoutMs: given.keepAliveTimeout,
  });
}

/** Answers what Node would drop without a word, and holds no more connections than can be. */
function guard(server: Server, connections: Connections, whole: WholeConnections): void {
  // Simple clients close their half once they have asked. Node knows this setting, its types do not.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("connection", (socket: Socket) => {
    socket.once("end", () => {
      // Nobody reads a stream of events any more. What only waited for the end of its request has its own a turn later.
      setImmediate(() => connections.unanswered(socket).some(isStreaming) && socket.destroy());
    });
    if (connections.add(socket)) return whole.enter(socket);
    socket.resume();
    partWith(socket, { status: 503, text: "Belfry has too many connections. Try again in a moment." }, [
      "Retry-After: 5",
    ]);
  });
  server.on("connect", (_request: IncomingMessage, socket: Socket) =>
    partWith(socket, { status: 405, text: "Belfry is no proxy: CONNECT is not for it." }),
  );
}

function isStreaming(response: ServerResponse): boolean {
  return response.headersSent && !response.writableEnded;
}
