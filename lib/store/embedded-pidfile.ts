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
  if (!Number.isInteger(pid) || !isAlive(pid) || !worksIn(pid, folder)) return null;
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

/** True where a PostgreSQL process, an orphaned backend too, still has the cluster in `folder` as its working folder. */
export function isOccupied(folder: string): boolean {
  if (!existsSync(PROC)) return false;
  return readdirSync(PROC).some((name) => /^\d+$/.test(name) && worksIn(Number(name), folder));
}

/**
 * PostgreSQL itself removes the file of a dead one. It cannot tell where that process id is a zombie or was given to
 * another program, as happens in containers. The caller holds the lock on the data folder and knows that the folder
 * is not occupied.
 * @returns whether there was such a file.
 */
export async function removeStalePidFile(folder: string): Promise<boolean> {
  const file = join(folder, "postmaster.pid");
  if (!existsSync(PROC) || !existsSync(file)) return false;
  await rm(file, { force: true });
  return true;
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
