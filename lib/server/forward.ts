import { Agent, request as send, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { ClientReader } from "./client-address.ts";
import { publicAddress, requestHeaders, responseHeaders } from "./headers.ts";
import type { Handler } from "./front.ts";
import type { Pages } from "./pages.ts";
import { answerPlainly, DATABASE_AWAY, PAGES_BROKEN, PAGES_FROZEN, PAGES_STARTING, TOO_LARGE } from "./plain-answer.ts";

export type ForwarderOptions = {
  pages: Pick<Pages, "port">;
  baseUrl: string;
  readClient: ClientReader;
  /** Asked where the pages fail: a lost database is told as such. */
  databaseAway(): Promise<boolean>;
  log: Logger;
  /** How long the pages may take until the first byte of an answer. */
  patienceMs?: Millis;
};

export type Forwarder = {
  readonly handle: Handler;
  /** Ends every connection to the pages, live updates too. */
  close(): void;
};

/** Next cuts longer bodies silently; refusing them says what happened. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: Record<string, string | string[]>;
  readonly withBody: boolean;
};

/** Hands requests on to the child that serves the pages, and its answers back. */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const { pages, readClient, log, patienceMs = 30 * SECOND } = options;
  const baseUrl = new URL(options.baseUrl);
  // `lifo` keeps few connections warm; the time-out stays well below the child's 75 s, so that it is ours that closes.
  const agent = new Agent({ keepAlive: true, timeout: 30 * SECOND, scheduling: "lifo" });

  function handle(request: IncomingMessage, response: ServerResponse): void {
    if (isForeign(baseUrl, request)) {
      redirectHome(baseUrl, request, response);
      return;
    }
    if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) {
      answerPlainly(request, response, TOO_LARGE);
      return;
    }
    const client = readClient(request.socket.remoteAddress, request.headers);
    const address = publicAddress(baseUrl, request.headers.host, client);
    void attempt(
      { request, response, headers: requestHeaders(request, client, address), withBody: hasBody(request) },
      true,
    );
  }

  async function attempt(exchange: Exchange, mayRetry: boolean): Promise<void> {
    const { request, response } = exchange;
    const port = await pages.port();
    if (response.destroyed) return;
    if (port === null) {
      answerPlainly(request, response, PAGES_STARTING);
      return;
    }
    const upstream = send({
      agent: mayRetry ? agent : false,
      host: "127.0.0.1",
      port,
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: exchange.headers,
      timeout: patienceMs,
    });
    let frozen = false;
    upstream.on("timeout", () => {
      frozen = true;
      upstream.destroy();
    });
    upstream.on("response", (answer) => {
      upstream.setTimeout(0);
      void relay(exchange, answer);
    });
    upstream.on("error", (error: NodeJS.ErrnoException) => {
      if (response.headersSent) response.destroy();
      else if (frozen) answerPlainly(request, response, PAGES_FROZEN);
      else if (mayRetry && isHarmless(exchange, upstream.reusedSocket, error)) void attempt(exchange, false);
      else if (!response.destroyed) {
        log.warn({ err: error, method: request.method }, "the pages broke off before they answered");
        answerPlainly(request, response, PAGES_BROKEN);
      }
    });
    response.once("close", () => upstream.destroy());
    if (exchange.withBody) sendBody(exchange, upstream);
    else upstream.end();
  }

  async function relay({ request, response }: Exchange, answer: IncomingMessage): Promise<void> {
    const status = answer.statusCode ?? 502;
    if (status >= 500 && (await options.databaseAway())) {
      answer.resume();
      answerPlainly(request, response, DATABASE_AWAY);
      return;
    }
    response.writeHead(status, answer.statusMessage, responseHeaders(answer.rawHeaders, answer.headers.connection));
    // Its head leaves now: an event stream may stay silent for long.
    if (answer.headers["content-type"]?.startsWith("text/event-stream")) response.flushHeaders();
    pipeline(answer, response, () => {});
  }

  return { handle, close: () => agent.destroy() };
}

function isForeign(baseUrl: URL, request: IncomingMessage): boolean {
  if (baseUrl.protocol !== "https:") return false;
  return request.headers.host?.toLowerCase().replace(/:443$/, "") !== baseUrl.host;
}

function redirectHome(baseUrl: URL, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== "GET" && request.method !== "HEAD") {
    answerPlainly(request, response, {
      status: 421,
      title: "Wrong address",
      text: `This Belfry is at ${baseUrl.origin}.`,
    });
    return;
  }
  response.writeHead(308, { Location: `${baseUrl.origin}${request.url ?? "/"}`, "Content-Length": 0 });
  response.end();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** Nothing was done with it: the child was gone, or had closed a connection that was kept for reuse. */
function isHarmless({ request, withBody }: Exchange, reused: boolean, error: NodeJS.ErrnoException): boolean {
  if (withBody || (request.method !== "GET" && request.method !== "HEAD")) return false;
  return error.code === "ECONNREFUSED" || (reused && error.code === "ECONNRESET");
}

function sendBody({ request, response }: Exchange, upstream: ReturnType<typeof send>): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES || response.headersSent) return;
    response.once("finish", () => upstream.destroy());
    answerPlainly(request, response, TOO_LARGE);
  });
  request.pipe(upstream);
}
