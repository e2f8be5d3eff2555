import type { IncomingHttpHeaders } from "node:http";

/** A request's headers as they were sent, and as they are read: both together are looked at again, never changed. */
export type WholeHead = { text: string; headers: IncomingHttpHeaders };

/** A request that came in one piece. */
export type WholeRequest = {
  method: "GET" | "POST";
  /** Path and query. */
  url: string;
  head: WholeHead;
  body: Buffer | null;
  /** Whether the client wants the connection to end with the answer. */
  last: boolean;
  /** Where it ends in what came. */
  end: number;
};

/** Longer ones are rare, and their bodies mostly come in pieces. */
const MOST_BYTES = 16_384;
/** Far below what the front refuses as too long. */
const LONGEST_ADDRESS = 2_048;
const HEAD_END = "\r\n\r\n";
const CR = 0x0d;
const LF = 0x0a;

/**
 * The requests of HTTP/1.1 about whose meaning there can be no two opinions: common characters in the address, or bytes beyond ASCII, one blank
 * behind each header's colon, visible ASCII as its value.
 */
const PLAIN_LINE = /^(?:GET|POST) \/(?!\/)[\w\-.~%!$&'()*+,;=:@/?]* HTTP\/1\.1\r\n/;
/** With the bytes of a text that `curl` sends as it stands on its command line: Node would refuse them. */
const RAW_LINE = /^(?:GET|POST) \/(?!\/)[\w\-.~%!$&'()*+,;=:@/?\x80-\xff]* HTTP\/1\.1\r\n/;
const PLAIN_HEADERS = /^(?:[A-Za-z\d-]+: [!-~](?:[ -~]*[!-~])?\r\n)+$/;

/** Headers that change how a request is read or what happens to the connection after it, or that Node hands on as a list. */
const WEIGHTY = new Set([
  ...["expect", "http2-settings", "keep-alive", "proxy-connection"],
  ...["set-cookie", "te", "trailer", "transfer-encoding", "upgrade"],
]);

const KEEP = /^keep-alive$/i;
const CLOSE = /^close$/i;

const LENGTH = /^(?:0|[1-9]\d{0,4})$/;

/**
 * Reads a request that is as plain as most pings are; null for every other, and wherever there is the least doubt: Node's
 * parser has the word then.
 * @param start where it begins in what came.
 * @param before what this client sent last: it mostly sends the same again, and then that need not be read.
 */
export function readWhole(chunk: Buffer, start: number, before: WholeHead | null = null): WholeRequest | null {
  const headEnd = chunk.indexOf(HEAD_END, start, "latin1");
  if (headEnd === -1 || headEnd - start > MOST_BYTES) return null;
  const text = chunk.toString("latin1", start, headEnd + 2);
  const isPlain = PLAIN_LINE.test(text);
  if (!isPlain && !RAW_LINE.test(text)) return null;
  const urlAt = text.indexOf(" ") + 1;
  const urlEnd = text.indexOf(" ", urlAt);
  if (urlEnd - urlAt > LONGEST_ADDRESS) return null;
  const head = readHead(text.slice(text.indexOf("\r\n", urlEnd) + 2), before);
  if (head === null) return null;
  const { connection } = head.headers;
  const last = connection !== undefined && CLOSE.test(connection);
  if (connection !== undefined && !last && !KEEP.test(connection)) return null;
  const method = urlAt === 4 ? "GET" : "POST";
  const length = lengthOf(method, head.headers["content-length"]);
  const bodyAt = headEnd + HEAD_END.length;
  const bodyEnd = bodyAt + (length ?? 0);
  if (length === null || bodyEnd > chunk.length || bodyEnd - start > MOST_BYTES) return null;
  const body = length === 0 ? null : chunk.subarray(bodyAt, bodyEnd);
  const url = text.slice(urlAt, urlEnd);
  return { method, url: isPlain ? url : encodeRaw(url), head, body, last, end: bodyEnd };
}

function encodeRaw(url: string): string {
  return url.replaceAll(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
}

/** Where empty lines end that begin there: some clients put one behind a body. Node passes over them as well. */
export function afterEmptyLines(chunk: Buffer, at: number): number {
  let end = at;
  while (chunk[end] === CR && chunk[end + 1] === LF) end += 2;
  return end;
}

/** Of a body, in bytes. Null where it is not said plainly. */
function lengthOf(method: "GET" | "POST", text: string | undefined): number | null {
  if (method === "GET") return text === undefined ? 0 : null;
  return text !== undefined && LENGTH.test(text) ? Number(text) : null;
}

/** Null where a header comes twice, or is no matter of course. */
function readHead(text: string, before: WholeHead | null): WholeHead | null {
  if (text === before?.text) return before;
  if (!PLAIN_HEADERS.test(text)) return null;
  const headers: IncomingHttpHeaders = {};
  for (let at = 0; at < text.length;) {
    const colon = text.indexOf(":", at);
    const end = text.indexOf("\r\n", colon);
    const name = text.slice(at, colon).toLowerCase();
    const value = text.slice(colon + 2, end);
    if (WEIGHTY.has(name) || Object.hasOwn(headers, name)) return null;
    headers[name] = value;
    at = end + 2;
  }
  return { text, headers };
}
