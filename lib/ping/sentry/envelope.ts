import { type JsonObject, numberOf, parseObject, textOf } from "./json-values.ts";

export type Envelope = {
  /** Null where the first line is none. */
  header: JsonObject | null;
  /** The payloads of check-ins as they came, whatever is in them. */
  checkIns: string[];
};

const NEWLINE = 10;
const RETURN = 13;

/** More lines are not looked at: nobody sends so many, and each costs time. */
const MOST_LINES = 5_000;

/**
 * Takes an envelope apart: a line of header, then for each item a line of header and a payload, which is as long as its
 * header says, or else ends with the line. Everything that is no check-in is passed over, and so is what makes no sense.
 */
export function readEnvelope(bytes: Buffer): Envelope {
  const first = lineAt(bytes, startOf(bytes));
  const envelope: Envelope = { header: parseObject(first.line), checkIns: [] };
  let at = first.next;
  for (let lines = 0; at < bytes.length && lines < MOST_LINES; lines++) {
    const { line, next } = lineAt(bytes, at);
    const header = parseObject(line);
    at = next;
    if (header === null) continue;
    const { payload, next: after } = payloadAt(bytes, next, numberOf(header.length));
    if (textOf(header.type) === "check_in") envelope.checkIns.push(payload.toString());
    at = after;
  }
  return envelope;
}

/** After a byte order mark and empty lines. */
function startOf(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[at] === NEWLINE || bytes[at] === RETURN) at += 1;
  return at;
}

function lineAt(bytes: Buffer, from: number): { line: string; next: number } {
  const end = lineEnd(bytes, from);
  return { line: bytes.toString("utf8", from, end), next: end + 1 };
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(NEWLINE, from);
  return end === -1 ? bytes.length : end;
}

function payloadAt(bytes: Buffer, from: number, length: number | null): { payload: Buffer; next: number } {
  const told = from + (length ?? Number.NaN);
  // A length that is wrong, as of characters instead of bytes, is none.
  const end = Number.isInteger(told) && told >= from && endsAt(bytes, told) ? told : lineEnd(bytes, from);
  return { payload: bytes.subarray(from, end), next: lineEnd(bytes, end) + 1 };
}

function endsAt(bytes: Buffer, at: number): boolean {
  return at === bytes.length || bytes[at] === NEWLINE || (bytes[at] === RETURN && bytes[at + 1] === NEWLINE);
}
