import { hkdfSync } from "node:crypto";
import { betterAuth, type BetterAuthOptions } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { isAPIError } from "better-auth/api";
import type { Config } from "../config.ts";
import { DAY } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Database } from "../store/client.ts";
import { PASSWORD_MAX, PASSWORD_MIN } from "./password.ts";

export type AuthParts = { database: Pick<Database, "prisma">; config: Config; log: Logger };

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

const SESSION_SECONDS = (30 * DAY) / 1000;

/**
 * Who someone is: e-mail and password, sessions of 30 days in the database.
 * @param parts `config.secretKey` must be set, also where the server made it.
 */
export function createAuth(parts: AuthParts): Auth {
  const auth = betterAuth(optionsOf(parts));
  const { baseUrl } = parts.config;

  async function call(path: string, body: unknown, headers: Headers): Promise<Response> {
    const forwarded = new Headers({ "content-type": "application/json", origin: baseUrl });
    for (const name of ["cookie", "x-forwarded-for", "user-agent"]) {
      const value = headers.get(name);
      if (value !== null) forwarded.set(name, value);
    }
    return auth.handler(
      new Request(`${baseUrl}/api/auth${path}`, { method: "POST", headers: forwarded, body: JSON.stringify(body) }),
    );
  }

  return {
    handler: (request) => auth.handler(request),
    async findSession(headers) {
      const found = await auth.api.getSession({ headers }).catch(databaseAway);
      if (found === null) return null;
      const { id, email, name, operator } = found.user;
      return { userId: id, email, name, operator };
    },
    async signIn(input, headers) {
      const response = await call("/sign-in/email", { email: input.email.trim(), password: input.password }, headers);
      if (response.ok) return { ok: true, cookies: response.headers.getSetCookie() };
      return { ok: false, status: response.status, error: signInError(response) };
    },
    async signOut(headers) {
      const response = await call("/sign-out", {}, headers);
      return response.headers.getSetCookie();
    },
  };
}

function optionsOf({ database, config, log }: AuthParts) {
  return {
    appName: "Belfry",
    baseURL: config.baseUrl,
    secret: authSecret(config),
    database: prismaAdapter(database.prisma, { provider: "postgresql" }),
    trustedOrigins: (request?: Request) => trustedOrigins(config.baseUrl, request),
    user: { additionalFields: { operator: { type: "boolean", input: false, required: true, defaultValue: false } } },
    // Accounts are made by the sign-up service alone, which knows the SIGNUP rule and the set-up token.
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
    },
    // A server-rendered page cannot pass a prolonged cookie on: sessions end after 30 days, used or not.
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
    rateLimit: { enabled: true, window: 60, max: 300, customRules: { "/sign-in/*": { window: 60, max: 10 } } },
    advanced: {
      cookiePrefix: "belfry",
      // Said here, as NODE_ENV=test would otherwise switch both checks off.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      useSecureCookies: config.baseUrl.startsWith("https:"),
      // The front drops what a client sends and writes its own.
      ipAddress: { ipAddressHeaders: ["x-forwarded-for"] },
    },
    telemetry: { enabled: false },
    logger: {
      log: (level: "debug" | "info" | "success" | "warn" | "error", message: string) =>
        log[level === "success" ? "info" : level]({ part: "auth" }, message),
    },
  } satisfies BetterAuthOptions;
}

function authSecret(config: Config): string {
  if (config.secretKey === null) throw new Error("createAuth needs config.secretKey.");
  return Buffer.from(hkdfSync("sha256", config.secretKey, "belfry", "sessions v1", 32)).toString("hex");
}

/**
 * The configured address, and the one the browser itself used: a page of another site has its own Origin but our Host,
 * so that equal ones prove the same origin. Without it, people on http://127.0.0.1:3000 could not sign in.
 */
export function trustedOrigins(baseUrl: string, request?: Request): string[] {
  const host = request?.headers.get("x-forwarded-host") ?? request?.headers.get("host");
  return host ? [baseUrl, `http://${host}`, `https://${host}`] : [baseUrl];
}

/** better-auth answers a failed query with an error of its own, without the cause. */
function databaseAway(error: unknown): never {
  throw isAPIError(error) ? new AppError("unavailable", AWAY) : error;
}

const AWAY = "The database cannot be reached just now. Try again in a moment.";

function signInError(response: Response): string {
  if (response.status === 429) {
    const seconds = response.headers.get("x-retry-after") ?? "60";
    return `Too many attempts from your address. Try again in ${seconds} seconds.`;
  }
  if (response.status >= 500) return AWAY;
  return "This e-mail address and password do not belong together.";
}
