import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { AppError } from "../errors.ts";

/** The list of what is in a backup, written last: a folder without it is no backup. */
export const MANIFEST_FILE = "manifest.json";

/** Changes when an older Belfry could no longer read what a newer one writes. */
export const FORMAT = 1;

const tableShape = z.object({
  name: z.string(),
  columns: z.array(z.string()),
  /** Days of UTC, `2026-11-22`, that had a partition. */
  days: z.array(z.string()),
  rows: z.number(),
  /** Gzipped text of PostgreSQL's COPY, beside the manifest. */
  file: z.string().refine((file) => file === basename(file)),
  sha256: z.string(),
});

const manifestShape = z.object({
  format: z.number(),
  madeAt: z.string(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** In an order in which every row comes after those it refers to. */
  tables: z.array(tableShape),
});

export type BackupManifest = z.infer<typeof manifestShape>;

export type BackupTable = z.infer<typeof tableShape>;

/**
 * Reads a backup's manifest and compares every file with its checksum.
 * @throws AppError `not-found`: there is no backup; `conflict`: it is of a newer format or damaged.
 */
export async function readManifest(directory: string): Promise<BackupManifest> {
  const text = await readFile(join(directory, MANIFEST_FILE), "utf8").catch(() => null);
  if (text === null) {
    throw new AppError("not-found", `${directory} holds no backup: there is no ${MANIFEST_FILE} in it.`);
  }
  const manifest = parse(directory, text);
  for (const { file, sha256 } of manifest.tables) {
    if ((await hashFile(join(directory, file))) !== sha256) throw damaged(directory, `${file} was changed or cut off`);
  }
  return manifest;
}

/** Null where it cannot be read. */
async function hashFile(file: string): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    return hash.digest("hex");
  } catch {
    return null;
  }
}

function parse(directory: string, text: string): BackupManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(directory, `${MANIFEST_FILE} is not JSON`);
  }
  const { data: format } = z.object({ format: z.number() }).safeParse(json);
  if (format !== undefined && format.format > FORMAT) {
    throw new AppError(
      "conflict",
      `The backup in ${directory} was made by a newer Belfry (format ${format.format}; this one reads ${FORMAT}). Restore it with that version.`,
    );
  }
  const { data: manifest, error } = manifestShape.safeParse(json);
  if (manifest === undefined) throw damaged(directory, `${MANIFEST_FILE}: ${error.issues[0]?.message ?? "unreadable"}`);
  return manifest;
}

function damaged(directory: string, what: string): AppError {
  return new AppError("conflict", `The backup in ${directory} is damaged: ${what}. Use another copy of it.`);
}
