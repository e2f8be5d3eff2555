import { BLOCK_BYTES, nextBlock } from "./blocks.ts";
import { DIGIT_BITS, DIGITS, HEX_VALUES, UUID_BYTES, UUID_DASHES, UUID_DIGITS, UUID_LENGTH } from "./digits.ts";

/** Of a whole number below 2^53, with its sign. */
const NUMBER_BYTES = 17;
const DASH = 45;
const LOW_DIGITS = 5;
const LOW_BITS = LOW_DIGITS * DIGIT_BITS;
const TWO_30 = 2 ** LOW_BITS;

const DIGIT_BYTES = Buffer.from(DIGITS);

/** Writes ASCII texts, in blocks that are shared by those that follow each other. */
export class AsciiWriter {
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #start = 0;
  #at = 0;

  begin(): void {
    this.#start = this.#at;
  }

  /** Characters since `begin`. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** What was written since `begin`; these bytes are never written to again. */
  take(): Buffer {
    return this.#block.subarray(this.#start, this.#at);
  }

  /** A piece of another text. */
  copy(bytes: Buffer, from: number, to: number): void {
    this.#reserve(to - from);
    this.#at += bytes.copy(this.#block, this.#at, from, to);
  }

  /** One character. */
  code(code: number): void {
    this.#reserve(1);
    this.#block[this.#at++] = code;
  }

  /** A text without characters beyond ASCII. */
  text(text: string): void {
    this.#reserve(text.length);
    const block = this.#block;
    for (let index = 0; index < text.length; index++) block[this.#at++] = text.charCodeAt(index);
  }

  /** A whole number below 2^53, to the base of 64. */
  whole(value: number): void {
    this.#reserve(NUMBER_BYTES);
    if (value < 0) this.#block[this.#at++] = DASH;
    const positive = Math.abs(value);
    const high = Math.floor(positive / TWO_30);
    if (high === 0) return this.#digits(positive, 1);
    this.#digits(high, 1);
    this.#digits(positive - high * TWO_30, LOW_DIGITS);
  }

  /** A UUID in lower case, in 22 digits to the base of 64. False, with nothing written, where the text is none. */
  uuid(text: string): boolean {
    if (text.length !== UUID_LENGTH || !hasDashes(text)) return false;
    this.#reserve(UUID_BYTES);
    const block = this.#block;
    let at = this.#at;
    let strange = 0;
    // Three digits are two to the base of 64; the last two are two as well.
    for (let index = 0; index < UUID_DIGITS.length; index += 3) {
      const high = HEX_VALUES[text.charCodeAt(UUID_DIGITS[index] ?? 0)] ?? 0;
      const middle = HEX_VALUES[text.charCodeAt(UUID_DIGITS[index + 1] ?? 0)] ?? 0;
      const last = UUID_DIGITS[index + 2];
      const low = last === undefined ? 0 : (HEX_VALUES[text.charCodeAt(last)] ?? 0);
      strange |= high | middle | low;
      block[at++] = DIGIT_BYTES[(high << 2) | (middle >> 2)] ?? 0;
      block[at++] = DIGIT_BYTES[((middle & 3) << 4) | low] ?? 0;
    }
    if (strange > 0xf) return false;
    this.#at = at;
    return true;
  }

  #digits(value: number, atLeast: number): void {
    let length = atLeast;
    for (let rest = value >>> (atLeast * DIGIT_BITS); rest > 0 && length < LOW_DIGITS; rest >>>= DIGIT_BITS)
      length += 1;
    const block = this.#block;
    let rest = value;
    for (let at = this.#at + length - 1; at >= this.#at; at--) {
      block[at] = DIGIT_BYTES[rest & 63] ?? 0;
      rest >>>= DIGIT_BITS;
    }
    this.#at += length;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#block.length) return;
    this.#block = nextBlock(this.#block, { start: this.#start, end: this.#at, bytes });
    this.#at -= this.#start;
    this.#start = 0;
  }
}

// In a loop of its own: a closure for each UUID cost as much as the rest.
function hasDashes(text: string): boolean {
  for (const index of UUID_DASHES) if (text.charCodeAt(index) !== DASH) return false;
  return true;
}
