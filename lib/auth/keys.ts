import { randomBytes, randomInt } from "node:crypto";

export type KeyScope = "ping" | "read" | "write";

export const KEY_SCOPES: readonly KeyScope[] = ["ping", "read", "write"];

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const PREFIXES: Readonly<Record<KeyScope, string>> = { ping: "bfp_", read: "bfr_", write: "bfw_" };

/** 142 bits: nobody guesses one. */
const RANDOM_LENGTH = 24;

/** Characters by which people tell keys apart; too few to help in guessing. */
const SHOWN_LENGTH = 8;

/** A new key, such as `bfp_` and 24 letters and digits: fit for a path, a header and a double click. */
export function makeKey(scope: KeyScope): string {
  const letters = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return PREFIXES[scope] + letters.join("");
}

/** A new DSN key: 32 hexadecimal digits, the only shape that clients accept. */
export function makeDsnKey(): string {
  return randomBytes(16).toString("hex");
}

/** The beginning of a key, to tell it from others. */
export function prefixOf(key: string): string {
  return key.slice(0, SHOWN_LENGTH);
}
