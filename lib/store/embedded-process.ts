import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { AppError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Binaries } from "./embedded-binaries.ts";
import { urlOf, type Cluster } from "./embedded-cluster.ts";
import { findRunning, isAlive, isOccupied, isPostgres, removeStaleLocks, type Running } from "./embedded-pidfile.ts";
import type { Privilege } from "./embedded-privilege.ts";

/** A PostgreSQL that takes connections. */
export type Postgres = {
  pid: number;
  socketFolder: string;
  /** Resolves when the process is gone; null where the code is not known. */
  exited: Promise<number | null>;
  /** Does nothing where the process is gone: its number may belong to another by then. */
  send(signal: NodeJS.Signals): void;
};

export type LaunchOptions = {
  cluster: Cluster;
  binaries: Binaries;
  privilege: Privilege;
  /** See `findParentWatch`. */
  parentWatch: readonly string[] | null;
  log: Logger;
};

const POLL_MS = 50;
const ADOPTED_POLL_MS = 500;
/** How long a start may be refused because of processes of the one before. */
const WAY_BLOCKED_MS = 60_000;
const STOP_PATIENCE_MS = 8_000;
const LOG_TAIL_LINES = 8;

/**
 * Starts PostgreSQL, or takes over the one that an earlier server left behind, and waits until it takes connections;
 * after a crash its recovery may take long. The caller holds the lock on the data folder.
 * @throws AppError `unavailable` with the end of PostgreSQL's log where it does not start.
 */
export async function bringUp(options: LaunchOptions): Promise<Postgres> {
  const { cluster, log } = options;
  const giveUpAt = performance.now() + WAY_BLOCKED_MS;
  for (;;) {
    const running = await findRunning(cluster.folder);
    if (running !== null && running.ready && (await takesConnections(running.socketFolder))) {
      log.info({ pid: running.pid }, "took over the embedded PostgreSQL that was still running");
      return adopt(running, cluster.folder);
    }
    if (running === null) {
      const started = await launch(options);
      if (started !== null) return started;
      const cleared = isOccupied(cluster.folder) || (await removeStaleLocks(cluster.folder, cluster.socketFolder));
      if (!cleared || performance.now() > giveUpAt) throw await failure(cluster);
    }
    await sleep(2 * POLL_MS);
  }
}

/** A clean stop: open transactions are rolled back. One that does not follow in time is cut off, which loses nothing. */
export async function stopPostgres(postgres: Postgres): Promise<void> {
  postgres.send("SIGINT");
  const patience = new AbortController();
  const late = sleep(STOP_PATIENCE_MS, "late", { signal: patience.signal }).catch(() => "stopped");
  const first = await Promise.race([postgres.exited, late]);
  patience.abort();
  if (first === "late") postgres.send("SIGQUIT");
  await postgres.exited;
}

/** Null where it ended before it took connections. */
async function launch(options: LaunchOptions): Promise<Postgres | null> {
  const { cluster, binaries, privilege, parentWatch, log } = options;
  const [command = "", ...args] = [
    ...privilege.prefix,
    ...(parentWatch ?? []),
    binaries.postgres,
    "-D",
    cluster.folder,
    ...settings(cluster),
  ];
  const logFile = await open(cluster.logFile, "a", 0o600);
  // A process group of its own: Ctrl-C in the terminal is for the server, which stops PostgreSQL last.
  const child = spawn(command, args, { env: binaries.env, stdio: ["ignore", logFile.fd, logFile.fd], detached: true });
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
    child.once("error", (error) => {
      log.error({ err: error }, "the embedded PostgreSQL cannot be started");
      resolve(null);
    });
  });
  await logFile.close();
  const { pid } = child;
  if (pid === undefined) return null;
  if (!(await isUp(cluster.socketFolder, exited))) return null;
  if (parentWatch === null) watchParent(pid, exited);
  return { pid, socketFolder: cluster.socketFolder, exited, send: (signal) => void child.kill(signal) };
}

function settings(cluster: Cluster): string[] {
  return [
    "--listen-addresses=",
    `--unix-socket-directories="${cluster.socketFolder.replaceAll('"', '""')}"`,
    "--unix-socket-permissions=0700",
    "--port=5432",
    "--max-connections=100",
    "--shared-buffers=128MB",
    "--wal-compression=on",
    "--jit=off",
    "--log-min-messages=warning",
    "--log-checkpoints=off",
    "--timezone=UTC",
    "--log-timezone=UTC",
    "--cluster-name=belfry",
  ];
}

async function isUp(socketFolder: string, exited: Promise<unknown>): Promise<boolean> {
  for (;;) {
    if (await takesConnections(socketFolder)) return true;
    const gone = await Promise.race([exited.then(() => true), sleep(POLL_MS, false)]);
    if (gone) return false;
  }
}

/** Whether the PostgreSQL behind the socket answers a query in `database`. */
export async function takesConnections(socketFolder: string, database = "postgres"): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(socketFolder, database), connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => null);
  }
}

function adopt(running: Running, folder: string): Postgres {
  const { pid, socketFolder } = running;
  const exited = goneFrom(pid);
  watchParent(pid, exited);
  return { pid, socketFolder, exited, send: (signal) => void (isPostgres(pid, folder) && process.kill(pid, signal)) };
}

/** Not our child, so there is no event. */
async function goneFrom(pid: number): Promise<null> {
  while (isAlive(pid)) await sleep(ADOPTED_POLL_MS, null, { ref: false });
  return null;
}

/** A shell that waits on a pipe from this process, and stops PostgreSQL when the pipe ends. */
function watchParent(pid: number, exited: Promise<unknown>): void {
  const watcher = spawn("sh", ["-c", 'read _; kill -INT "$0"', String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watcher.on("error", () => {});
  void exited.then(() => watcher.kill("SIGKILL"));
}

async function failure(cluster: Cluster): Promise<AppError> {
  const text = await readFile(cluster.logFile, "utf8").catch(messageOf);
  const tail = text.trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n");
  return new AppError("unavailable", `The embedded PostgreSQL did not start. The end of ${cluster.logFile}:\n${tail}`);
}
