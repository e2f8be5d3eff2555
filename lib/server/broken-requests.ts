import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Connections } from "./connections.ts";

/** What Node's parser says of a request that it cannot read, or that did not come to its end. */
export type BreakError = NodeJS.ErrnoException & { rawPacket?: Buffer };

type Refusal = { status: number; text: string };

const UNREADABLE: Refusal = { status: 400, text: "This is no request of HTTP/1.1 that can be read." };
const NO_TLS: Refusal = { status: 400, text: "TLS is not spoken on this port. Use an address with http://." };
const BODY: Refusal = { status: 400, text: "The chunks of the body are not as HTTP/1.1 wants them." };
const LENGTH: Refusal = { status: 400, text: "The headers do not say clearly how long the body is." };
const HEADER: Refusal = { status: 400, text: "A header is not as HTTP/1.1 wants it." };
const BROKEN_OFF: Refusal = { status: 400, text: "The request broke off." };

const REFUSALS: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, text: "The request did not come to its end in time." },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, text: "The chunks of the body carry too many extensions." },
  HPE_HEADER_OVERFLOW: { status: 431, text: "The address and the headers are too long: at most 16 KiB together." },
  HPE_INVALID_CHUNK_SIZE: BODY,
  HPE_INVALID_CONTENT_LENGTH: LENGTH,
  HPE_INVALID_EOF_STATE: BROKEN_OFF,
  HPE_INVALID_HEADER_TOKEN: HEADER,
  HPE_INVALID_METHOD: { status: 400, text: "The request does not begin with a method of HTTP." },
  HPE_INVALID_TRANSFER_ENCODING: LENGTH,
  HPE_INVALID_URL: { status: 400, text: "The address has characters that must be percent-encoded." },
  HPE_UNEXPECTED_CONTENT_LENGTH: LENGTH,
};

const ANSWER_WITHIN_MS: Millis = 10 * SECOND;
const LISTEN_ON_MS: Millis = 2 * SECOND;
const TLS_HANDSHAKE = 0x16;

/**
 * Answers requests that cannot be read with one line that says why, where Node would say nothing. What was asked before
 * on the same connection is answered first, or the line would be taken for the answer to that.
 */
export function createBreakHandler(connections: Connections): (error: BreakError, socket: Socket) => void {
  // The parser complains again about every further byte.
  const broken = new WeakSet<Socket>();
  return (error, socket) => {
    if (broken.has(socket)) return;
    broken.add(socket);
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    // Node would end it as soon as its client has, and our word would come too late.
    socket.removeAllListeners("end");
    const late = setTimeout(() => socket.destroy(), ANSWER_WITHIN_MS).unref();
    socket.once("close", () => clearTimeout(late));
    const settle = (): void => {
      const responses = connections.unanswered(socket);
      const earlier = responses.find(({ req }) => req.complete);
      // A stream of events has no end to wait for.
      if (earlier?.headersSent && !earlier.writableEnded) socket.destroySoon();
      else if (earlier !== undefined) earlier.once("close", settle);
      // What broke off may have its answer already.
      else if (responses.some(({ headersSent }) => headersSent)) socket.destroySoon();
      else partWith(socket, refusalOf(error, socket));
    };
    settle();
  };
}

/** Says a last word on a connection without a response. What still comes is thrown away, so that the word arrives. */
export function partWith(socket: Socket, { status, text }: Refusal, headers: readonly string[] = []): void {
  if (socket.destroyed) return;
  const body = `${text}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    ...headers,
  ];
  socket.on("error", () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  if (socket.readableEnded) {
    socket.destroySoon();
    return;
  }
  socket.once("end", () => socket.destroySoon());
  setTimeout(() => socket.destroy(), LISTEN_ON_MS).unref();
}

function refusalOf({ code = "", rawPacket }: BreakError, { bytesRead }: Socket): Refusal {
  if (rawPacket?.[0] === TLS_HANDSHAKE && rawPacket.length === bytesRead) return NO_TLS;
  return REFUSALS[code] ?? UNREADABLE;
}
