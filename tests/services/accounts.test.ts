import { expect, test } from "vitest";
import type { Config } from "../../lib/config.ts";
import { createUser, resetPassword, signUpOwner, signupState } from "../../lib/services/accounts.ts";
import { listChannels } from "../../lib/services/channels.ts";
import type { Ctx } from "../../lib/services/context.ts";
import { listProjects, projectSnippets } from "../../lib/services/projects.ts";
import { hashKey } from "../../lib/store/secrets.ts";
import { ensureSetupToken } from "../../lib/store/setup.ts";
import { openServices, PASSWORD } from "./world.ts";

const SMTP = "smtp://mail.example.org:25";

async function open(config: Partial<Config> = {}) {
  const { services, database } = await openServices(config);
  const system: Ctx = { ...services, actor: { kind: "system" } };
  const as = (userId: string): Ctx => ({ ...services, actor: { kind: "user", userId, operator: false } });
  return { services, database, system, as };
}

const input = (name: string, more: { token?: string } = {}) => ({
  email: `${name}@example.org`,
  password: PASSWORD,
  ...more,
});

test("the first account is the operator, with a project that can be pinged and a channel to its owner", async () => {
  const { services, database, as } = await open({ smtpUrl: SMTP });
  expect(await signupState(services)).toEqual({ open: true, first: true, tokenNeeded: false, reason: null });
  const account = await signUpOwner(services, { ...input("Owner"), name: " The Owner " });
  expect(account).toMatchObject({ email: "owner@example.org", operator: true });
  const ctx = as(account.userId);
  expect(await listProjects(ctx)).toMatchObject([{ id: account.projectId, name: "My jobs", role: "owner" }]);
  expect(await listChannels(ctx, { projectId: account.projectId })).toMatchObject([
    { kind: "email", summary: "owner@example.org", enabled: true },
  ]);
  const { pingKey, pingBase } = await projectSnippets(ctx, { projectId: account.projectId });
  expect(pingBase).toBe(`${services.config.baseUrl}/ping/${pingKey}`);
  const { rowCount } = await database.pool.query("SELECT 1 FROM api_keys WHERE hash = $1 AND scope = 'ping'", [
    hashKey(pingKey ?? ""),
  ]);
  expect(rowCount).toBe(1);
});

test("a project has one DSN, and one of before there were any gets its own when somebody looks", async () => {
  const { services, database, as } = await open({ baseUrl: "https://belfry.example.org" });
  const { userId, projectId } = await signUpOwner(services, input("owner"));
  const look = async () => (await projectSnippets(as(userId), { projectId })).dsn;
  const first = await look();
  expect(first).toMatch(/^https:\/\/[0-9a-f]{32}@belfry\.example\.org\/1$/);
  expect(await look()).toBe(first);
  await database.pool.query("DELETE FROM api_keys WHERE scope = 'dsn'");
  const [second, ...others] = new Set(await Promise.all([look(), look(), look()]));
  expect(others).toEqual([]);
  expect(second).not.toBe(first);
  const { rows } = await database.pool.query("SELECT hash FROM api_keys WHERE scope = 'dsn'");
  expect(rows).toEqual([{ hash: hashKey(/[0-9a-f]{32}/.exec(second ?? "")?.[0] ?? "") }]);
});

test("without SMTP_URL there is no channel that could not work", async () => {
  const { services, as } = await open();
  const { userId, projectId } = await signUpOwner(services, input("owner"));
  expect(await listChannels(as(userId), { projectId })).toEqual([]);
});

test("SIGNUP=first: of two first sign-ups at once one wins, and later ones are told what to do", async () => {
  const { services, database } = await open();
  const tries = await Promise.allSettled(["a", "b", "c"].map((name) => signUpOwner(services, input(name))));
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const { rows } = await database.pool.query("SELECT operator FROM users");
  expect(rows).toEqual([{ operator: true }]);
  expect(await signupState(services)).toMatchObject({ open: false, first: false });
  await expect(signUpOwner(services, input("late"))).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("SIGNUP=open"),
  });
});

test("SIGNUP=open: everybody may, only the first is the operator, nobody twice", async () => {
  const { services } = await open({ signup: "open" });
  expect(await signUpOwner(services, input("first"))).toMatchObject({ operator: true });
  expect(await signUpOwner(services, input("second"))).toMatchObject({ operator: false });
  await expect(signUpOwner(services, input("SECOND"))).rejects.toMatchObject({ code: "conflict", field: "email" });
});

test("SIGNUP=closed: not even the first; the command line still can", async () => {
  const { services, system } = await open({ signup: "closed" });
  expect(await signupState(services)).toMatchObject({ open: false, first: true });
  await expect(signUpOwner(services, input("owner"))).rejects.toMatchObject({ code: "forbidden" });
  await createUser(system, input("owner"));
});

test("on a bind other than loopback the first sign-up needs the set-up token, later ones do not", async () => {
  const { services, database } = await open({ host: "0.0.0.0", signup: "open" });
  expect(await signupState(services)).toMatchObject({ open: true, tokenNeeded: true });
  await expect(signUpOwner(services, input("owner", { token: "guess" }))).rejects.toMatchObject({ field: "token" });
  const token = await ensureSetupToken(database.pool);
  expect(await ensureSetupToken(database.pool)).toBe(token);
  await expect(signUpOwner(services, input("owner", { token: "guess" }))).rejects.toMatchObject({ field: "token" });
  await expect(signUpOwner(services, input("owner"))).rejects.toMatchObject({ field: "token" });
  await signUpOwner(services, input("owner", { token: ` ${token} ` }));
  expect(await ensureSetupToken(database.pool)).toBeNull();
  expect(await signupState(services)).toMatchObject({ open: true, tokenNeeded: false });
  await signUpOwner(services, input("second"));
});

test.each(["127.0.0.1", "127.8.8.8", "::1", "localhost"])("%s is loopback", async (host) => {
  const { services } = await open({ host });
  expect(await signupState(services)).toMatchObject({ tokenNeeded: false });
});

test.each(["0.0.0.0", "::", "192.0.2.1", "belfry.example.org", "127.0.0.1.example.org"])("%s is not", async (host) => {
  const { services } = await open({ host });
  expect(await signupState(services)).toMatchObject({ tokenNeeded: true });
});

test.each([
  ["no address", "", PASSWORD, "email"],
  ["no at sign", "owner.example.org", PASSWORD, "email"],
  ["two addresses", "a@example.org,b@example.org", PASSWORD, "email"],
  ["a line break", "a@example.org\nBcc: b@example.org", PASSWORD, "email"],
  ["a short password", "owner@example.org", "1234567", "password"],
  ["an endless password", "owner@example.org", "x".repeat(129), "password"],
])("refuses %s", async (_, email, password, field) => {
  const { services } = await open();
  await expect(signUpOwner(services, { email, password })).rejects.toMatchObject({ code: "invalid", field });
});

test("only the command line makes accounts and sets passwords", async () => {
  const { system, as } = await open();
  const { id } = await createUser(system, input("owner"));
  await expect(createUser(as(id), input("friend"))).rejects.toMatchObject({ code: "forbidden" });
  await expect(resetPassword(as(id), input("owner"))).rejects.toMatchObject({ code: "forbidden" });
  await expect(resetPassword(system, input("nobody"))).rejects.toMatchObject({ code: "not-found" });
  expect(await resetPassword(system, input("owner"))).toEqual({ id, email: "owner@example.org" });
});
