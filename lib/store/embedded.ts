import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { AppError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import { findHolder, lockData, type DataLock, type Holder } from "./data-lock.ts";
import { findBinaries } from "./embedded-binaries.ts";
import { clusterFolder, prepareCluster, removeSocketFolder, urlOf } from "./embedded-cluster.ts";
import { findRunning, isAlive } from "./embedded-pidfile.ts";
import { findParentWatch, findPrivilege } from "./embedded-privilege.ts";
import { bringUp, takesConnections, type LaunchOptions } from "./embedded-process.ts";
import { supervise } from "./embedded-supervisor.ts";

/** The embedded PostgreSQL of this process. It heals by itself: see `supervise`. */
export type EmbeddedPostgres = {
  /** The same for as long as this process lives. */
  readonly url: string;
  /** Changes when PostgreSQL had to be started again. */
  readonly pid: number;
  /** Stops PostgreSQL cleanly, then lets go of the data folder. May be called twice. */
  stop(): Promise<void>;
  /** Called for every end that `stop` did not ask for, before the restart; the code is null where it is not known. */
  onExit(listener: (code: number | null) => void): void;
};

/** A command's way to the embedded PostgreSQL. */
export type JoinedPostgres = { readonly url: string; leave(): Promise<void> };

const DATABASE = "belfry";
const COMMAND_PATIENCE_MS = 60_000;
const POLL_MS = 100;

/**
 * For whoever has not taken `dataDir` yet. Makes nothing.
 * @throws AppError `conflict` where a server holds it.
 */
export async function refuseHeldFolder(dataDir: string): Promise<void> {
  const folder = resolve(dataDir);
  const holder = findHolder(folder);
  if (holder?.role !== "server" || hasEnded(holder)) return;
  // As a command would: a server that comes at this moment waits for it.
  const lock = await lockFolder(folder, "command");
  lock?.release();
  if (lock === null) throw heldBy(folder, holder);
}

function hasEnded({ pid, host }: Holder): boolean {
  return host === hostname() && !isAlive(pid);
}

/**
 * Starts the embedded PostgreSQL in `dataDir` for a server, or takes over one that a killed server left behind, and
 * keeps it running. Holds the folder until `stop`; a kill -9 lets go of it too.
 * @throws AppError `conflict` where another server holds the folder; `unavailable` where this machine has no PostgreSQL for it.
 */
export async function startEmbedded(options: { dataDir: string; log: Logger }): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const lock = await claim(dataDir, "server");
  if (lock === null) throw heldBy(dataDir, findHolder(dataDir));
  return startLocked({ dataDir, log: options.log, lock });
}

/**
 * For a command beside the server: joins the PostgreSQL that a server runs on `dataDir`; without a server starts it and
 * stops it on `leave`. Commands without a server wait for each other.
 * @throws AppError as `startEmbedded`, and `unavailable` where a server holds the folder and its PostgreSQL does not answer.
 */
export async function joinEmbedded(options: { dataDir: string; log: Logger }): Promise<JoinedPostgres> {
  const dataDir = resolve(options.dataDir);
  const lock = await claim(dataDir, "command");
  if (lock === null) return { url: await urlOfServer(dataDir), leave: () => Promise.resolve() };
  const started = await startLocked({ dataDir, log: options.log, lock });
  return { url: started.url, leave: started.stop };
}

/** Waits for a command that has the folder; null where a server has it. */
async function claim(dataDir: string, role: Holder["role"]): Promise<DataLock | null> {
  const giveUpAt = performance.now() + COMMAND_PATIENCE_MS;
  for (;;) {
    const lock = await lockFolder(dataDir, role);
    if (lock !== null) return lock;
    const holder = findHolder(dataDir);
    if (holder?.role === "server") return null;
    if (performance.now() > giveUpAt) throw heldBy(dataDir, holder);
    await sleep(POLL_MS);
  }
}

async function lockFolder(dataDir: string, role: Holder["role"]): Promise<DataLock | null> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return lockData(dataDir, role);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      "unavailable",
      `The data folder ${dataDir} cannot be used: ${messageOf(error)}. Give it to the user that runs Belfry, or choose another DATA_DIR.`,
      "DATA_DIR",
    );
  }
}

async function startLocked(options: { dataDir: string; log: Logger; lock: DataLock }): Promise<EmbeddedPostgres> {
  const { dataDir, lock } = options;
  const log = options.log.child({ part: "postgres" });
  try {
    const launch = await prepareLaunch(dataDir, log);
    const first = await bringUp(launch);
    // One that was taken over may have its socket elsewhere; a later restart must not move it.
    const cluster = { ...launch.cluster, socketFolder: first.socketFolder };
    await makeDatabase(cluster.socketFolder);
    const supervised = supervise(first, { ...launch, cluster });
    const stop = async (): Promise<void> => {
      try {
        await supervised.stop();
        await removeSocketFolder(dataDir, cluster.socketFolder);
      } finally {
        lock.release();
      }
    };
    let stopping: Promise<void> | null = null;
    return {
      url: urlOf(cluster.socketFolder, DATABASE),
      get pid() {
        return supervised.pid();
      },
      onExit: supervised.onExit,
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function prepareLaunch(dataDir: string, log: Logger): Promise<LaunchOptions> {
  const binaries = await findBinaries(dataDir);
  const privilege = await findPrivilege();
  const cluster = await prepareCluster({ dataDir, binaries, privilege, log });
  return { cluster, binaries, privilege, parentWatch: await findParentWatch(), log };
}

async function makeDatabase(socketFolder: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(socketFolder, "postgres") });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function urlOfServer(dataDir: string): Promise<string> {
  const giveUpAt = performance.now() + COMMAND_PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    const running = await findRunning(clusterFolder(dataDir));
    if (running?.ready === true && (await takesConnections(running.socketFolder, DATABASE))) {
      return urlOf(running.socketFolder, DATABASE);
    }
    await sleep(POLL_MS);
  }
  throw new AppError(
    "unavailable",
    `The server that holds ${dataDir} (process ${findHolder(dataDir)?.pid ?? "unknown"}) does not have its PostgreSQL running. See ${dataDir}/postgres.log.`,
  );
}

function heldBy(dataDir: string, holder: Holder | null): AppError {
  const who = holder === null ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new AppError(
    "conflict",
    `The data folder ${dataDir} is in use by ${who}: one server a folder. Stop that one, or choose another DATA_DIR. To run several servers, give all of them one DATABASE_URL and one SECRET_KEY.`,
    "DATA_DIR",
  );
}
