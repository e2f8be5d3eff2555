import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type Front, type Handler, openFront } from "../../lib/server/front.ts";
import { mostConnections } from "../../lib/server/open-files.ts";
import { readAll } from "../support/raw-http.ts";
import { silent } from "./stub/site.ts";

let front: Front;
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await front.close();
});

async function open(handle: Handler, most = 10): Promise<void> {
  const routes = [{ matches: () => true, handle }];
  front = await openFront({ host: "127.0.0.1", port: 0, log: silent, routes, limits: { mostConnections: most } });
}

const answerOk: Handler = (_request, response) => {
  response.end("OK");
};

/** From an address of its own, as all of 127.0.0.0/8 are. */
async function join(localAddress: string, says = ""): Promise<Socket> {
  const socket = connect({ port: front.port, host: "127.0.0.1", localAddress });
  sockets.add(socket);
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  socket.write(says);
  return socket;
}

async function joinInTurn(count: number, localAddress: string, says?: string): Promise<Socket[]> {
  const joined: Socket[] = [];
  for (let n = 0; n < count; n += 1) joined.push(await join(localAddress, says));
  return joined;
}

async function ask(localAddress: string): Promise<(string | number)[]> {
  const socket = await join(localAddress, "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const [answer] = await readAll(socket);
  return [answer?.status ?? 0, answer?.body ?? ""];
}

test("whoever comes when there are too many takes the place of the longest idle one of those who hold the most", async () => {
  await open(answerOk);
  const [neighbour] = await joinInTurn(1, "127.0.0.9");
  const [oldest, ...younger] = await joinInTurn(9, "127.0.0.66", "GET /x HTTP/1.1\r\nHost:");
  expect(oldest).toBeDefined();
  const closed = oldest === undefined ? null : once(oldest, "close");
  expect(await ask("127.0.0.5")).toEqual([200, "OK"]);
  await closed;
  expect(younger.filter((socket) => socket.destroyed || socket.readableEnded)).toEqual([]);
  expect(neighbour?.destroyed).toBe(false);
});

test("a connection that was used lately outlives the idle ones of its neighbourhood", async () => {
  await open(answerOk);
  const [used, ...idle] = await joinInTurn(10, "127.0.0.66");
  used?.write("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
  if (used !== undefined) await once(used, "data");
  const closed = Promise.race(idle.map((socket) => once(socket, "close")));
  expect(await ask("127.0.0.5")).toEqual([200, "OK"]);
  await closed;
  expect(used?.destroyed).toBe(false);
});

test("who waits for an answer keeps the place, and the next is told to come again", async () => {
  const held: ServerResponse[] = [];
  await open((_request, response) => {
    held.push(response);
  }, 5);
  const waiting = await joinInTurn(5, "127.0.0.66", "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  await expect.poll(() => held.length).toBe(5);
  expect(await ask("127.0.0.5")).toEqual([503, "Belfry has too many connections. Try again in a moment.\n"]);
  const answers = waiting.map((socket) => readAll(socket));
  for (const response of held) response.end("OK");
  expect((await Promise.all(answers)).map(([answer]) => answer?.body)).toEqual(Array(5).fill("OK"));
});

test("a body that drips gives its place up, and its handler hears of it", async () => {
  const begun: IncomingMessage[] = [];
  await open((request) => {
    request.on("error", () => undefined).resume();
    begun.push(request);
  }, 5);
  await joinInTurn(5, "127.0.0.66", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhi");
  await expect.poll(() => begun.length).toBe(5);
  const cut = Promise.race(begun.map((request) => new Promise((resolve) => request.once("close", resolve))));
  await join("127.0.0.5");
  await cut;
});

test("a stream of events ends when its reader is gone", async () => {
  const streams: ServerResponse[] = [];
  await open((_request, response) => {
    response.flushHeaders();
    streams.push(response);
  });
  const reader = await join("127.0.0.5", "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(reader, "data");
  const [stream] = streams;
  const gone = stream === undefined ? null : once(stream, "close");
  reader.destroy();
  await gone;
});

test("the system's limit of open files leaves room for everything else", () => {
  const limits = (files: string) =>
    `Max processes   96365  96365  processes\nMax open files            ${files}  20000  files\n`;
  expect(["1024", "4096", "20000", "1048576", "unlimited"].map((files) => mostConnections(limits(files)))).toEqual([
    512, 3096, 16_000, 16_000, 16_000,
  ]);
  expect(mostConnections("")).toBe(8_000);
});

test("whoever pipelines without end hears that it is too much, and no more of it is read than what was on its way", async () => {
  const held: ServerResponse[] = [];
  await open((_request, response) => void held.push(response));
  let read = 0;
  const count = (): void => void (read += 1);
  subscribe("http.server.request.start", count);
  const socket = await join("127.0.0.1");
  const heard = readAll(socket);
  socket.write("GET / HTTP/1.1\r\n\r\n".repeat(200_000));
  await expect.poll(() => held.length).toBe(50);
  for (const response of held) {
    response.setHeader("Content-Length", 2).end("OK");
    await nextTurn();
  }
  const answers = await heard;
  unsubscribe("http.server.request.start", count);
  expect(answers.map(({ status }) => status)).toEqual([...held.map(() => 200), 503]);
  // As many as fit in what Node reads at once.
  expect(read).toBeLessThan(5_000);
  // Longer than a test may take.
  await front.idle(3_600_000);
});
