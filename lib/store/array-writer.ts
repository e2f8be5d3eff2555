import { BLOCK_BYTES, nextBlock } from "./blocks.ts";
import type { Kind, Value } from "./columns.ts";

/** Of the items, as `pg_type` numbers them. */
const OIDS: Readonly<Record<Kind, number>> = {
  bool: 16,
  bytes: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  ascii: 25,
  xid: 28,
  instant: 1184,
  uuid: 2950,
  json: 3802,
};

const HEADER_BYTES = 20;
/** Of any item but texts and bytes, with its length. */
const ITEM_BYTES = 20;
const BYTES_A_CHARACTER = 3;
const JSONB_VERSION = 1;
/** 2000-01-01, from which PostgreSQL counts microseconds. */
const EPOCH_MS = 946_684_800_000;
const TWO_32 = 2 ** 32;
const LIMITS = { int2: 2 ** 15, int4: 2 ** 31, int8: 2 ** 53 } as const;

const UUID_LENGTH = 36;
const NO_DIGIT = 0xff;
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (let value = 0; value < 16; value++) DIGITS[value.toString(16).charCodeAt(0)] = value;

/** Writes arrays in the form in which PostgreSQL receives binary parameters. Blocks are shared by those that follow each other. */
export class ArrayWriter {
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #start = 0;
  #at = 0;

  /** Begins an array of that many items. */
  begin(kind: Kind, length: number): void {
    this.#start = this.#at;
    this.#reserve(HEADER_BYTES);
    this.#int32(length === 0 ? 0 : 1);
    this.#int32(1);
    this.#int32(OIDS[kind]);
    if (length === 0) return;
    this.#int32(length);
    this.#int32(1);
  }

  /** The array as it was written; these bytes are never written to again. */
  end(): Buffer {
    return this.#block.subarray(this.#start, this.#at);
  }

  /** @throws RangeError for a number or a UUID that is none of its kind. */
  write(kind: Kind, value: Value): void {
    this.#reserve(ITEM_BYTES);
    if (value === null) return this.#int32(-1);
    switch (kind) {
      case "uuid":
        return this.#uuid(String(value));
      case "text":
        return this.#text(String(value), 0);
      case "ascii":
        return Buffer.isBuffer(value) ? this.#bytes(value) : this.#ascii(String(value));
      case "json":
        return this.#text(String(value), 1);
      case "bytes":
        return this.#bytes(value);
      case "bool":
        this.#int32(1);
        this.#block[this.#at++] = value === true ? 1 : 0;
        return;
      case "int2":
        return this.#int2(whole(value, LIMITS.int2));
      case "int4":
        this.#int32(4);
        return this.#int32(whole(value, LIMITS.int4));
      case "int8":
        this.#int32(8);
        return this.#int64(whole(value, LIMITS.int8));
      case "instant":
        this.#int32(8);
        return this.#int64((whole(value, LIMITS.int8) - EPOCH_MS) * 1_000);
      case "xid":
        this.#int32(4);
        return this.#int32(Number(value));
    }
  }

  /** Makes sure that so many bytes fit; what was written of this array moves along. */
  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#block.length) return;
    this.#block = nextBlock(this.#block, { start: this.#start, end: this.#at, bytes });
    this.#at -= this.#start;
    this.#start = 0;
  }

  #int2(value: number): void {
    this.#int32(2);
    this.#block[this.#at++] = value >>> 8;
    this.#block[this.#at++] = value;
  }

  #int32(value: number): void {
    const block = this.#block;
    const at = this.#at;
    block[at] = value >>> 24;
    block[at + 1] = value >>> 16;
    block[at + 2] = value >>> 8;
    block[at + 3] = value;
    this.#at = at + 4;
  }

  #int64(value: number): void {
    const high = Math.floor(value / TWO_32);
    this.#int32(high);
    this.#int32(value - high * TWO_32);
  }

  #uuid(text: string): void {
    this.#int32(16);
    let at = this.#at;
    let strange = text.length === UUID_LENGTH ? 0 : NO_DIGIT;
    for (let index = 0; index < UUID_LENGTH; index += 2) {
      if (index === 8 || index === 13 || index === 18 || index === 23) index += 1;
      const high = DIGITS[text.charCodeAt(index)] ?? NO_DIGIT;
      const low = DIGITS[text.charCodeAt(index + 1)] ?? NO_DIGIT;
      strange |= high | low;
      this.#block[at++] = (high << 4) | low;
    }
    if (strange > 0xf) throw new RangeError(`"${text}" is no UUID in lower case.`);
    this.#at = at;
  }

  #text(text: string, versionBytes: 0 | 1): void {
    this.#reserve(ITEM_BYTES + text.length * BYTES_A_CHARACTER);
    const lengthAt = this.#at;
    const from = lengthAt + 4 + versionBytes;
    if (versionBytes === 1) this.#block[from - 1] = JSONB_VERSION;
    const size = this.#block.write(text, from);
    this.#int32(size + versionBytes);
    this.#at = from + size;
  }

  #ascii(text: string): void {
    this.#reserve(ITEM_BYTES + text.length);
    this.#int32(text.length);
    this.#at += this.#block.write(text, this.#at, "latin1");
  }

  #bytes(value: NonNullable<Value>): void {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value));
    this.#reserve(ITEM_BYTES + bytes.length);
    this.#int32(bytes.length);
    this.#at += bytes.copy(this.#block, this.#at);
  }
}

function whole(value: NonNullable<Value>, limit: number): number {
  const number = Math.round(Number(value));
  if (number >= -limit && number < limit) return number;
  throw new RangeError(`The number ${String(value)} is too large to be stored.`);
}
