import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** What PostgreSQL wrote about itself into `postmaster.pid`. */
export type Running = { pid: number; socketFolder: string; ready: boolean };

const PROC = "/proc";

/** The PostgreSQL that works on the cluster in `folder`; null where none does. */
export async function findRunning(folder: string): Promise<Running | null> {
  const text = await readFile(join(folder, "postmaster.pid"), "utf8").catch(() => "");
  const [pidLine = "", , , , socketFolder = "", , , status = ""] = text.split("\n");
  const pid = Number.parseInt(pidLine, 10);
  if (!Number.isInteger(pid) || !isPostgres(pid, folder)) return null;
  return { pid, socketFolder, ready: status.trim() === "ready" };
}

/** False also for a zombie, which `kill(pid, 0)` takes for alive. */
export function isAlive(pid: number): boolean {
  if (existsSync(PROC)) return !["", "Z", "X"].includes(processState(pid));
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Whether `pid` is a living process of the cluster in `folder`, and not another program with the same number. */
export function isPostgres(pid: number, folder: string): boolean {
  return isAlive(pid) && worksIn(pid, folder);
}

/** True where a PostgreSQL process, an orphaned backend too, still has the cluster in `folder` as its working folder. */
export function isOccupied(folder: string): boolean {
  if (!existsSync(PROC)) return false;
  return readdirSync(PROC).some((name) => /^\d+$/.test(name) && worksIn(Number(name), folder));
}

/**
 * PostgreSQL itself removes the lock files of a dead one. It cannot tell where that process id is a zombie, or was given
 * to another program, as happens in containers. The caller holds the lock on the data folder and knows that the cluster
 * is not occupied.
 * @returns whether there were such files.
 */
export async function removeStaleLocks(folder: string, socketFolder: string): Promise<boolean> {
  const files = [join(folder, "postmaster.pid"), join(socketFolder, ".s.PGSQL.5432.lock")].filter(existsSync);
  if (!existsSync(PROC)) return false;
  for (const file of files) await rm(file, { force: true });
  return files.length > 0;
}

/** Without /proc every living process counts: PostgreSQL's own checks then decide. */
function worksIn(pid: number, folder: string): boolean {
  if (!existsSync(PROC)) return true;
  try {
    return readlinkSync(`${PROC}/${pid}/cwd`) === realpathSync(folder);
  } catch {
    return false;
  }
}

function processState(pid: number): string {
  try {
    const stat = readFileSync(`${PROC}/${pid}/stat`, "utf8");
    // The name before it stands in brackets and may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  } catch {
    return "";
  }
}
