import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLog } from "../../lib/log.ts";
import { joinEmbedded, startEmbedded } from "../../lib/store/embedded.ts";
import {
  HOLDER_PROGRAM,
  queryAt,
  startHolder,
  urlOf,
  withoutProgram,
  type Holder,
} from "../support/embedded-server.ts";

const NOBODY = 65_534;
const DAEMON = 1;
const NAMELESS = 65_533;
const isRoot = process.getuid?.() === 0;
const CAN_READ = ["-e", "require('node:fs').accessSync(process.argv[1])"];
/** Not where this project, or Node itself, lies in a folder of root's own. */
const othersCanRun = isRoot && spawnSync(process.execPath, [...CAN_READ, HOLDER_PROGRAM], { uid: NOBODY }).status === 0;
const namelessCanRun = othersCanRun && spawnSync("unshare", ["--user", "true"], { uid: NAMELESS }).status === 0;
const log = createLog("silent");

let home: string;
let dataDir: string;
const holders: Holder[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "belfry-embedded-"));
  dataDir = join(home, "data");
});

afterEach(async () => {
  await Promise.all(holders.splice(0).map((holder) => holder.kill("SIGTERM")));
  await rm(home, { recursive: true, force: true });
});

async function hold(...args: Parameters<typeof startHolder>): Promise<Holder> {
  const holder = await startHolder(...args);
  holders.push(holder);
  return holder;
}

describe("the embedded PostgreSQL", () => {
  test("is made, started, stopped, and started again with its data", async () => {
    const first = await startEmbedded({ dataDir, log });
    await queryAt(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    await first.stop();
    await expect(queryAt(first.url, "SELECT 1")).rejects.toThrow();
    const second = await startEmbedded({ dataDir, log });
    expect(await queryAt(second.url, "SELECT * FROM kept")).toEqual([{ answer: 42 }]);
    expect(second.url).toBe(first.url);
    await second.stop();
    await second.stop();
  });

  test("loses no commit, listens on no port, and speaks UTF-8 and UTC", async () => {
    const { url, stop } = await startEmbedded({ dataDir, log });
    const settings = [
      "fsync",
      "synchronous_commit",
      "full_page_writes",
      "listen_addresses",
      "server_encoding",
      "jit",
      "TimeZone",
    ];
    const rows = await queryAt(
      url,
      `SELECT ${settings.map((name) => `current_setting('${name}') AS "${name}"`).join(", ")}`,
    );
    await stop();
    expect(rows[0]).toEqual({
      fsync: "on",
      synchronous_commit: "on",
      full_page_writes: "on",
      listen_addresses: "",
      server_encoding: "UTF8",
      jit: "off",
      TimeZone: "UTC",
    });
  });

  test("works below a path that is too long for a socket", async () => {
    dataDir = join(home, "a".repeat(60), "b".repeat(60), "dätá, with \"quotes\" and 'spaces'");
    const holder = await hold(dataDir);
    expect(await queryAt(urlOf(holder), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    const joined = await joinEmbedded({ dataDir, log });
    expect(await queryAt(joined.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await joined.leave();
  });

  test("clears away what a crash in the making left", async () => {
    await mkdir(join(dataDir, "postgres.new-abc", "base"), { recursive: true });
    await writeFile(join(dataDir, "postgres.new-abc", "PG_VERSION"), "18");
    const { url, stop } = await startEmbedded({ dataDir, log });
    expect(await queryAt(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await stop();
    expect((await readdir(dataDir)).filter((name) => name.includes("new"))).toEqual([]);
  });

  test("says what is wrong with a folder that cannot be one", async () => {
    await writeFile(dataDir, "a file");
    await expect(startEmbedded({ dataDir, log })).rejects.toMatchObject({
      code: "unavailable",
      field: "DATA_DIR",
      message: expect.stringContaining(`The data folder ${dataDir} cannot be used: EEXIST`),
    });
  });

  test("refuses data of another major version with the way out", async () => {
    await mkdir(join(dataDir, "postgres"), { recursive: true });
    await writeFile(join(dataDir, "postgres", "PG_VERSION"), "12\n");
    await expect(startEmbedded({ dataDir, log })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/made by PostgreSQL 12, this Belfry brings 18.*backup/),
    });
  });
});

describe("one server a data folder", () => {
  test("of three that start at once one serves, and the others say who does and what to do", async () => {
    const three = await Promise.all([hold(dataDir), hold(dataDir), hold(dataDir)]);
    const winners = three.filter(({ answer }) => "url" in answer);
    expect(winners).toHaveLength(1);
    for (const { answer } of three) {
      if ("url" in answer) continue;
      expect(answer.refused).toBe("conflict");
      expect(answer.message).toContain(`in use by process ${winners[0]?.pid} on `);
      expect(answer.message).toContain("DATABASE_URL");
    }
  });

  test("a command joins the server's", async () => {
    const holder = await hold(dataDir);
    const joined = await joinEmbedded({ dataDir, log });
    expect(joined.url).toBe(urlOf(holder));
    await joined.leave();
    expect(await queryAt(urlOf(holder), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("commands without a server start it and stop it, one after the other; a server waits for them", async () => {
    const first = await joinEmbedded({ dataDir, log });
    const second = joinEmbedded({ dataDir, log });
    const server = hold(dataDir);
    await queryAt(first.url, "CREATE TABLE made_by_a_command (n int)");
    await first.leave();
    const joined = await second;
    await queryAt(joined.url, "SELECT * FROM made_by_a_command");
    await joined.leave();
    await queryAt(urlOf(await server), "SELECT * FROM made_by_a_command");
  });
});

describe("users (of whom only root can make others, and only where others can read this project)", () => {
  test("an ordinary user in a folder that only they can enter", async ({ skip }) => {
    skip(!othersCanRun, "needs root and a project that other users can read");
    await chown(home, NOBODY, NOBODY);
    await chmod(home, 0o700);
    const holder = await hold(dataDir, { user: NOBODY, env: { HOME: home, TMPDIR: home } });
    expect(await queryAt(urlOf(holder), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("a user for whom the system has no name", async ({ skip }) => {
    skip(!namelessCanRun, "needs root, user namespaces and a project that other users can read");
    await chown(home, NAMELESS, NAMELESS);
    const holder = await hold(dataDir, { user: NAMELESS, env: { HOME: home } });
    expect(await queryAt(urlOf(holder), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("one user's data are not taken by another, root included", async ({ skip }) => {
    skip(!othersCanRun, "needs root and a project that other users can read");
    await chown(home, DAEMON, DAEMON);
    const holder = await hold(dataDir, { user: DAEMON, env: { HOME: home } });
    const joined = await joinEmbedded({ dataDir, log });
    expect(await queryAt(joined.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await joined.leave();
    await holder.kill("SIGTERM");
    await expect(joinEmbedded({ dataDir, log })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(`belong to another user (id ${DAEMON})`),
    });
    const stranger = await hold(dataDir, { user: NOBODY });
    expect(stranger.answer).toMatchObject({
      refused: "unavailable",
      message: expect.stringContaining("cannot be used"),
    });
    const again = await hold(dataDir, { user: DAEMON, env: { HOME: home } });
    expect(await queryAt(urlOf(again), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("root without user namespaces, in a folder that only root can enter, and back", async ({ skip }) => {
    skip(!isRoot, "needs root");
    const env = await withoutProgram(home, "unshare");
    for (const options of [{ env }, {}, { env }]) {
      const holder = await hold(dataDir, options);
      await queryAt(urlOf(holder), "CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)");
      await holder.kill("SIGTERM");
      expect(existsSync(join(dataDir, "postgres", "postmaster.pid"))).toBe(false);
    }
    const holder = await hold(dataDir);
    expect(await queryAt(urlOf(holder), "SELECT count(*)::int AS n FROM kept")).toEqual([{ n: 3 }]);
  });
});
