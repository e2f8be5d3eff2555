import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, lstat, mkdir, mkdtemp, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { AppError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Binaries } from "./embedded-binaries.ts";
import { giveTo, NOBODY, type Privilege } from "./embedded-privilege.ts";

/** The places of one embedded PostgreSQL. */
export type Cluster = {
  /** PostgreSQL's own data directory. */
  folder: string;
  /** Folder of its socket, which only this user can enter: there is no other password. */
  socketFolder: string;
  logFile: string;
};

export const SUPERUSER = "belfry";

/** Longest path of a Unix socket: `sun_path` without the final zero. */
const SOCKET_PATH_LIMIT = process.platform === "darwin" ? 103 : 107;
const SOCKET_NAME = ".s.PGSQL.5432";
const HALF_MADE = "postgres.new-";
/** The initdb of a killed server may still be at work in there. */
const CLEAR = { recursive: true, force: true, maxRetries: 5, retryDelay: 200 };
const LOG_LIMIT_BYTES = 10_000_000;

export function clusterFolder(dataDir: string): string {
  return join(dataDir, "postgres");
}

/**
 * Makes what is missing. The caller holds the lock on `dataDir`.
 * @throws AppError `conflict`: the data belong to another user, or were made by another major version of PostgreSQL.
 */
export async function prepareCluster(options: {
  dataDir: string;
  binaries: Binaries;
  privilege: Privilege;
  log: Logger;
}): Promise<Cluster> {
  const { dataDir, binaries, privilege, log } = options;
  const folder = clusterFolder(dataDir);
  await removeHalfMade(dataDir);
  if (!existsSync(folder)) {
    log.info({ folder }, "making a new embedded PostgreSQL");
    await initialise(dataDir, binaries, privilege);
  }
  await refuseOtherOwner(folder);
  await giveTo(privilege, folder);
  await refuseOtherVersion(folder, binaries);
  const logFile = join(dataDir, "postgres.log");
  await rotate(logFile);
  const socketFolder = await makeSocketFolder(dataDir, privilege);
  await giveTo(privilege, socketFolder);
  return { folder, socketFolder, logFile };
}

/** Address of a database on the PostgreSQL whose socket is in `socketFolder`. */
export function urlOf(socketFolder: string, database: string): string {
  return `postgresql://${SUPERUSER}@localhost/${database}?host=${encodeURIComponent(socketFolder)}`;
}

/** Leaves nothing in the system's temporary folder. */
export async function removeSocketFolder(dataDir: string, socketFolder: string): Promise<void> {
  if (dirname(socketFolder) !== dataDir) await rmdir(socketFolder).catch(() => null);
}

async function removeHalfMade(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(HALF_MADE)) await rm(join(dataDir, name), CLEAR);
  }
}

async function initialise(dataDir: string, binaries: Binaries, privilege: Privilege): Promise<void> {
  const fresh = await mkdtemp(join(dataDir, HALF_MADE));
  await giveTo(privilege, fresh);
  const [command = "", ...args] = [...privilege.prefix, binaries.initdb, ...initialSettings(fresh)];
  try {
    await promisify(execFile)(command, args, { env: binaries.env, cwd: dataDir });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : messageOf(error);
    throw new AppError("unavailable", `The embedded PostgreSQL could not be made in ${dataDir}: ${said.trim()}`);
  }
  await rename(fresh, clusterFolder(dataDir));
  await syncFolder(dataDir);
}

function initialSettings(folder: string): string[] {
  return [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
  ];
}

/** Without it a power cut could undo the rename after data have been acknowledged. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync();
  await handle.close();
}

/** Else root, with one command beside a server of an ordinary user, would take that user's data away. */
async function refuseOtherOwner(folder: string): Promise<void> {
  const { uid } = await stat(folder);
  const me = process.getuid?.();
  if (uid === me || (me === 0 && uid === NOBODY)) return;
  throw new AppError(
    "conflict",
    `The data in ${folder} belong to another user (id ${uid}). Run this as that user, for example with: sudo -u '#${uid}'`,
    "DATA_DIR",
  );
}

async function refuseOtherVersion(folder: string, binaries: Binaries): Promise<void> {
  const made = (await readFile(join(folder, "PG_VERSION"), "utf8")).trim();
  const { stdout } = await promisify(execFile)(binaries.postgres, ["--version"], { env: binaries.env });
  const here = /(\d+)/.exec(stdout)?.[1];
  if (made === here) return;
  throw new AppError(
    "conflict",
    `The data in ${folder} were made by PostgreSQL ${made}, this Belfry brings ${here}. Make a backup with the Belfry that wrote them (npm run -s admin -- backup --to DIR), then restore it into a new DATA_DIR.`,
    "DATA_DIR",
  );
}

async function rotate(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.1`);
}

async function makeSocketFolder(dataDir: string, privilege: Privilege): Promise<string> {
  const near = join(dataDir, "socket");
  if (fits(near)) {
    await mkdir(near, { recursive: true, mode: 0o700 });
    await chmod(near, 0o700);
    return near;
  }
  const digest = createHash("sha256").update(dataDir).digest("hex").slice(0, 12);
  const temporary = fits(join(tmpdir(), "belfry-xxxxxxxxxxxx")) ? tmpdir() : "/tmp";
  const far = join(temporary, `belfry-${digest}`);
  await mkdir(far, { mode: 0o700 }).catch(() => null);
  // Anybody may have made that folder before us, to listen in.
  return (await isPrivate(far, privilege)) ? far : mkdtemp(join(temporary, "belfry-"));
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, SOCKET_NAME)) <= SOCKET_PATH_LIMIT;
}

async function isPrivate(folder: string, privilege: Privilege): Promise<boolean> {
  const found = await lstat(folder).catch(() => null);
  if (found === null || !found.isDirectory() || (found.mode & 0o077) !== 0) return false;
  return found.uid === process.getuid?.() || found.uid === privilege.owner;
}
