import { HEX_DIGITS, NO_DIGIT, UUID_DIGITS, UUID_LENGTH, VALUES } from "./digits.ts";

const BASE = 64;
const DASH = 45;
const COMMA = 44;
const LINE_END = 10;

/** Reads what `AsciiWriter` wrote: records, one a line, of fields between commas. Past the end of a record all fields are blank. */
export class AsciiReader {
  readonly #uuid = Buffer.alloc(UUID_LENGTH, DASH);
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  open(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
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
    const negative = bytes[this.#at] === DASH;
    let at = negative ? this.#at + 1 : this.#at;
    const from = at;
    let value = 0;
    for (; at < this.#end; at++) {
      const digit = VALUES[bytes[at] ?? 0] ?? NO_DIGIT;
      if (digit === NO_DIGIT) break;
      value = value * BASE + digit;
    }
    this.#pass(at);
    if (at === from) return null;
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

  /** What `AsciiWriter.uuid` wrote. */
  uuid(): string {
    const bytes = this.#bytes;
    const uuid = this.#uuid;
    let at = this.#at;
    for (let index = 0; index < UUID_DIGITS.length; index += 3) {
      const left = VALUES[bytes[at++] ?? 0] ?? 0;
      const right = VALUES[bytes[at++] ?? 0] ?? 0;
      uuid[UUID_DIGITS[index] ?? 0] = HEX_DIGITS[left >> 2] ?? 0;
      uuid[UUID_DIGITS[index + 1] ?? 0] = HEX_DIGITS[((left & 3) << 2) | (right >> 4)] ?? 0;
      const last = UUID_DIGITS[index + 2];
      if (last !== undefined) uuid[last] = HEX_DIGITS[right & 0xf] ?? 0;
    }
    this.#pass(at);
    return uuid.toString("latin1", 0, UUID_LENGTH);
  }

  /** Goes behind the comma after a field. */
  #pass(end: number): void {
    this.#at = end < this.#end && this.#bytes[end] === COMMA ? end + 1 : end;
  }
}
