import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLog } from "../../lib/log.ts";
import { openDatabase } from "../../lib/store/client.ts";
import { findBinaries } from "../../lib/store/embedded-binaries.ts";
import { prepareCluster } from "../../lib/store/embedded-cluster.ts";
import { isAlive } from "../../lib/store/embedded-pidfile.ts";
import { findPrivilege } from "../../lib/store/embedded-privilege.ts";
import { bringUp } from "../../lib/store/embedded-process.ts";
import { startEmbedded } from "../../lib/store/embedded.ts";
import { queryAt, startHolder, urlOf, withoutProgram, type Holder } from "../support/embedded-server.ts";

const log = createLog("silent");

let dataDir: string;
const holders: Holder[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "belfry-crash-"));
});

afterEach(async () => {
  await Promise.all(holders.splice(0).map((holder) => holder.kill("SIGTERM")));
  await rm(dataDir, { recursive: true, force: true });
});

async function hold(env: Record<string, string> = {}): Promise<Holder> {
  const holder = await startHolder(dataDir, { env });
  holders.push(holder);
  return holder;
}

function postgresOf({ answer }: Holder): number {
  return "pid" in answer ? answer.pid : Number.NaN;
}

async function untilDead(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(20);
}

describe("a kill -9 of the server", () => {
  test("again and again loses no commit, and the next start needs no help", async () => {
    for (let round = 1; round <= 4; round++) {
      const holder = await hold();
      await queryAt(urlOf(holder), "CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)");
      expect(await queryAt(urlOf(holder), "SELECT count(*)::int AS n FROM kept")).toEqual([{ n: round }]);
      await holder.kill("SIGKILL");
      // The last one still writes into the folder that is about to go.
      if (round === 4) await untilDead(postgresOf(holder));
    }
  });

  test.each(["with", "without"])("does not leave PostgreSQL running for long, %s setpriv", async (way) => {
    const holder = await hold(way === "with" ? {} : await withoutProgram(dataDir, "setpriv"));
    await holder.kill("SIGKILL");
    await untilDead(postgresOf(holder));
    expect(await readFile(join(dataDir, "postgres.log"), "utf8")).toContain("database system is shut down");
  });

  test("leaves a PostgreSQL, where the system cannot stop it, that the next start takes over", async () => {
    const binaries = await findBinaries(dataDir);
    const privilege = await findPrivilege();
    const cluster = await prepareCluster({ dataDir, binaries, privilege, log });
    const orphan = await bringUp({ cluster, binaries, privilege, parentWatch: [], log });
    const embedded = await startEmbedded({ dataDir, log });
    expect(embedded.pid).toBe(orphan.pid);
    expect(await queryAt(embedded.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await embedded.stop();
    expect(isAlive(orphan.pid)).toBe(false);
  });
});

describe("a kill -9 of PostgreSQL", () => {
  test("is healed without a restart: the same address and pool work again", async () => {
    const embedded = await startEmbedded({ dataDir, log });
    const ends: (number | null)[] = [];
    embedded.onExit((code) => ends.push(code));
    const database = openDatabase({ url: embedded.url });
    await database.pool.query("CREATE TABLE kept (n int)");
    for (let round = 1; round <= 3; round++) {
      const { pid } = embedded;
      await database.pool.query("INSERT INTO kept VALUES (1)");
      // A busy backend outlives its postmaster for a moment and holds on to the shared memory.
      const busy = database.pool.query("SELECT pg_sleep(60)").catch(() => null);
      process.kill(pid, "SIGKILL");
      await busy;
      for (;;) {
        const answer = await database.pool.query<{ n: number }>("SELECT count(*) AS n FROM kept").catch(() => null);
        if (answer !== null) {
          expect(answer.rows).toEqual([{ n: round }]);
          break;
        }
        await sleep(20);
      }
      await expect.poll(() => embedded.pid, { timeout: 10_000 }).not.toBe(pid);
      expect(ends).toHaveLength(round);
    }
    await database.close();
    await embedded.stop();
  });

  test("and a stop in the middle of healing ends it for good", async () => {
    const embedded = await startEmbedded({ dataDir, log });
    const ended = new Promise((resolve) => embedded.onExit(resolve));
    process.kill(embedded.pid, "SIGKILL");
    await ended;
    await embedded.stop();
    await expect(queryAt(embedded.url, "SELECT 1")).rejects.toThrow();
    await (await startEmbedded({ dataDir, log })).stop();
  });

  test("with the server, both at once, is healed by the next start", async () => {
    const holder = await hold();
    await queryAt(urlOf(holder), "CREATE TABLE kept AS SELECT 42 AS answer");
    process.kill(holder.pid, "SIGKILL");
    process.kill(postgresOf(holder), "SIGKILL");
    const next = await hold();
    expect(await queryAt(urlOf(next), "SELECT * FROM kept")).toEqual([{ answer: 42 }]);
  });
});

describe("a postmaster.pid from before", () => {
  test("whose number another program has now does not stand in the way", async ({ skip }) => {
    skip(process.platform !== "linux", "needs Linux: it reads /proc");
    await (await startEmbedded({ dataDir, log })).stop();
    const other = spawn("sleep", ["300"]);
    const [, ...rest] = ["", join(dataDir, "postgres"), "1700000000", "5432", "", "", "  1 1", "ready", ""];
    await writeFile(join(dataDir, "postgres", "postmaster.pid"), [other.pid, ...rest].join("\n"));
    const embedded = await startEmbedded({ dataDir, log });
    expect(await queryAt(embedded.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await embedded.stop();
    other.kill();
    await once(other, "exit");
  });
});
