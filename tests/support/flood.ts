import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** Pings at a rate that does not wait for answers, over connections that are pipelined. */
export type FloodOptions = {
  port: number;
  paths: readonly string[];
  connections: number;
  /** Pings that a connection leaves unanswered before it holds back: as many clients as that stand behind it. */
  depth: number;
  perSecond: number;
  ms: number;
  /** Goes on for up to ten times as long until something is refused. */
  untilRefused: boolean;
};

export type FloodResult = {
  /** Wanted by the clock; some of it did not go out because the server did not read any more. */
  offered: number;
  sent: number;
  /** Run ids of pings that were answered 200. */
  acknowledged: string[];
  /** Answers that were not 200, by status and Retry-After. */
  refused: Map<string, number>;
  /** Pings that were not answered when the load ended; their clients hung up. */
  abandoned: number;
  /** Milliseconds that acknowledged pings took, sorted. */
  latencies: number[];
};

type Waiting = { id: number; sentAt: number };

const TICK_MS = 10;

const tail = randomUUID().slice(8);
let counted = 0;

/** Floods a server for a while, and then hangs up, whatever is not answered yet. */
export async function flood(options: FloodOptions): Promise<FloodResult> {
  const result: FloodResult = {
    offered: 0,
    sent: 0,
    acknowledged: [],
    refused: new Map(),
    abandoned: 0,
    latencies: [],
  };
  const clients = await Promise.all(Array.from({ length: options.connections }, () => join(options, result)));
  const begun = performance.now();
  let turn = 0;
  const isOver = (): boolean => {
    const took = performance.now() - begun;
    return took >= options.ms && (!options.untilRefused || result.refused.size > 0 || took > 10 * options.ms);
  };
  while (!isOver()) {
    const wanted = Math.floor(((performance.now() - begun) * options.perSecond) / 1_000) - result.offered;
    const each = Math.ceil(wanted / clients.length);
    for (let left = wanted; left > 0; left -= each) {
      result.offered += Math.min(each, left);
      clients[turn % clients.length]?.send(Math.min(each, left));
      turn += 1;
    }
    await wait(TICK_MS);
  }
  for (const client of clients) client.hangUp();
  result.latencies.sort((a, b) => a - b);
  return result;
}

type FloodClient = { send(count: number): void; hangUp(): void };

async function join({ port, paths, depth }: FloodOptions, result: FloodResult): Promise<FloodClient> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const waiting: Waiting[] = [];
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  readAnswers(socket, (status, retryAfter) => {
    const asked = waiting.shift();
    if (asked === undefined) throw new Error("An answer came to no question.");
    if (status === 200) {
      result.acknowledged.push(runIdOf(asked.id));
      result.latencies.push(performance.now() - asked.sentAt);
    } else {
      const said = `${status} ${retryAfter}`;
      result.refused.set(said, (result.refused.get(said) ?? 0) + 1);
    }
  });
  return {
    send(wanted) {
      // What the server does not read is not kept here either.
      const count = Math.min(wanted, depth - waiting.length);
      if (count <= 0 || socket.writableLength > 0 || !socket.writable) return;
      const sentAt = performance.now();
      let text = "";
      for (let n = 0; n < count; n += 1) {
        counted += 1;
        waiting.push({ id: counted, sentAt });
        text += `GET ${paths[counted % paths.length]}?rid=${runIdOf(counted)} HTTP/1.1\r\nHost: x\r\n\r\n`;
      }
      result.sent += count;
      socket.write(text);
    },
    hangUp() {
      result.abandoned += waiting.length;
      socket.destroy();
    },
  };
}

function runIdOf(id: number): string {
  return id.toString(16).padStart(8, "0") + tail;
}

function readAnswers(socket: Socket, heard: (status: number, retryAfter: string) => void): void {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    let at = 0;
    for (;;) {
      const end = text.indexOf("\r\n\r\n", at);
      if (end === -1) break;
      const head = text.slice(at, end);
      const next = end + 4 + Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (next > text.length) break;
      heard(Number(head.slice(9, 12)), /\r\nRetry-After: (\d+)/i.exec(head)?.[1] ?? "never");
      at = next;
    }
    text = text.slice(at);
  });
  socket.on("error", () => socket.destroy());
}
