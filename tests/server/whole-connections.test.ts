import { once } from "node:events";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Exchange, onNode } from "../../lib/ping/exchange.ts";
import { openFront } from "../../lib/server/front.ts";
import { LONG } from "../support/size.ts";
import { answerOf, answersTo, cutUp, OK, openWhole, PING } from "../support/whole-pings.ts";
import { silent } from "./stub/site.ts";

const LONGER_THAN_ANY_TEST = 3_600_000;

test("pings are answered in order, every one, however late, however they are cut, though the client ends with the last", async () => {
  const late = async (given: Exchange, turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    given.reply(answerOf(given.request.url ?? ""), false);
  };
  let turns: readonly number[] = [0];
  let served = 0;
  const exchange = (given: Exchange): void => void late(given, turns[served++ % turns.length] ?? 0);
  const route = { matches: () => true, handle: onNode(exchange), exchange };
  const front = await openFront({ host: "127.0.0.1", port: 0, log: silent, routes: [route] });
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 12 }),
    fc.oneof(fc.constant([]), fc.array(fc.nat(300), { maxLength: 6 })),
    fc.array(fc.nat(9), { minLength: 1 }),
    fc.boolean(),
    async (count, cuts, waits, apart) => {
      turns = waits;
      const pings = Array.from({ length: count }, (_, nth) => `GET /ping/${nth} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const ends = pings.map((_, nth) => pings.slice(0, nth + 1).join("").length);
      const said = await answersTo(front, cutUp(Buffer.from(pings.join("")), [...cuts, ...(apart ? ends : [])]));
      expect(said.match(/\/ping\/\d+/g)).toEqual(pings.map((_, nth) => `/ping/${nth}`));
    },
  );
  await fc.assert(property, { numRuns: LONG ? 3_000 : 100 });
  await front.close();
});

describe("a connection", () => {
  test("whose client goes before the answer leaves nothing behind, and the front comes to rest", async () => {
    let held: Exchange | null = null;
    const front = await openWhole({}, (exchange) => (held = exchange));
    const socket = connect(front.port, "127.0.0.1").on("error", () => {});
    socket.write(PING);
    await expect.poll(() => held).not.toBeNull();
    socket.resetAndDestroy();
    await front.idle(LONGER_THAN_ANY_TEST);
    expect((held as Exchange | null)?.reply(OK, false)).toBe(false);
    await front.close();
  });

  test("is closed when it rests too long, and not while an answer is owed", async () => {
    const held: Exchange[] = [];
    const front = await openWhole({ keepAliveTimeout: 100 }, (exchange) => held.push(exchange));
    const socket = connect(front.port, "127.0.0.1");
    const all = buffer(socket);
    socket.write(PING);
    await expect.poll(() => held.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(held[0]?.reply(OK, false)).toBe(true);
    expect((await all).toString()).toMatch(/OK$/);
    await front.close();
  });

  test("is answered before a front that stops lets it go, and one that rests is let go at once", async () => {
    const held: Exchange[] = [];
    const front = await openWhole({}, (exchange) => held.push(exchange));
    const [busy, resting] = [connect(front.port, "127.0.0.1"), connect(front.port, "127.0.0.1")];
    const [heard, ended] = [buffer(busy), buffer(resting)];
    resting.write(PING);
    await expect.poll(() => held.length).toBe(1);
    held[0]?.reply(OK, false);
    busy.write(PING);
    await expect.poll(() => held.length).toBe(2);
    front.refuse();
    expect((await ended).toString()).toMatch(/OK$/);
    held[1]?.reply(OK, false);
    expect((await heard).toString()).toMatch(/Connection: close\r\n\r\nOK$/);
    await front.idle(LONGER_THAN_ANY_TEST);
    await front.close();
  });

  test("that has asked nothing when the front stops is told so when it asks", async () => {
    const front = await openWhole({}, () => expect.unreachable());
    const socket = connect(front.port, "127.0.0.1");
    const all = buffer(socket);
    await once(socket, "connect");
    // The front has taken it once it answers another.
    const other = connect(front.port, "127.0.0.1");
    other.end("GET * HTTP/1.1\r\nHost: x\r\n\r\n");
    await buffer(other);
    front.refuse();
    socket.write(PING);
    expect((await all).toString()).toContain(" 503 ");
    await front.close();
  });

  test("that was answered for the last time takes nothing more", async () => {
    let served = 0;
    const large = answerOf("x".repeat(8_000_000));
    const front = await openWhole({}, (exchange) => {
      served += 1;
      exchange.reply(large, false);
    });
    const socket = connect({ port: front.port, host: "127.0.0.1", noDelay: true });
    socket.pause();
    await once(socket, "connect");
    socket.write("GET /ping/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await expect.poll(() => served).toBe(1);
    socket.write(PING);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const all = buffer(socket);
    expect((await all).length).toBeGreaterThan(8_000_000);
    expect(served).toBe(1);
    await front.close();
  });

  test("whose client sends and does not read takes no more than a bounded room, and has every answer when it reads", async () => {
    let answered = 0;
    const large = answerOf("x".repeat(1_000_000));
    const front = await openWhole({}, (exchange) => {
      answered += 1;
      exchange.reply(large, false);
    });
    const socket = connect(front.port, "127.0.0.1").on("error", () => {});
    socket.pause();
    await once(socket, "connect");
    for (let count = 0; count < 100; count++) {
      socket.write(PING);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    // It comes to a stop long before all were answered.
    await expect
      .poll(async () => {
        const before = answered;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return answered - before;
      })
      .toBe(0);
    expect(answered).toBeLessThan(50);
    const heard = buffer(socket.resume());
    socket.end();
    expect((await heard).length).toBeGreaterThan(100_000_000);
    socket.destroy();
    await front.close();
  });
});
