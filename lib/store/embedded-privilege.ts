import { execFile } from "node:child_process";
import { chmod, chown, readdir, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { AppError } from "../errors.ts";

/** How the programs of PostgreSQL, which refuse to run as root, are started. */
export type Privilege = {
  /** Command and arguments to put in front; each replaces itself by the next, so the process id stays. */
  prefix: readonly string[];
  /** User and group that must own the cluster's files; null: whoever makes them. */
  owner: number | null;
};

/** Whose id root borrows for PostgreSQL. */
export const NOBODY = 65_534;

const AS_MAPPED_USER = ["unshare", "--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, "--"];
// Keeps one capability of root: its data may lie in a home folder that nobody else can enter.
const AS_NOBODY = [
  "setpriv",
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  "--clear-groups",
  "--inh-caps=+dac_override",
  "--ambient-caps=+dac_override",
  "--",
];
/** A clean stop for PostgreSQL when the process that started it is gone, however that came. */
const STOP_WITH_PARENT = ["setpriv", "--pdeathsig", "INT", "--"];

/**
 * An ordinary user needs nothing, unless the system has no name for them, as in a container with a user id from outside:
 * initdb wants one. Root runs PostgreSQL in a user namespace, where its own files look like nobody's;
 * where namespaces are switched off, as nobody, who then has to own the files.
 * @throws AppError `unavailable` where root can do neither.
 */
export async function findPrivilege(isRoot = process.getuid?.() === 0): Promise<Privilege> {
  if (!isRoot) return { prefix: !hasName() && (await runs(AS_MAPPED_USER)) ? AS_MAPPED_USER : [], owner: null };
  if (await runs(AS_MAPPED_USER)) return { prefix: AS_MAPPED_USER, owner: 0 };
  if (await runs(AS_NOBODY)) return { prefix: AS_NOBODY, owner: NOBODY };
  throw new AppError(
    "unavailable",
    "PostgreSQL does not run as root, and this system lets root start nothing as another user. Start Belfry as an ordinary user, or set DATABASE_URL.",
  );
}

/** What to put before `postgres` so that it stops by itself after its parent; null where the system cannot do it. */
export async function findParentWatch(): Promise<readonly string[] | null> {
  return (await runs(STOP_WITH_PARENT)) ? STOP_WITH_PARENT : null;
}

/** Hands `folder` and all in it to the owner that `privilege` asks for, if it belongs to another. */
export async function giveTo(privilege: Privilege, folder: string): Promise<void> {
  const { owner } = privilege;
  if (owner === null || (await stat(folder)).uid === owner) return;
  for (const entry of await readdir(folder, { recursive: true })) await chown(join(folder, entry), owner, owner);
  await chown(folder, owner, owner);
  await chmod(folder, 0o700);
}

function hasName(): boolean {
  try {
    return userInfo().username !== "";
  } catch {
    return false;
  }
}

async function runs(prefix: readonly string[]): Promise<boolean> {
  const [command = "", ...args] = prefix;
  return promisify(execFile)(command, [...args, "true"]).then(
    () => true,
    () => false,
  );
}
