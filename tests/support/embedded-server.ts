import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";

/** What a holder said first. */
export type Answer = { url: string; pid: number } | { refused: string; message: string };

export type Holder = { pid: number; answer: Answer; kill(signal: NodeJS.Signals): Promise<void> };

export const HOLDER_PROGRAM = fileURLToPath(new URL("embedded-holder.ts", import.meta.url));

/** Starts a server of its own process on `dataDir`, and waits for its first word. */
export async function startHolder(
  dataDir: string,
  options: { user?: number; env?: Record<string, string> } = {},
): Promise<Holder> {
  const child = spawn(process.execPath, ["--import", "tsx", HOLDER_PROGRAM, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...options.env },
    ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
  });
  const exited = once(child, "exit");
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    return { pid: child.pid ?? 0, answer: JSON.parse(line) as Answer, kill };
  }
  throw new Error("The holder ended without a word.");
}

/** The address, where it was given one. */
export function urlOf({ answer }: Holder): string {
  if ("url" in answer) return answer.url;
  throw new Error(answer.message);
}

/** One query over a connection of its own. */
export async function queryAt(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end().catch(() => null);
  }
}

/** An environment in which `name` is a program that fails, as where a system lacks it. */
export async function withoutProgram(folder: string, name: string): Promise<Record<string, string>> {
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, name), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
}
