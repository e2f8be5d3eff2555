import { once } from "node:events";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Answer } from "../../lib/ping/answers.ts";
import { type Exchange, onNode } from "../../lib/ping/exchange.ts";
import { createLog } from "../../lib/log.ts";
import { type Front, openFront } from "../../lib/server/front.ts";

export function answerOf(body: string): Answer {
  return { status: 200, headers: ["X-Some", "thing", "Content-Length", String(Buffer.byteLength(body))], body };
}

/** All that is answered to these bytes, however they are cut; nothing follows them. */
export async function answersTo({ port }: Front, pieces: readonly Buffer[]): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const all = buffer(socket);
  await once(socket, "connect");
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
  socket.end();
  return (await all).toString("latin1").replaceAll(/\r\nDate: [^\r]*/g, "\r\nDate: some day");
}

/** At these places, whatever is beyond the end counted from the beginning again. */
export function cutUp(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

export const PING = Buffer.from("GET /ping/a HTTP/1.1\r\nHost: x\r\n\r\n");
export const OK = answerOf("OK");

/** A front on which everything is a ping. */
export function openWhole(limits: object, serve: (exchange: Exchange) => void): Promise<Front> {
  const route = { matches: () => true, handle: onNode(serve), exchange: serve };
  return openFront({ host: "127.0.0.1", port: 0, log: createLog("silent"), routes: [route], limits });
}
