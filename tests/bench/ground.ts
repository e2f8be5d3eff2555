import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { createLog } from "../../lib/log.ts";
import { openDatabase, type Database } from "../../lib/store/client.ts";
import { startEmbedded } from "../../lib/store/embedded.ts";
import { migrate } from "../../lib/store/migrate.ts";
import { makeJob, type TestProject } from "../support/jobs.ts";

/** What a measurement stands on: a PostgreSQL as Belfry runs it, durable writes and all, and programs built as for use. */
export type Ground = {
  url: string;
  database: Database;
  /** Process id of PostgreSQL. */
  postgres: number;
  /** Holds everything, also `<name>.mjs.map` of every program that was run. Gone when closed. */
  folder: string;
  /** Runs `tests/bench/<name>.ts`, bundled, in a process of its own. */
  run(name: string, nodeOptions?: readonly string[]): Promise<Program>;
  close(): Promise<void>;
};

export type Program = {
  pid: number;
  /** Sends a message and resolves with the answer. */
  ask<T>(message: object): Promise<T>;
  stop(): Promise<void>;
};

export async function openGround(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), "belfry-bench-"));
  const embedded = await startEmbedded({ dataDir: join(folder, "data"), log: createLog("warn") });
  const database = openDatabase({ url: embedded.url });
  await migrate(database.pool);
  await wearIn(database);
  const programs: Program[] = [];
  return {
    url: embedded.url,
    database,
    folder,
    postgres: embedded.pid,
    async run(name, nodeOptions = []) {
      const program = await startProgram({ name, folder, nodeOptions });
      programs.push(program);
      return program;
    },
    async close() {
      await Promise.all(programs.map((program) => program.stop()));
      await database.close();
      await embedded.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Of 16 MB each: as many as the longest case writes. */
const LOG_FILES = 55;

/**
 * Leaves a write-ahead log as a database has that is not new: its files are used again. A new one makes them as it goes, and for
 * each of them everybody waits for 40 ms.
 */
async function wearIn({ pool }: Database): Promise<void> {
  for (let count = 0; count < LOG_FILES; count++) {
    await pool.query("SELECT pg_logical_emit_message(false, 'bench', '')");
    await pool.query("SELECT pg_switch_wal()");
  }
  await pool.query("CHECKPOINT");
}

/** As the server is started. */
export const NODE_OPTIONS = ["--max-semi-space-size=64"];

async function startProgram({
  name,
  folder,
  nodeOptions,
}: {
  name: string;
  folder: string;
  nodeOptions: readonly string[];
}): Promise<Program> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "external",
    logLevel: "error",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const child = fork(outfile, { execArgv: [...NODE_OPTIONS, ...nodeOptions] });
  return { pid: child.pid ?? 0, ask: (message) => ask(child, message), stop: () => stop(child) };
}

async function ask<T>(child: ChildProcess, message: object): Promise<T> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, "exit", { signal }).then(() => {
    throw new Error("A program of the bench ended before it answered.");
  });
  const answer = once(child, "message", { signal });
  child.send(message);
  try {
    const [value] = await Promise.race([answer, ended]);
    return value as T;
  } finally {
    ended.catch(() => {});
    answer.catch(() => {});
    waiting.abort();
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (!child.connected) return;
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}

/** Jobs of every kind of schedule, one third each. @returns their ids. */
export async function makeJobs(database: Database, project: TestProject, count: number): Promise<string[]> {
  const schedules = [
    { kind: "cron", dialect: "vixie", expression: "*/5 * * * *", timeZone: "Europe/Vienna" },
    { kind: "interval", everyMs: 60_000 },
    { kind: "none" },
  ] as const;
  const indexes = Array.from({ length: count }, (_, index) => index);
  const make = (index: number) => makeJob(database, project, { schedule: schedules[index % schedules.length] });
  const ids: string[] = [];
  while (indexes.length > 0) ids.push(...(await Promise.all(indexes.splice(0, 50).map(make))));
  return ids;
}
