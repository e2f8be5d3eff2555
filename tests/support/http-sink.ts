import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createArrivals } from "./arrivals.ts";
import { TEST_CERTIFICATE } from "./certificate.ts";

export type SunkRequest = { method: string; path: string; headers: IncomingHttpHeaders; body: string; at: number };

/** How a receiver behaves. `lost`: it takes the request and closes the connection without an answer. */
export type HttpReply =
  | { status: number; headers?: Readonly<Record<string, string>>; body?: string }
  | "silent"
  | "lost"
  | "huge"
  | "drip";

export type HttpSink = {
  /** Without a trailing slash. */
  url: string;
  /** Every request that came in whole, whatever was answered. */
  requests: SunkRequest[];
  /** Resolves when that many have come. */
  received(count: number): Promise<void>;
  /** From now on; `nth` counts from 1 over all requests. */
  reply(behaviour: (request: SunkRequest, nth: number) => HttpReply | Promise<HttpReply>): void;
  close(): Promise<void>;
};

/**
 * A receiver on loopback that answers `200 ok` until it is told otherwise. With `tls` it speaks HTTPS under a certificate
 * that nobody trusts.
 */
export async function startHttpSink(options: { tls?: boolean } = {}): Promise<HttpSink> {
  const arrivals = createArrivals<SunkRequest>();
  let behaviour: (request: SunkRequest, nth: number) => HttpReply | Promise<HttpReply> = () => ({
    status: 200,
    body: "ok",
  });
  const receive: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const sunk = { method, path, headers, body: Buffer.concat(chunks).toString("utf8"), at: Date.now() };
      arrivals.add(sunk);
      void Promise.resolve(behaviour(sunk, arrivals.all.length)).then((reply) => answer(response, reply));
    });
  };
  const server = options.tls === true ? createSecureServer(TEST_CERTIFICATE, receive) : createServer(receive);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === true ? "https" : "http"}://127.0.0.1:${port}`,
    requests: arrivals.all,
    received: arrivals.reached,
    reply(next) {
      behaviour = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, reply: HttpReply): void {
  response.on("error", () => undefined);
  if (reply === "silent") return;
  if (reply === "lost") {
    response.destroy();
  } else if (reply === "huge") {
    response.writeHead(200);
    writeOn(response, "x".repeat(64 * 1024), 0);
  } else if (reply === "drip") {
    response.writeHead(200);
    writeOn(response, ".", 50);
  } else {
    response.writeHead(reply.status, reply.headers).end(reply.body ?? "");
  }
}

/** Writes until the other side has had enough. */
function writeOn(response: ServerResponse, chunk: string, pauseMs: number): void {
  if (response.destroyed) return;
  response.write(chunk, () => setTimeout(writeOn, pauseMs, response, chunk, pauseMs));
}
