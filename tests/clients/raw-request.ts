import { once } from "node:events";
import { connect } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

/** A request as a client puts it on the wire. `{name}` stands for what differs from server to server. */
export type RawRequest = {
  /** Request line and headers. `Content-Length: {length}` is filled in after compressing. */
  head: readonly string[];
  /** Before compressing. */
  body?: string;
  compressed?: "gzip" | "br" | "deflate";
  /** The body goes out in chunks of this many bytes. */
  chunkBytes?: number;
};

export type RawAnswer = { status: number; headers: ReadonlyMap<string, string>; body: string };

const COMPRESS = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync } as const;

/** The bytes of a request, with `values` in place of the names in braces. */
export function bytesOf(
  { head, body = "", compressed, chunkBytes }: RawRequest,
  values: Record<string, string>,
): Buffer {
  const plain = Buffer.from(fillIn(body, values));
  const sent = compressed === undefined ? plain : COMPRESS[compressed](plain);
  const lines = head.map((line) => fillIn(line, { ...values, length: String(sent.length) }));
  const framed = chunkBytes === undefined ? sent : chunksOf(sent, chunkBytes);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), framed]);
}

/** JSON has braces, too: only known names are replaced. */
function fillIn(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\{([a-zA-Z]+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function chunksOf(bytes: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    const chunk = bytes.subarray(start, start + size);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

/** Sends bytes over a connection of their own and reads one answer. */
export async function exchange(port: number, bytes: Buffer): Promise<RawAnswer> {
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(30_000, () => socket.destroy(new Error("no answer within 30 s")));
  let received = Buffer.alloc(0);
  try {
    await once(socket, "connect");
    socket.write(bytes);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      const answer = readAnswer(received, bytes.toString("latin1", 0, 5) !== "HEAD ");
      if (answer !== null) return answer;
    }
    throw new Error(`the connection ended after: ${received.toString()}`);
  } finally {
    socket.destroy();
  }
}

/** Null while the answer is not whole. It tells its length: no answer of ours to a client is chunked. */
function readAnswer(received: Buffer, hasBody: boolean): RawAnswer | null {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [statusLine = "", ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const [name = "", ...rest] = line.split(":");
      return [name.toLowerCase(), rest.join(":").trim()];
    }),
  );
  const body = received.subarray(end + 4);
  if (hasBody && body.length < Number(headers.get("content-length") ?? 0)) return null;
  return { status: Number(statusLine.split(" ")[1]), headers, body: body.toString() };
}
