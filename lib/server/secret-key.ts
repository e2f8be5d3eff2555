import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { AppError } from "../errors.ts";

const FILE_NAME = "secret-key";

/**
 * SECRET_KEY, or the one kept in DATA_DIR, which is made at the first start. Whoever keeps backups of the database
 * needs a copy of it: stored channel addresses cannot be read without.
 * @throws AppError `invalid` where the kept file was cut or emptied.
 */
export async function readSecretKey({ secretKey, dataDir }: Pick<Config, "secretKey" | "dataDir">): Promise<string> {
  if (secretKey !== null) return secretKey;
  const file = join(dataDir, FILE_NAME);
  const kept = (await readKept(file)) ?? (await make(dataDir, file));
  if (kept.length < 32) {
    throw new AppError(
      "invalid",
      `${file} does not hold a whole key. Put back the copy from your backup, or set SECRET_KEY to what it was.`,
      "SECRET_KEY",
    );
  }
  return kept;
}

async function readKept(file: string): Promise<string | null> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Written whole and flushed under another name first; of two processes that make one at once, the first wins. */
async function make(dataDir: string, file: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const draft = `${file}.${process.pid}`;
  const handle = await open(draft, "wx", 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString("hex")}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(draft);
  return (await readFile(file, "utf8")).trim();
}
