import { once } from "node:events";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Exchange, onNode } from "../../lib/ping/exchange.ts";
import { openFront } from "../../lib/server/front.ts";
import { answerOf, OK, openWhole, PING } from "../support/whole-pings.ts";
import { silent } from "./stub/site.ts";

const LONGER_THAN_ANY_TEST = 3_600_000;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

test("whatever comes at once is served a little in each turn of the event loop, and answered in order", async () => {
  const [clients, each] = [50, 90];
  let turns: number[] = [];
  const exchange = (given: Exchange): void => {
    turns[turns.length - 1] = (turns.at(-1) ?? 0) + 1;
    given.reply(answerOf(given.request.url ?? ""), false);
  };
  const route = { matches: () => true, handle: onNode(exchange), exchange };
  const front = await openFront({ host: "127.0.0.1", port: 0, log: silent, routes: [route] });
  const sockets = Array.from({ length: clients }, () => connect(front.port, "127.0.0.1"));
  // One by one is how they are let in; once they are, what they send comes at once.
  for (const socket of sockets) socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await Promise.all(sockets.map((socket) => once(socket, "data")));
  const heard = sockets.map((socket) => buffer(socket));
  const asked = Array.from({ length: each }, (_, nth) => `/ping/${nth}`);
  const pings = asked.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join("");
  for (const socket of sockets) socket.end(pings);
  turns = [0];
  while (sum(turns) < clients * each && turns.push(0) < 10_000) await nextTurn();
  expect(sum(turns)).toBe(clients * each);
  // A hundred of those that wait, besides the first few of each.
  expect(sum(turns.map((count) => Math.max(0, count - 100)))).toBeLessThanOrEqual(4 * clients);
  for (const said of heard) expect((await said).toString().match(/\/ping\/\d+/g)).toEqual(asked);
  await front.close();
});

/** A connection to a front that answers nothing by itself. */
async function joinHolding() {
  const held: Exchange[] = [];
  const front = await openWhole({}, (exchange) => held.push(exchange));
  const socket = connect(front.port, "127.0.0.1");
  return { held, front, socket, all: buffer(socket) };
}

describe("a connection on which several are asked at once", () => {
  test("of which a hundred answers are owed is read on when some of them were given", async () => {
    const { held, front, socket, all } = await joinHolding();
    const asked = Array.from({ length: 150 }, (_, nth) => `/ping/${nth}`);
    for (const path of asked) socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await expect.poll(() => held.length).toBe(100);
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(held).toHaveLength(100);
    const answer = (given: Exchange): unknown => given.reply(answerOf(given.request.url ?? ""), false);
    // The last of them first: it has to wait for all before it.
    for (const given of held.splice(0).toReversed()) answer(given);
    await expect.poll(() => held.length).toBe(50);
    // What only Node can read waits for all of them.
    socket.end("GET /ping/other HTTP/1.0\r\n\r\n");
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(held).toHaveLength(50);
    for (const given of held.splice(0)) answer(given);
    await expect.poll(() => held.length).toBe(1);
    for (const given of held.splice(0)) answer(given);
    expect((await all).toString().match(/\/ping\/(?:\d+|other)/g)).toEqual([...asked, "/ping/other"]);
    await front.close();
  });

  test("whose pings come cut into packets is served without Node, as long as answers are owed", async () => {
    const exchange = async (given: Exchange): Promise<void> => {
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      given.reply(answerOf(given.request.url ?? ""), false);
    };
    const handle = (): never => expect.unreachable();
    const route = { matches: () => true, handle, exchange: (given: Exchange) => void exchange(given) };
    const front = await openFront({ host: "127.0.0.1", port: 0, log: silent, routes: [route] });
    const asked = Array.from({ length: 90 }, (_, nth) => `/ping/${nth}`);
    const pings = asked.map((path) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`).join("");
    const socket = connect({ port: front.port, host: "127.0.0.1", noDelay: true });
    const all = buffer(socket);
    for (let at = 0; at < pings.length; at += 1_448) {
      socket.write(pings.slice(at, at + 1_448));
      for (let turn = 0; turn < 3; turn++) await nextTurn();
    }
    socket.end();
    expect((await all).toString().match(/\/ping\/\d+/g)).toEqual(asked);
    await front.close();
  });

  test("whose pings are cut where Node reads no further at once is served without Node as well", async () => {
    const exchange = (given: Exchange): unknown => given.reply(answerOf(given.request.url ?? ""), false);
    const route = { matches: () => true, handle: (): never => expect.unreachable(), exchange };
    const front = await openFront({ host: "127.0.0.1", port: 0, log: silent, routes: [route] });
    const asked = Array.from({ length: 5_000 }, (_, nth) => `/ping/${nth}`);
    const socket = connect(front.port, "127.0.0.1");
    const all = buffer(socket);
    socket.end(asked.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(""));
    expect((await all).toString().match(/\/ping\/\d+/g)).toEqual(asked);
    await front.close();
  });

  test("on which much has come in small pieces while it was not read is served a little in each turn all the same", async () => {
    const held: Exchange[] = [];
    const turns: number[] = [0];
    const front = await openWhole({}, (exchange) => {
      if (held.push(exchange) > 100) turns[turns.length - 1] = (turns.at(-1) ?? 0) + 1;
    });
    const socket = connect({ port: front.port, host: "127.0.0.1", noDelay: true });
    const all = buffer(socket);
    for (let count = 0; count < 180; count++) {
      socket.write(PING);
      await nextTurn();
    }
    await expect.poll(() => held.length).toBe(100);
    for (const exchange of held) exchange.reply(OK, false);
    for (let turn = 0; turn < 10_000 && held.length < 180; turn++) {
      await nextTurn();
      turns.push(0);
    }
    expect(held).toHaveLength(180);
    expect(Math.max(...turns)).toBeLessThanOrEqual(8);
    for (const exchange of held) exchange.reply(OK, false);
    socket.end();
    expect((await all).toString().match(/\r\n\r\nOK/g)).toHaveLength(180);
    await front.close();
  });

  test("that waits with more than it may ask when the front stops hears of that behind its answers", async () => {
    const { held, front, socket, all } = await joinHolding();
    for (let count = 0; count < 105; count++) socket.write(PING);
    await expect.poll(() => held.length).toBe(100);
    front.refuse();
    for (const exchange of held) exchange.reply(OK, false);
    const said = (await all).toString().match(/HTTP\/1\.1 \d+/g) ?? [];
    expect(said.slice(0, 101)).toEqual([...Array<string>(100).fill("HTTP/1.1 200"), "HTTP/1.1 503"]);
    await front.idle(LONGER_THAN_ANY_TEST);
    await front.close();
  });

  test("takes one answer to each request, and ends where its handler says so", async () => {
    const { held, front, socket, all } = await joinHolding();
    socket.write(Buffer.concat([PING, PING, PING]));
    await expect.poll(() => held.length).toBe(3);
    const [first, second, third] = held;
    expect([second?.reply(OK, true), second?.reply(OK, true)]).toEqual([true, false]);
    socket.write(PING);
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(first?.reply(OK, false)).toBe(true);
    expect(third?.reply(OK, false)).toBe(false);
    expect((await all).toString().match(/\r\n\r\nOK/g)).toHaveLength(2);
    expect(held).toHaveLength(3);
    await front.idle(LONGER_THAN_ANY_TEST);
    await front.close();
  });

  test("is answered whatever it has asked at once before a front that stops lets it go", async () => {
    const { held, front, socket, all } = await joinHolding();
    socket.write(Buffer.concat([PING, PING, PING]));
    await expect.poll(() => held.length).toBe(3);
    front.refuse();
    for (const exchange of held) expect(exchange.reply(OK, false)).toBe(true);
    expect((await all).toString().match(/Connection: [a-z-]+/g)).toEqual([
      "Connection: keep-alive",
      "Connection: keep-alive",
      "Connection: close",
    ]);
    await front.idle(LONGER_THAN_ANY_TEST);
    await front.close();
  });

  test("that says which request is its last is asked nothing behind it", async () => {
    const { held, front, socket, all } = await joinHolding();
    const last = Buffer.from("GET /ping/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    socket.write(Buffer.concat([PING, last, PING]));
    await expect.poll(() => held.length).toBe(2);
    for (const exchange of held) expect(exchange.reply(OK, false)).toBe(true);
    expect((await all).toString().match(/\r\n\r\nOK/g)).toHaveLength(2);
    expect(held).toHaveLength(2);
    await front.close();
  });
});
