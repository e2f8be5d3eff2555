import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

// Stands in for Next's standalone server: the same way of listening, answers that tests can read.

function handle(request: IncomingMessage, response: ServerResponse): void {
  switch (new URL(request.url ?? "/", "http://stub").pathname) {
    case "/hang":
      return;
    case "/die":
      process.exit(7);
      return;
    case "/stubborn":
      process.on("SIGTERM", () => {});
      response.end("no");
      return;
    case "/fail":
      response.writeHead(500).end("failed");
      return;
    case "/events":
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.flushHeaders();
      return;
    case "/cookies":
      response.setHeader("Set-Cookie", ["a=1; Path=/", "b=2; Path=/"]);
      response.setHeader("Connection", "keep-alive, X-Internal");
      response.setHeader("X-Internal", "secret");
      response.end("cookies");
      return;
    default:
      // A front that breaks off is no reason to end.
      echo(request, response).catch(() => {});
  }
}

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let bytes = 0;
  for await (const chunk of request) bytes += (chunk as Buffer).length;
  const { method, url, headers } = request;
  response.setHeader("Content-Type", "application/json");
  response.end(
    JSON.stringify({ pid: process.pid, connection: request.socket.remotePort, method, url, headers, bytes }),
  );
}

const server = createServer(handle);
server.keepAliveTimeout = Number(process.env.KEEP_ALIVE_TIMEOUT ?? 5_000);
server.listen(3000);
