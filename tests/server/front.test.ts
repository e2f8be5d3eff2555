import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Front, type FrontOptions, type Handler, openFront } from "../../lib/server/front.ts";
import { silent } from "./stub/site.ts";

let front: Front;
afterEach(() => front.close());

async function open(handle: Handler, limits: FrontOptions["limits"] = {}): Promise<string> {
  const routes = [{ matches: (path: string) => path.startsWith("/ping/"), handle }];
  front = await openFront({ host: "127.0.0.1", port: 0, log: silent, routes, limits });
  return `http://127.0.0.1:${front.port}`;
}

const answerOk: Handler = (_request, response) => {
  response.end("OK");
};

function speak(text: string): Socket {
  const socket = connect(front.port, "127.0.0.1");
  socket.write(text);
  return socket;
}

async function read(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test("the first row that matches handles the request; without one Belfry is starting", async () => {
  const url = await open(answerOk);
  expect(await (await fetch(`${url}/ping/a?b=/c`)).text()).toBe("OK");
  const other = await fetch(`${url}/jobs`, { headers: { Accept: "text/html" } });
  expect(other.status).toBe(503);
  expect(other.headers.get("retry-after")).toBe("3");
  expect(await other.text()).toContain("Belfry is starting");
  front.serve([{ matches: () => true, handle: answerOk }]);
  expect((await fetch(`${url}/jobs`)).status).toBe(200);
});

test("addresses that are none, or too long, are refused", async () => {
  await open(answerOk);
  expect(await read(speak("GET http://evil.example/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))).toContain(
    " 400 ",
  );
  const long = `GET /ping/${"a".repeat(9_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  expect(await read(speak(long))).toContain(" 414 ");
  const huge = `GET /ping/x HTTP/1.1\r\nHost: x\r\nX-Big: ${"a".repeat(20_000)}\r\n\r\n`;
  expect(await read(speak(huge))).toContain(" 431 ");
});

test("a head or a body that never ends costs its own connection only", async () => {
  const limits = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 };
  const url = await open(answerOk, limits);
  const head = speak("GET /ping/x HTTP/1.1\r\nHost:");
  const body = speak("POST /ping/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
  expect(await read(head)).toContain(" 408 ");
  expect(await read(body)).toMatch(/^HTTP\/1.1 200 OK/);
  expect((await fetch(`${url}/ping/x`)).status).toBe(200);
});

test("clients that dawdle do not keep others from being served", async () => {
  const url = await open(answerOk);
  const dawdlers = Array.from({ length: 300 }, () => speak("GET /ping/x HTTP/1.1\r\nHost:"));
  await Promise.all(dawdlers.map((socket) => once(socket, "connect")));
  expect((await fetch(`${url}/ping/x`)).status).toBe(200);
  for (const socket of dawdlers) socket.destroy();
});

test("once it refuses, what was begun is answered and the rest is told to come back", async () => {
  const held: (() => void)[] = [];
  await open((_request, response) => {
    held.push(() => response.end("OK"));
  });
  const keepAlive = speak("GET /ping/1 HTTP/1.1\r\nHost: x\r\n\r\n");
  await expect.poll(() => held.length).toBe(1);
  front.refuse();
  const refused = connect(front.port, "127.0.0.1");
  await expect(once(refused, "connect")).rejects.toThrow("ECONNREFUSED");
  const idle = front.idle(20_000);
  for (const release of held) release();
  await idle;
  keepAlive.write("GET /ping/2 HTTP/1.1\r\nHost: x\r\n\r\n");
  const answers = await read(keepAlive);
  expect(answers).toMatch(/^HTTP\/1.1 200 OK/);
  expect(held).toHaveLength(1);
});

test("a taken port is one sentence", async () => {
  await open(answerOk);
  const second = openFront({ host: "127.0.0.1", port: front.port, log: silent, routes: [] });
  await expect(second).rejects.toThrow(
    `Port ${front.port} on 127.0.0.1 is taken by another program. Set PORT to a free one.`,
  );
  const elsewhere = openFront({ host: "198.51.100.1", port: 0, log: silent, routes: [] });
  await expect(elsewhere).rejects.toThrow('HOST="198.51.100.1" is not an address of this machine');
});
