import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createTestDatabase, offsetClock } from "../support/database.ts";
import { freePort } from "../support/program.ts";
import { makeDataFolder, openLine, startServerProcess, type ServerProcess } from "../support/server.ts";

const KEY = "k".repeat(40);
const UNKNOWN = "/ping/00000000-0000-4000-8000-000000000000";
const started: ServerProcess[] = [];
const undo: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.end("SIGTERM")));
  for (const step of undo.splice(0).toReversed()) await step();
});

function start(env: Record<string, string>): ServerProcess {
  const server = startServerProcess(env);
  started.push(server);
  return server;
}

function dataFolder(): string {
  const folder = makeDataFolder();
  undo.push(() => folder.remove());
  return folder.path;
}

async function statusOf(url: string): Promise<number> {
  return fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
    (response) => response.status,
    () => 0,
  );
}

test("SIGTERM stops in order, PostgreSQL last, and a start afterwards finds everything as it was", async () => {
  const data = dataFolder();
  const first = start({ DATA_DIR: data });
  const url = await first.url;
  expect(await statusOf(`${url}/healthz`)).toBe(200);
  expect(await statusOf(url + UNKNOWN)).toBe(404);
  expect(statSync(join(data, "secret-key")).mode & 0o777).toBe(0o600);
  const key = readFileSync(join(data, "secret-key"), "utf8");

  const { code, ms } = await first.end("SIGTERM");
  expect(code, first.said()).toBe(0);
  expect(ms).toBeLessThan(10_000);
  expect(existsSync(join(data, "postgres", "postmaster.pid"))).toBe(false);
  expect(await statusOf(`${url}/healthz`)).toBe(0);

  const second = start({ DATA_DIR: data });
  expect(await statusOf(`${await second.url}/healthz`)).toBe(200);
  expect(readFileSync(join(data, "secret-key"), "utf8")).toBe(key);
});

test("a second server on the same data folder says in one sentence who holds it and what to do", async () => {
  const data = dataFolder();
  const first = start({ DATA_DIR: data });
  await first.url;
  const second = start({ DATA_DIR: data });
  expect(await second.ended).toBe(1);
  expect(second.said().trim().split("\n")).toHaveLength(1);
  expect(second.said()).toContain(`in use by process ${first.child.pid}`);
  expect(second.said()).toContain("DATABASE_URL");
});

async function takePort(): Promise<string> {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  undo.push(() => void taken.close());
  const address = taken.address();
  return typeof address === "object" ? String(address?.port) : "";
}

function portTaken(port: string): string {
  return `Port ${port} on 127.0.0.1 is taken by another program. Set PORT to a free one.\n`;
}

test("a taken port is one sentence, and nothing was made before it", async () => {
  const port = await takePort();
  const data = dataFolder();
  const server = start({ DATA_DIR: data, PORT: port });
  expect(await server.ended).toBe(1);
  expect(server.said()).toBe(portTaken(port));
  expect(existsSync(data)).toBe(false);
});

test("a taken port leaves a data folder that was there as it is", async () => {
  const data = dataFolder();
  const first = start({ DATA_DIR: data });
  await first.url;
  expect((await first.end("SIGTERM")).code, first.said()).toBe(0);
  const port = await takePort();
  const second = start({ DATA_DIR: data, PORT: port });
  expect(await second.ended).toBe(1);
  expect(second.said()).toBe(portTaken(port));
  expect(existsSync(join(data, "postgres", "postmaster.pid"))).toBe(false);
  const third = start({ DATA_DIR: data });
  expect(await statusOf(`${await third.url}/healthz`)).toBe(200);
});

test("a second start of the same server hears of its data folder, not of its port", async () => {
  const data = dataFolder();
  const first = start({ DATA_DIR: data });
  const { port } = new URL(await first.url);
  const second = start({ DATA_DIR: data, PORT: port });
  expect(await second.ended).toBe(1);
  expect(second.said().trim().split("\n")).toHaveLength(1);
  expect(second.said()).toContain(`in use by process ${first.child.pid}`);
});

test("of two that start for one port at the same time, one runs and the other leaves nothing", async () => {
  const port = String(await freePort());
  const rivals = [dataFolder(), dataFolder()].map((data) => ({ data, server: start({ DATA_DIR: data, PORT: port }) }));
  const [loser] = await Promise.race(rivals.map(async (rival) => [rival, await rival.server.ended] as const));
  expect(loser.server.said()).toBe(portTaken(port));
  expect(existsSync(loser.data)).toBe(false);
  const winner = rivals.find((rival) => rival !== loser);
  expect(await statusOf(`${await winner?.server.url}/healthz`)).toBe(200);
});

test("of two that start on one data folder at the same time, one runs and the other says what is taken", async () => {
  const [data, port] = [dataFolder(), String(await freePort())];
  const rivals = [start({ DATA_DIR: data, PORT: port }), start({ DATA_DIR: data, PORT: port })];
  const [loser] = await Promise.race(rivals.map(async (rival) => [rival, await rival.ended] as const));
  expect(
    [portTaken(port).trim(), "one server a folder"].some((words) => loser.said().includes(words)),
    loser.said(),
  ).toBe(true);
  const winner = rivals.find((rival) => rival !== loser);
  expect(await statusOf(`${await winner?.url}/healthz`)).toBe(200);
});

test("a setting that cannot be used is one sentence", async () => {
  const server = start({ PORT: "many" });
  expect(await server.ended).toBe(1);
  expect(server.said()).toBe('PORT="many" cannot be used: set a whole number from 0 to 65535.\n');
});

test("a database that is away at the start, and later, is waited for; meanwhile everything says so", async () => {
  const database = await createTestDatabase();
  const line = await openLine(database.url);
  const server = start({ DATABASE_URL: line.url, SECRET_KEY: KEY, DATA_DIR: dataFolder(), PORT: "0" });
  await expect.poll(() => server.said()).toContain("the database cannot be reached");
  const port = /"port":(\d+)/.exec(server.said())?.[1];
  const early = await fetch(`http://127.0.0.1:${port}${UNKNOWN}`);
  expect(early.status).toBe(503);
  expect(Number(early.headers.get("retry-after"))).toBeGreaterThan(0);
  const page = await fetch(`http://127.0.0.1:${port}/jobs`, { headers: { Accept: "text/html" } });
  expect(await page.text()).toContain("Belfry cannot reach its database");
  expect(await statusOf(`http://127.0.0.1:${port}/healthz`)).toBe(503);
  await line.mend();
  const url = await server.url;
  expect(await statusOf(`${url}/healthz`)).toBe(200);
  expect(await statusOf(url + UNKNOWN)).toBe(404);

  await line.cut();
  await expect.poll(() => statusOf(`${url}/healthz`)).toBe(503);
  const ping = await fetch(url + UNKNOWN.replace("0000-4", "0001-4"));
  expect(ping.status).toBe(503);
  expect(Number(ping.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: "unavailable", database: "away" });

  await line.mend();
  await expect.poll(() => statusOf(`${url}/healthz`)).toBe(200);
  await expect.poll(() => statusOf(url + UNKNOWN)).toBe(404);
  expect((await server.end("SIGTERM")).code, server.said()).toBe(0);
});

test("another SECRET_KEY than the database was set up with is refused", async () => {
  const database = await createTestDatabase();
  const first = start({ DATABASE_URL: database.url, SECRET_KEY: KEY, DATA_DIR: dataFolder() });
  await first.url;
  const second = start({ DATABASE_URL: database.url, SECRET_KEY: "x".repeat(40), DATA_DIR: dataFolder() });
  expect(await second.ended).toBe(1);
  expect(second.said()).toContain("SECRET_KEY is not the one that this database was set up with");
});

test("a database whose clock tests have moved is refused, unless the test says so", async () => {
  const database = await createTestDatabase();
  await offsetClock(database, 3_600_000);
  const env = { DATABASE_URL: database.url, SECRET_KEY: KEY, DATA_DIR: dataFolder() };
  const refused = start(env);
  expect(await refused.ended).toBe(1);
  expect(refused.said()).toContain("The clock of this database was moved for tests");
  const allowed = start({ ...env, BELFRY_TEST_CLOCK: "allow" });
  expect(await statusOf(`${await allowed.url}/healthz`)).toBe(200);
});

test("open to other machines and without an account, it prints a set-up token", async () => {
  const database = await createTestDatabase();
  const server = start({ DATABASE_URL: database.url, SECRET_KEY: KEY, DATA_DIR: dataFolder(), HOST: "0.0.0.0" });
  await server.url;
  await expect.poll(() => server.said()).toMatch(/The first sign-up asks for the set-up token [\w-]{16}/);
});
