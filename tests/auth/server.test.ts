import { beforeAll, expect, test } from "vitest";
import { type Auth, createAuth, trustedOrigins } from "../../lib/auth/server.ts";
import { AppError } from "../../lib/errors.ts";
import { createUser, resetPassword } from "../../lib/services/accounts.ts";
import type { Ctx } from "../../lib/services/context.ts";
import { openServices, PASSWORD } from "../services/world.ts";

const EMAIL = "anna@example.org";
let system: Ctx;
let auth: Auth;
let address = 0;

beforeAll(async () => {
  const { services } = await openServices();
  system = { ...services, actor: { kind: "system" } };
  await createUser(system, { email: EMAIL, password: PASSWORD });
  auth = createAuth(services);
});

/** Headers of a person's request as the front passes them on; each from an address of its own. */
function from(headers: Record<string, string> = {}): Headers {
  address += 1;
  return new Headers({ "x-forwarded-for": `192.0.2.${address}`, ...headers });
}

/** What a browser sends back of these `Set-Cookie` values. */
function cookieOf(cookies: readonly string[]): string {
  return cookies.map((cookie) => cookie.split(";")[0] ?? "").join("; ");
}

async function signedIn(password = PASSWORD): Promise<string> {
  const result = await auth.signIn({ email: EMAIL, password }, from());
  if (!result.ok) throw new Error(result.error);
  return cookieOf(result.cookies);
}

test("signs in, knows who it is, signs out", async () => {
  const cookie = await signedIn();
  expect(await auth.findSession(new Headers({ cookie }))).toMatchObject({ email: EMAIL, name: "anna", operator: true });
  const cleared = await auth.signOut(new Headers({ cookie }));
  expect(cleared.join("\n")).toMatch(/Max-Age=0/i);
  expect(await auth.findSession(new Headers({ cookie }))).toBeNull();
});

test("the e-mail may be typed in any case and with spaces around", async () => {
  expect(await auth.signIn({ email: " Anna@Example.ORG ", password: PASSWORD }, from())).toMatchObject({ ok: true });
});

test("the session lasts 30 days; its cookie is out of reach of scripts", async () => {
  const result = await auth.signIn({ email: EMAIL, password: PASSWORD }, from());
  const [cookie = ""] = result.ok ? result.cookies : [];
  expect(cookie).toMatch(/^belfry\.session_token=/);
  expect(cookie).toMatch(/Max-Age=2592000/i);
  expect(cookie).toMatch(/HttpOnly/i);
  expect(cookie).toMatch(/SameSite=Lax/i);
  expect(cookie).not.toMatch(/Secure/i);
});

test("cookies are secure where BASE_URL is https", async () => {
  const config = { ...system.config, baseUrl: "https://belfry.example.org" };
  const result = await createAuth({ ...system, config }).signIn({ email: EMAIL, password: PASSWORD }, from());
  expect(result.ok && result.cookies[0]).toMatch(/^__Secure-belfry\.session_token=.*Secure/i);
});

test("a wrong password and an unknown address get the same answer", async () => {
  const wrong = await auth.signIn({ email: EMAIL, password: "not the password" }, from());
  const unknown = await auth.signIn({ email: "nobody@example.org", password: PASSWORD }, from());
  expect(wrong).toEqual({
    ok: false,
    status: 401,
    error: "This e-mail address and password do not belong together.",
  });
  expect(unknown).toEqual(wrong);
});

test("an address that guesses has to wait; others need not", async () => {
  const guesser = from();
  const answers = [];
  for (let guess = 0; guess < 11; guess++) {
    answers.push(await auth.signIn({ email: EMAIL, password: `guess ${guess}` }, guesser));
  }
  expect(answers.map((answer) => !answer.ok && answer.status)).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  expect(answers.at(-1)).toMatchObject({ error: expect.stringMatching(/^Too many attempts .* in \d+ seconds\.$/) });
  expect(await signedIn()).not.toBe("");
});

test("the secret of sessions follows SECRET_KEY", async () => {
  const cookie = await signedIn();
  const other = createAuth({ ...system, config: { ...system.config, secretKey: "another secret key of tests, long" } });
  expect(await other.findSession(new Headers({ cookie }))).toBeNull();
});

test("a new password ends every session", async () => {
  const cookie = await signedIn();
  await resetPassword(system, { email: EMAIL, password: "a new password" });
  expect(await auth.findSession(new Headers({ cookie }))).toBeNull();
  expect(await auth.signIn({ email: EMAIL, password: PASSWORD }, from())).toMatchObject({ ok: false });
  await signedIn("a new password");
  await resetPassword(system, { email: EMAIL, password: PASSWORD });
});

function post(path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  const request = new Request(`${system.config.baseUrl}/api/auth${path}`, {
    method: "POST",
    headers: from({ "content-type": "application/json", ...headers }),
    body: JSON.stringify(body),
  });
  return auth.handler(request);
}

test("nobody signs up past the rule of SIGNUP", async () => {
  const body = { email: "intruder@example.org", password: PASSWORD, name: "intruder" };
  const response = await post("/sign-up/email", body, { origin: system.config.baseUrl });
  expect(response.status).toBeGreaterThanOrEqual(400);
  const { rowCount } = await system.database.pool.query("SELECT 1 FROM users WHERE email = $1", [body.email]);
  expect(rowCount).toBe(0);
});

test("nobody makes himself operator", async () => {
  await createUser(system, { email: "second@example.org", password: PASSWORD });
  const result = await auth.signIn({ email: "second@example.org", password: PASSWORD }, from());
  const cookie = result.ok ? cookieOf(result.cookies) : "";
  await post("/update-user", { operator: true, name: "Second" }, { cookie, origin: system.config.baseUrl });
  expect(await auth.findSession(new Headers({ cookie }))).toMatchObject({ operator: false });
});

test("a page of another site cannot act with our cookie", async () => {
  const cookie = await signedIn();
  const response = await post("/sign-out", {}, { cookie, origin: "https://evil.example" });
  expect(response.status).toBe(403);
  expect(await auth.findSession(new Headers({ cookie }))).not.toBeNull();
});

test("the address that the browser itself used is ours", () => {
  const request = new Request("http://127.0.0.1:41234/api/auth/x", {
    headers: { "x-forwarded-host": "127.0.0.1:3000" },
  });
  expect(trustedOrigins("http://localhost:3000", request)).toEqual([
    "http://localhost:3000",
    "http://127.0.0.1:3000",
    "https://127.0.0.1:3000",
  ]);
  expect(trustedOrigins("http://localhost:3000")).toEqual(["http://localhost:3000"]);
});

test("without a database it says so instead of signing people out", async () => {
  const { services, database } = await openServices();
  const away = createAuth(services);
  const cookie = await signedIn();
  await database.close();
  await expect(away.findSession(new Headers({ cookie }))).rejects.toSatisfy(
    (error) => error instanceof AppError && error.code === "unavailable",
  );
});
