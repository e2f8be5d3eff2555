// What the long commands show: a line per step with a running clock, and of a program's own noise only the end, if it fails.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const logs = join(root, "dist", "logs");
const TAIL_LINES = 40;

/** A step that failed in a way that its own words explain; no stack is printed for it. */
export class StepError extends Error {}

/**
 * Shows `title` with a clock until `work` settles. `work` may answer a few words about what it found.
 * @template T
 * @param {string} title
 * @param {(note: (words: string) => void) => Promise<T>} work
 * @param {{ quiet?: boolean }} [options] quiet: only the end is shown, as another step shows its clock meanwhile
 * @returns {Promise<T>}
 */
export async function step(title, work, { quiet = false } = {}) {
  const startedAt = performance.now();
  let words = "";
  const line = (mark) => `${mark} ${title}${words && `: ${words}`} (${clock(performance.now() - startedAt)})`;
  const show = process.stdout.isTTY
    ? () => process.stdout.write(`\r\u001b[2K${line("…")}`)
    : () => console.log(line("…"));
  const timer = quiet ? undefined : setInterval(show, process.stdout.isTTY ? 200 : 20_000);
  const end = (mark) => {
    clearInterval(timer);
    console.log(`${process.stdout.isTTY ? "\r\u001b[2K" : ""}${line(mark)}`);
  };
  try {
    const result = await work((found) => (words = found));
    end("✓");
    return result;
  } catch (error) {
    end("✗");
    throw error;
  }
}

/** @param {number} ms */
export function clock(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/**
 * Runs a program with its output in a log file.
 * @param {string} command
 * @param {string[]} args
 * @param {{ log: string, env?: Record<string, string | undefined> }} options `log` names the file
 * @throws StepError with the end of the output where it fails
 */
export async function run(command, args, options) {
  const { code, output, file } = await attempt(command, args, options);
  if (code === 0) return output;
  const tail = output.trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
  throw new StepError(`${tail}\n\n${[command, ...args].join(" ")} ended with ${code}. Its whole output is in ${file}.`);
}

/**
 * The same, but a failure is an answer.
 * @param {string} command
 * @param {string[]} args
 * @param {{ log: string, env?: Record<string, string | undefined>, onLine?: (line: string) => void }} options
 * @returns {Promise<{ code: number | string, output: string, file: string }>}
 */
export async function attempt(command, args, { log, env, onLine }) {
  mkdirSync(logs, { recursive: true });
  const file = join(logs, `${log}.log`);
  const sink = createWriteStream(file);
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.pipe(sink, { end: false });
  child.stderr.pipe(sink, { end: false });
  if (onLine !== undefined) createInterface({ input: child.stdout }).on("line", onLine);
  const code = await new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (exitCode, signal) => resolve(exitCode ?? signal ?? "unknown"));
  });
  await new Promise((resolve) => sink.end(resolve));
  return { code, output: readFileSync(file, "utf8"), file };
}

/** Runs `main`; expected failures end the process with their words alone. */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof StepError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
