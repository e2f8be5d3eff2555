const INITIAL_BYTES = 8_192;
/** Of a whole number below 2^53, with its sign. */
const NUMBER_BYTES = 17;
const ZERO = 48;
const MINUS = 45;
const HIGHEST_SMALL = 2 ** 31;

/** Writes ASCII texts into the same bytes again and again: what every ping writes anew leaves nothing to clear up. */
export class AsciiWriter {
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #at = 0;

  begin(): void {
    this.#at = 0;
  }

  /** Characters since `begin`. */
  get length(): number {
    return this.#at;
  }

  /** What was written since `begin`. */
  take(): string {
    return this.#bytes.toString("latin1", 0, this.#at);
  }

  /** A piece of a text without characters beyond ASCII; for long ones. */
  copy(text: string, from: number, to: number): void {
    this.#reserve(to - from);
    this.#at += this.#bytes.write(text.slice(from, to), this.#at, "latin1");
  }

  /** A text without characters beyond ASCII. */
  text(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    for (let index = 0; index < text.length; index++) bytes[this.#at++] = text.charCodeAt(index);
  }

  /** A whole number, in decimal digits. */
  whole(value: number): void {
    this.#reserve(NUMBER_BYTES);
    if (value < 0) this.#bytes[this.#at++] = MINUS;
    const positive = Math.abs(value);
    if (positive >= HIGHEST_SMALL) this.text(String(positive));
    else this.#digits(positive);
  }

  #digits(value: number): void {
    let length = 1;
    for (let rest = (value / 10) | 0; rest > 0; rest = (rest / 10) | 0) length += 1;
    let rest = value;
    for (let at = this.#at + length - 1; at >= this.#at; at--) {
      const left = (rest / 10) | 0;
      this.#bytes[at] = ZERO + rest - left * 10;
      rest = left;
    }
    this.#at += length;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const next = Buffer.allocUnsafeSlow((this.#at + bytes) * 2);
    this.#bytes.copy(next, 0, 0, this.#at);
    this.#bytes = next;
  }
}
