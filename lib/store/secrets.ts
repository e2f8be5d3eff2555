import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { AppError } from "../errors.ts";
import type { Queryable } from "./queryable.ts";

/** Seals what must be readable again: settings of channels, ping keys. */
export type SecretBox = {
  /** Text that only `open` with the same key reads; two calls never give the same. */
  seal(plain: string): string;
  /** @throws AppError `invalid` for another key, or a text that was changed. */
  open(sealed: string): string;
};

const CIPHER = "aes-256-gcm";
const PREFIX = "v1.";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CHECK_NAME = "secret-key-check";
const CHECK_VALUE = "belfry";

/** AES-256-GCM under a key derived from `secretKey` by HKDF-SHA256. */
export function createSecretBox(secretKey: string): SecretBox {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "belfry", "secrets v1", 32));
  return {
    seal(plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(PREFIX));
      const sealed = Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return PREFIX + sealed.toString("base64url");
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.slice(PREFIX.length), "base64url");
      if (!sealed.startsWith(PREFIX) || bytes.length < NONCE_BYTES + TAG_BYTES) throw unreadable();
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(PREFIX)).setAuthTag(bytes.subarray(-TAG_BYTES));
      const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      try {
        return Buffer.concat([plain, decipher.final()]).toString("utf8");
      } catch {
        throw unreadable();
      }
    },
  };
}

/**
 * The first process leaves a check value in the database; every later one must be able to open it.
 * @throws AppError `invalid`: this is not the SECRET_KEY of this database.
 */
export async function checkSecretKey(database: Queryable, box: SecretBox): Promise<void> {
  await database.query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", [
    CHECK_NAME,
    box.seal(CHECK_VALUE),
  ]);
  const { rows } = await database.query<{ value: string }>("SELECT value FROM settings WHERE name = $1", [CHECK_NAME]);
  try {
    if (box.open(rows[0]?.value ?? "") === CHECK_VALUE) return;
  } catch {
    // Said below, in words that fit the start of a server.
  }
  throw new AppError(
    "invalid",
    "SECRET_KEY is not the one that this database was set up with: stored channel addresses and keys could not be read. Set the same SECRET_KEY (or keep the file secret-key in DATA_DIR) as before.",
    "SECRET_KEY",
  );
}

/** SHA-256: how a key is stored and looked up. Keys are long and random, so no salt is needed. */
export function hashKey(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

function unreadable(): AppError {
  return new AppError(
    "invalid",
    "A stored secret cannot be read: it was sealed with another SECRET_KEY.",
    "SECRET_KEY",
  );
}
