import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { createLog } from "../../lib/log.ts";
import { joinEmbedded } from "../../lib/store/embedded.ts";

const ROOT = join(import.meta.dirname, "../..");
const START_WITHIN_MS = 60_000;

export type ProgramOptions = {
  /** On top of a bare environment; the data folder and the port are given. */
  env?: Record<string, string>;
  nodeOptions?: readonly string[];
};

/** The built program as a process of its own, on a data folder of its own, which can be killed and started again. */
export class Program {
  readonly url: string;
  readonly dataDir: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #nodeOptions: readonly string[];
  #child: ChildProcess | null = null;
  #said = "";

  private constructor(port: number, options: ProgramOptions) {
    this.url = `http://127.0.0.1:${port}`;
    this.dataDir = join(mkdtempSync(join(tmpdir(), "belfry-e2e-")), "data");
    this.#nodeOptions = options.nodeOptions ?? [];
    this.#env = {
      NODE_ENV: "production",
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: join(this.dataDir, ".."),
      PORT: String(port),
      BASE_URL: this.url,
      DATA_DIR: this.dataDir,
      ...options.env,
    };
  }

  static async start(options: ProgramOptions = {}): Promise<Program> {
    const program = new Program(await freePort(), options);
    await program.start();
    return program;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Everything it has logged since it was first started. */
  get log(): string {
    return this.#said;
  }

  /** Starts it (again) and waits until it answers pings. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [...this.#nodeOptions, "dist/server.mjs"], {
      cwd: ROOT,
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stdout.on("data", (chunk: Buffer) => (this.#said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (this.#said += chunk.toString()));
    await this.answers("/ping/00000000-0000-4000-8000-000000000000", 404);
  }

  /** Waits until an address answers with this status. */
  async answers(path: string, status: number): Promise<void> {
    const end = performance.now() + START_WITHIN_MS;
    while (performance.now() < end) {
      const answer = await fetch(this.url + path, { redirect: "manual", signal: AbortSignal.timeout(5_000) }).catch(
        () => null,
      );
      await answer?.arrayBuffer().catch(() => null);
      if (answer?.status === status) return;
      if (this.#child !== null && this.#child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`${path} never answered ${status}. The program said:\n${this.#said.slice(-4_000)}`);
  }

  /** Ends the program itself and nothing else, and waits for its end. Its exit code, or null after a signal. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  /** Runs a command of the command line; its JSON, or an error with what it printed. */
  async admin<T>(...args: string[]): Promise<T> {
    const { stdout } = await promisify(execFile)(process.execPath, ["dist/admin.mjs", ...args], {
      cwd: ROOT,
      env: this.#env,
    });
    return JSON.parse(stdout) as T;
  }

  /** Asks the embedded database, whether the program runs or not. */
  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const joined = await joinEmbedded({ dataDir: this.dataDir, log: createLog("silent") });
    const client = new pg.Client({ connectionString: joined.url });
    try {
      await client.connect();
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
      await joined.leave();
    }
  }

  /** Process ids of its children whose command line matches. */
  children(pattern: RegExp): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => parentOf(pid) === this.pid && pattern.test(commandOf(pid)));
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    rmSync(join(this.dataDir, ".."), { recursive: true, force: true });
  }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // the process has ended meanwhile
  }
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
}
