import type { Instant } from "../domain/time.ts";
import { AsciiReader } from "./ascii-reader.ts";
import { AsciiWriter } from "./ascii-writer.ts";

// The fields of a memory's records, as they are written and as they are read again.

const COMMA = 44;

/** Before an id that is not one in lower case. */
const STRANGE = "!";
/** The same text as in the record before. */
const SAME = "=";

const STRANGE_CODE = STRANGE.charCodeAt(0);
const SAME_CODE = SAME.charCodeAt(0);

/** Writes fields, each behind a comma, blank for null. */
export class FieldWriter extends AsciiWriter {
  #latest: Instant = 0;

  /** From where the next instant is counted. */
  countFrom(at: Instant): void {
    this.#latest = Math.round(at);
  }

  /** Its distance to the instant that was written before it: mostly there is little between them. */
  instant(value: Instant | null): void {
    this.code(COMMA);
    if (value === null) return;
    const rounded = Math.round(value);
    this.whole(rounded - this.#latest);
    this.#latest = rounded;
  }

  number(value: number | null): void {
    this.code(COMMA);
    if (value !== null) this.whole(value);
  }

  /** A text of ours. */
  word(text: string): void {
    this.code(COMMA);
    this.text(text);
  }

  id(text: string | null): void {
    this.code(COMMA);
    if (text === null || this.uuid(text)) return;
    this.text(STRANGE);
    this.text(escaped(text));
  }

  /** @param before that of the record before, which it mostly is */
  name(text: string | null, before: string | null | undefined): void {
    this.word(text !== null && text === before ? SAME : escaped(text ?? ""));
  }
}

/** Reads what `FieldWriter` wrote. */
export class FieldReader extends AsciiReader {
  #latest: Instant = 0;

  countFrom(at: Instant): void {
    this.#latest = at;
  }

  instant(): Instant | null {
    const distance = this.whole();
    if (distance === null) return null;
    // The very number where it is the same: a new one would be an object more.
    if (distance !== 0) this.#latest += distance;
    return this.#latest;
  }

  /** Words of ours: what stands there is one of them. */
  word<T extends string>(): T {
    return this.text() as T;
  }

  id(): string | null {
    const code = this.peek();
    if (code === 0) return this.skip();
    return code === STRANGE_CODE ? unescaped(this.text().slice(1)) : this.uuid();
  }

  name(before: string | null = null): string | null {
    if (this.peek() === 0) return this.skip();
    return this.skipIf(SAME_CODE) ? before : unescaped(this.text());
  }
}

const HARMLESS = /^[\w .:|@/+-]*$/;

/** Leaves what commonly stands in addresses and names; everything with a meaning here goes. A lone surrogate is repaired. */
function escaped(text: string): string {
  return HARMLESS.test(text) ? text : encodeURIComponent(Buffer.from(text).toString());
}

function unescaped(text: string): string {
  return text.includes("%") ? decodeURIComponent(text) : text;
}
