import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { Millis } from "../domain/time.ts";

export type ProgramCall = {
  /** Absolute path. */
  program: string;
  args: readonly string[];
  /** The whole environment: nothing of ours is passed on. */
  env: Readonly<Record<string, string>>;
  stdin: string;
  limitMs: Millis;
  signal: AbortSignal;
};

/** How a program ended. `output` is the beginning of what it wrote, to both streams as it came. */
export type ProgramEnd =
  | { ended: "exit"; code: number; output: string }
  | { ended: "killed"; by: string; output: string }
  | { ended: "time"; output: string }
  | { ended: "stopped"; output: string }
  | { ended: "unstarted"; error: NodeJS.ErrnoException };

const OUTPUT_BYTES = 8 * 1024;
/** A program that has ended may have left children that hold its pipes. */
const DRAIN_MS = 200;

/**
 * Runs a program without a shell, in a process group of its own that is killed as a whole when time is up or `signal` fires.
 * Never rejects.
 */
export function runProgram({ program, args, env, stdin, limitMs, signal }: ProgramCall): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve({ ended: "stopped", output: "" });
      return;
    }
    const child = spawnGroup({ program, args, env });
    const output = collect([child.stdout, child.stderr]);
    let cut: "time" | "stopped" | null = null;
    const cutShort = (why: "time" | "stopped"): void => {
      cut ??= why;
      killGroup(child.pid);
    };
    const onAbort = (): void => cutShort("stopped");
    const timer = setTimeout(() => cutShort("time"), limitMs);
    signal.addEventListener("abort", onAbort, { once: true });
    const settle = (end: ProgramEnd): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      resolve(end);
    };
    child.on("error", (error) => settle({ ended: "unstarted", error }));
    child.on("exit", (code, by) => {
      const end = (): void => settle(endOf({ code, by, cut, output: output() }));
      const drained = setTimeout(end, DRAIN_MS);
      child.on("close", () => {
        clearTimeout(drained);
        end();
      });
    });
    // A program that does not read its input closes it.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
  });
}

function spawnGroup({
  program,
  args,
  env,
}: Pick<ProgramCall, "program" | "args" | "env">): ChildProcessByStdio<Writable, Readable, Readable> {
  const own = asProcessEnv(env);
  return spawn(program, args, { env: own, cwd: "/", shell: false, detached: true, stdio: ["pipe", "pipe", "pipe"] });
}

/** Our types ask each environment for NODE_ENV, which is ours alone: what is run here must not learn it. */
function asProcessEnv(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return env as NodeJS.ProcessEnv;
}

type Exit = { code: number | null; by: string | null; cut: "time" | "stopped" | null; output: string };

function endOf({ code, by, cut, output }: Exit): ProgramEnd {
  // It may have ended by itself in the moment it was to be killed.
  if (code !== null) return { ended: "exit", code, output };
  return cut === null ? { ended: "killed", by: by ?? "a signal", output } : { ended: cut, output };
}

/** Reads everything, so that the program never waits for us, and keeps the beginning. */
function collect(streams: readonly Readable[]): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  for (const stream of streams) {
    stream.on("error", () => undefined);
    stream.on("data", (chunk: Buffer) => {
      if (size < OUTPUT_BYTES) chunks.push(chunk.subarray(0, OUTPUT_BYTES - size));
      size += chunk.length;
    });
  }
  return () => Buffer.concat(chunks).toString("utf8");
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The whole group has ended already.
  }
}
