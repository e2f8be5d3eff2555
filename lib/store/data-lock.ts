import { spawnSync } from "node:child_process";
import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { AppError } from "../errors.ts";

/** Who works on a data folder. A command lets go by itself when it is done. */
export type Holder = { pid: number; host: string; role: "server" | "command" };

/** To be released once. */
export type DataLock = { release(): void };

/** macOS and the BSDs open and lock in one step. */
const O_EXLOCK = 0x20;
const HELD_BY_ANOTHER = 1;

/**
 * Takes the data folder for this process. The kernel holds the lock and drops it with the process, so it never goes
 * stale, and it also holds between containers that share the folder.
 * @returns null where another process has it: `findHolder` says who.
 */
export function lockData(dataDir: string, role: Holder["role"]): DataLock | null {
  const descriptor = process.platform === "linux" ? lockWithFlock(dataDir) : lockWhileOpening(dataDir);
  if (descriptor === null) return null;
  const holder: Holder = { pid: process.pid, host: hostname(), role };
  ftruncateSync(descriptor);
  writeSync(descriptor, `${JSON.stringify(holder)}\n`, 0);
  return { release: () => closeSync(descriptor) };
}

/** Who took the lock last; null where that cannot be read. */
export function findHolder(dataDir: string): Holder | null {
  try {
    return JSON.parse(readFileSync(lockFile(dataDir), "utf8")) as Holder;
  } catch {
    return null;
  }
}

function lockFile(dataDir: string): string {
  return join(dataDir, "belfry.lock");
}

/** The lock belongs to the open file, not to the process that asked for it: it stays ours when `flock` has ended. */
function lockWithFlock(dataDir: string): number | null {
  const descriptor = openSync(lockFile(dataDir), "a+", 0o600);
  const { status, error } = spawnSync("flock", ["-n", "-x", "3"], {
    stdio: ["ignore", "ignore", "ignore", descriptor],
  });
  if (status === 0) return descriptor;
  closeSync(descriptor);
  if (status === HELD_BY_ANOTHER) return null;
  throw new AppError(
    "unavailable",
    `The data folder ${dataDir} cannot be locked (${error?.message ?? `flock ended with ${status}`}). Install util-linux, use a folder on a local disk, or set DATABASE_URL.`,
    "DATA_DIR",
  );
}

function lockWhileOpening(dataDir: string): number | null {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK;
  try {
    return openSync(lockFile(dataDir), flags, 0o600);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "EAGAIN" || error.code === "EWOULDBLOCK"))
      return null;
    throw error;
  }
}
