import { createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { SECOND, type Instant } from "../domain/time.ts";

/** What a link lets whoever holds it do, e.g. `{ for: "act", do: "mute" }`. Each kind of link says its own `for`. */
export type LinkClaims = Readonly<Record<string, string>>;

/** Links in messages that work without signing in. */
export type LinkSigner = {
  /** The same claims and time always give the same text, so that a message that is sent again is the same. */
  sign(claims: LinkClaims, expiresAt: Instant): string;
  /** Null for what we did not sign, what was changed, and what has expired. */
  open(token: string, now: Instant): LinkClaims | null;
};

/** 128 bits, as RFC 2104 allows: nobody guesses them, and addresses stay short. */
const TAG_BYTES = 16;
const EXPIRY_BYTES = 6;
/** 72 bits: no two addresses have the same by chance. */
const DIGEST_LENGTH = 12;
const UUID_BYTES = 16;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
/** Lengths are one byte; this one says that 16 bytes of an id follow, the other that the length follows in two. */
const IS_UUID = 255;
const IS_LONG = 254;
/** A mail address has at most 254 characters, each of which may take three bytes. */
const LONGEST_TEXT = 1_000;
const TOKEN = /^[\w-]{30,8000}$/;

/** HMAC-SHA256 under a key derived from `secretKey` by HKDF-SHA256. */
export function createLinkSigner(secretKey: string): LinkSigner {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "belfry", "signed links v1", 32));
  const tagOf = (payload: Buffer) => createHmac("sha256", key).update(payload).digest().subarray(0, TAG_BYTES);
  return {
    sign(claims, expiresAt) {
      const payload = pack(claims, expiresAt);
      return Buffer.concat([payload, tagOf(payload)]).toString("base64url");
    },
    open(token, now) {
      const bytes = TOKEN.test(token) ? Buffer.from(token, "base64url") : Buffer.alloc(0);
      if (bytes.length < EXPIRY_BYTES + TAG_BYTES) return null;
      const payload = bytes.subarray(0, -TAG_BYTES);
      if (!timingSafeEqual(bytes.subarray(-TAG_BYTES), tagOf(payload))) return null;
      return payload.readUIntBE(0, EXPIRY_BYTES) * SECOND <= now ? null : unpack(payload.subarray(EXPIRY_BYTES));
    },
  };
}

/** What a link says of a mail address: whoever has the link can check an address that they know, and read none. */
export function addressDigest(address: string): string {
  return createHash("sha256").update(address.trim().toLowerCase()).digest("base64url").slice(0, DIGEST_LENGTH);
}

/** The expiry in seconds, then keys and values in turn, each after its length; ids as their bytes. */
function pack(claims: LinkClaims, expiresAt: Instant): Buffer {
  const expiry = Buffer.alloc(EXPIRY_BYTES);
  expiry.writeUIntBE(Math.ceil(expiresAt / SECOND), 0, EXPIRY_BYTES);
  return Buffer.concat([expiry, ...Object.entries(claims).flat().map(packText)]);
}

function packText(text: string): Buffer {
  if (UUID.test(text)) return Buffer.concat([Buffer.of(IS_UUID), Buffer.from(text.replaceAll("-", ""), "hex")]);
  const bytes = Buffer.from(text, "utf8");
  const { length } = bytes;
  if (length > LONGEST_TEXT) throw new Error(`A claim of a link has ${length} bytes, ${LONGEST_TEXT} are the most.`);
  const head = length < IS_LONG ? Buffer.of(length) : Buffer.of(IS_LONG, length >> 8, length & 255);
  return Buffer.concat([head, bytes]);
}

/** Only of what carries our tag, so it is well-formed. */
function unpack(bytes: Buffer): LinkClaims {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const { from, end, isId } = spanAt(bytes, at);
    const found = bytes.subarray(from, end);
    texts.push(isId ? uuidOf(found.toString("hex")) : found.toString("utf8"));
    at = end;
  }
  const pairs = texts.flatMap((key, index) => (index % 2 === 0 ? [[key, texts[index + 1] ?? ""]] : []));
  return Object.fromEntries(pairs);
}

function spanAt(bytes: Buffer, at: number): { from: number; end: number; isId: boolean } {
  const head = bytes.readUInt8(at);
  if (head === IS_UUID) return { from: at + 1, end: at + 1 + UUID_BYTES, isId: true };
  if (head < IS_LONG) return { from: at + 1, end: at + 1 + head, isId: false };
  return { from: at + 3, end: at + 3 + bytes.readUInt16BE(at + 1), isId: false };
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
