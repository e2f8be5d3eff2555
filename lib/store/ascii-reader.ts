import { HEX_DIGITS, NO_DIGIT, UUID_BYTES, VALUES } from "./digits.ts";

const BASE = 64;
const DASH = 45;
const COMMA = 44;
const LINE_END = 10;

/** For two digits to the base of 64 three hexadecimal ones, a byte each. */
const HEX = Uint32Array.from({ length: BASE * BASE }, (_, value) => {
  const digit = (shift: number) => HEX_DIGITS[(value >> shift) & 0xf] ?? 0;
  return (digit(8) << 16) | (digit(4) << 8) | digit(0);
});

function hexAt(bytes: Buffer, at: number): number {
  const high = VALUES[bytes[at] ?? 0] ?? 0;
  const low = VALUES[bytes[at + 1] ?? 0] ?? 0;
  return HEX[high * BASE + low] ?? 0;
}

/** Reads what `AsciiWriter` wrote: records, one a line, of fields between commas. Past the end of a record all fields are blank. */
export class AsciiReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** @param end of what is to be read */
  open(bytes: Buffer, end: number): void {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = end;
  }

  /** Characters read so far. */
  get at(): number {
    return this.#at;
  }

  /** Goes on with the next record, past what is left of this one. @returns its letter's code; 0 where there is none. */
  next(): number {
    while (this.#at < this.#end && this.#bytes[this.#at] !== LINE_END) this.#at += 1;
    if (this.#at >= this.#end) return 0;
    this.#at += 2;
    return this.#bytes[this.#at - 1] ?? 0;
  }

  /** A whole number; null where the field is blank. */
  whole(): number | null {
    const bytes = this.#bytes;
    const end = this.#end;
    const from = this.#at;
    let code = from < end ? bytes[from] : LINE_END;
    if (code === COMMA) {
      this.#at = from + 1;
      return null;
    }
    const negative = code === DASH;
    let at = negative ? from + 1 : from;
    let value = 0;
    for (; at < end; at++) {
      code = bytes[at] ?? LINE_END;
      const digit = VALUES[code] ?? NO_DIGIT;
      if (digit === NO_DIGIT) break;
      value = value * BASE + digit;
    }
    if (at === from) return null;
    this.#at = at < end && code === COMMA ? at + 1 : at;
    return negative ? -value : value;
  }

  /** The first character of the field; 0 where it is blank. */
  peek(): number {
    const code = this.#at < this.#end ? (this.#bytes[this.#at] ?? 0) : 0;
    return code === COMMA || code === LINE_END ? 0 : code;
  }

  /** Whether nothing is left of the record but blank fields. */
  get isDone(): boolean {
    return this.#at >= this.#end || this.#bytes[this.#at] === LINE_END;
  }

  /** Passes over a field that is this character alone. @returns whether it is. */
  skipIf(code: number): boolean {
    if (this.#bytes[this.#at] !== code) return false;
    const end = this.#at + 1;
    if (end < this.#end && this.#bytes[end] !== COMMA && this.#bytes[end] !== LINE_END) return false;
    this.#pass(end);
    return true;
  }

  /** The field as it stands there. */
  text(): string {
    let at = this.#at;
    while (at < this.#end && this.#bytes[at] !== COMMA && this.#bytes[at] !== LINE_END) at += 1;
    const text = this.#bytes.toString("latin1", this.#at, at);
    this.#pass(at);
    return text;
  }

  /** Passes over a blank field. */
  skip(): null {
    this.#pass(this.#at);
    return null;
  }

  /** What `AsciiWriter.uuid` wrote. In one call: with a buffer in between it takes twice as long. */
  uuid(): string {
    const bytes = this.#bytes;
    const at = this.#at;
    const a = hexAt(bytes, at);
    const b = hexAt(bytes, at + 2);
    const c = hexAt(bytes, at + 4);
    const d = hexAt(bytes, at + 6);
    const e = hexAt(bytes, at + 8);
    const f = hexAt(bytes, at + 10);
    const g = hexAt(bytes, at + 12);
    const h = hexAt(bytes, at + 14);
    const i = hexAt(bytes, at + 16);
    const j = hexAt(bytes, at + 18);
    const k = hexAt(bytes, at + 20);
    this.#pass(at + UUID_BYTES);
    // As the groups of a UUID stand, not a line for each of its 36 characters:
    // oxfmt-ignore
    return String.fromCharCode(
      a >> 16, (a >> 8) & 255, a & 255, b >> 16, (b >> 8) & 255, b & 255, c >> 16, (c >> 8) & 255, DASH,
      c & 255, d >> 16, (d >> 8) & 255, d & 255, DASH,
      e >> 16, (e >> 8) & 255, e & 255, f >> 16, DASH,
      (f >> 8) & 255, f & 255, g >> 16, (g >> 8) & 255, DASH,
      g & 255, h >> 16, (h >> 8) & 255, h & 255, i >> 16, (i >> 8) & 255,
      i & 255, j >> 16, (j >> 8) & 255, j & 255, k >> 16, (k >> 8) & 255,
    );
  }

  /** Goes behind the comma after a field. */
  #pass(end: number): void {
    this.#at = end < this.#end && this.#bytes[end] === COMMA ? end + 1 : end;
  }
}
