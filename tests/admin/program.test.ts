import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createLog } from "../../lib/log.ts";
import { type EmbeddedPostgres, startEmbedded } from "../../lib/store/embedded.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { PASSWORD } from "../services/world.ts";

const PROGRAM = join(inject("programs"), "admin.mjs");
const KEY = "a secret key of tests, long enough";

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "belfry-admin-"));
});

afterAll(() => rm(home, { recursive: true, force: true }));

type Result = { code: number; stdout: string; stderr: string };

/** The real program as a process of its own, in a bare environment. */
function admin(env: Record<string, string>, ...words: string[]): Promise<Result> {
  const own = { NODE_ENV: "production" as const, PATH: process.env["PATH"], HOME: home, DATA_DIR: join(home, "data") };
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...words], { env: { ...own, ...env } }, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : error === null ? 0 : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** The one object on standard output: nothing before it, nothing after it. */
function printed({ stdout, stderr }: Result): Record<string, unknown> {
  expect(stdout.split("\n"), stderr).toHaveLength(2);
  return JSON.parse(stdout);
}

test("works without a server, works beside one, and leaves nothing running", async () => {
  const first = await admin({}, "create-user", "--email", "owner@example.org", "--password", PASSWORD);
  expect(first.code, first.stderr).toBe(0);
  expect(printed(first)).toEqual({ id: expect.any(String), email: "owner@example.org" });

  const dataDir = join(home, "data");
  const server: EmbeddedPostgres = await startEmbedded({ dataDir, log: createLog("silent") });
  const [made, again] = await Promise.all([
    admin({}, "create-project", "--name", "Night shift", "--owner", "owner@example.org"),
    admin({}, "create-user", "--email", "owner@example.org", "--password", PASSWORD),
  ]);
  expect(printed(made)).toEqual({
    id: expect.any(String),
    name: "Night shift",
    pingKey: expect.stringMatching(/^bfp_/),
    dsn: expect.stringMatching(/^http:\/\/[0-9a-f]{32}@localhost:3000\/1$/),
  });
  expect(again.code).toBe(1);
  expect(printed(again)).toEqual({ error: expect.stringMatching(/already an account/) });
  // Stopping waits for connections: a command that had left one open would hold it up.
  await server.stop();

  const after = await admin({}, "incidents", "--project", String(printed(made)["id"]));
  expect(printed(after)).toEqual({ incidents: [] });
}, 90_000);

test("with DATABASE_URL nothing embedded starts; the database is brought up to date", async () => {
  const { url } = await createEmptyDatabase();
  const env = { DATABASE_URL: url, SECRET_KEY: KEY, DATA_DIR: join(home, "unused") };
  const user = await admin(env, "create-user", "--email", "owner@example.org", "--password", PASSWORD);
  expect(user.code, user.stderr).toBe(0);
  expect(user.stderr).toContain("20261122000000_first");
  const other = await admin({ ...env, SECRET_KEY: "another key, long enough as well, but another" }, "create-user");
  expect(printed(other)).toEqual({
    error: expect.stringMatching(/^create-user needs --email EMAIL and --password PASSWORD/),
  });
  const wrong = await admin({ ...env, SECRET_KEY: `${KEY} and more` }, "deliveries", "--project", "x");
  expect(wrong.code).toBe(1);
  expect(printed(wrong)).toEqual({ error: expect.stringMatching(/^SECRET_KEY is not the one/) });
}, 60_000);

test.each([
  [{ DATABASE_URL: "postgres://127.0.0.1:1/belfry", SECRET_KEY: KEY }, /ECONNREFUSED/],
  [{ DATABASE_URL: "postgres://127.0.0.1:1/belfry" }, /^SECRET_KEY is required with DATABASE_URL/],
  [{ PORT: "eighty" }, /^PORT="eighty" cannot be used/],
])(
  "a wrong environment %j is said in one sentence",
  async (env, sentence) => {
    const result = await admin(env, "incidents", "--project", "x");
    expect(result.code).toBe(1);
    expect(printed(result)).toEqual({ error: expect.stringMatching(sentence) });
  },
  30_000,
);

test("help needs no database", async () => {
  const result = await admin({ DATABASE_URL: "nonsense" }, "--help");
  expect(result.code).toBe(0);
  expect(printed(result)).toHaveProperty("commands");
});
