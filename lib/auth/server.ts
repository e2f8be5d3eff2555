import { notWritten } from "../services/not-written.ts";
import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import type { Database } from "../store/client.ts";

export type AuthParts = { database: Database; config: Config; log: Logger };

export type SignedIn = { userId: string; email: string; name: string; operator: boolean };

/** `cookies` are `Set-Cookie` header values to pass on. */
export type SignInResult = { ok: true; cookies: string[] } | { ok: false; status: number; error: string };

export type Auth = {
  /** Serves everything below `/api/auth`. */
  handler(request: Request): Promise<Response>;
  /** Who the session cookie in these headers belongs to; null without a valid one. */
  findSession(headers: Headers): Promise<SignedIn | null>;
  /** Goes through the rate limit; `headers` are those of the person's request. */
  signIn(input: { email: string; password: string }, headers: Headers): Promise<SignInResult>;
  /** Ends the session; returns the `Set-Cookie` values that clear the cookie. */
  signOut(headers: Headers): Promise<string[]>;
};

export function createAuth(parts: AuthParts): Auth {
  return notWritten(parts);
}
