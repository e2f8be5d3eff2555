import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Queryable } from "./queryable.ts";

const NAME = "setup-token";

/**
 * The token that the first sign-up must give on a bind other than loopback; made at the first call, the same for
 * every process and start until an account exists.
 * @returns null where there is an account already: no token is needed any more.
 */
export async function ensureSetupToken(database: Queryable): Promise<string | null> {
  await database.query(
    `INSERT INTO settings (name, value)
     SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM users)
     ON CONFLICT (name) DO NOTHING`,
    [NAME, randomBytes(12).toString("base64url")],
  );
  return findSetupToken(database);
}

/** Whether this is the token; compared in constant time. False where there is none. */
export async function checkSetupToken(database: Queryable, token: string): Promise<boolean> {
  const stored = await findSetupToken(database);
  return stored !== null && timingSafeEqual(digest(stored), digest(token.trim()));
}

/** Forgets it: the first account exists. */
export async function deleteSetupToken(database: Queryable): Promise<void> {
  await database.query("DELETE FROM settings WHERE name = $1", [NAME]);
}

async function findSetupToken(database: Queryable): Promise<string | null> {
  const { rows } = await database.query<{ value: string }>(
    "SELECT value FROM settings WHERE name = $1 AND NOT EXISTS (SELECT 1 FROM users)",
    [NAME],
  );
  return rows[0]?.value ?? null;
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
