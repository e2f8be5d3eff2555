import { fork, type ChildProcess } from "node:child_process";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import { logOutput } from "./pages-output.ts";

/** How the child process that serves the pages is started. It must speak the messages of pages-child.ts. */
export type PagesProgram = {
  entry: string;
  args: readonly string[];
  /** Node's own options. */
  execArgv?: readonly string[];
  cwd: string;
  /** The whole environment of the child. */
  env: Readonly<Record<string, string | undefined>> & { NODE_ENV: "production" | "development" };
};

export type PagesState = "starting" | "up" | "stopped";

export type Pages = {
  /** Loopback port of a child that listens, waiting for it at most `patienceMs`; null where there is none by then. */
  port(): Promise<number | null>;
  state(): PagesState;
  /** SIGTERM, and SIGKILL after `graceMs`. */
  stop(graceMs: Millis): Promise<void>;
};

export type PagesOptions = {
  program: PagesProgram;
  log: Logger;
  /** How long a request waits for a child that is starting. */
  patienceMs?: Millis;
  firstRestartMs?: Millis;
  lifeSignEveryMs?: Millis;
};

const LONGEST_RESTART_MS = 10 * SECOND;
/** A child that lived this long was sound: the next restart is quick again. */
const SOUND_AFTER_MS = 30 * SECOND;
const START_WITHIN_MS = 120 * SECOND;
const LIFE_SIGN_EVERY_MS = 5 * SECOND;
/** Unanswered life signs in a row after which a child counts as frozen. Counted, not timed: a laptop may sleep. */
const FROZEN_AFTER = 8;

/** Keeps one child alive: restarts it with a growing pause when it ends, kills it when it freezes. */
export function startPages(options: PagesOptions): Pages {
  const { program, log, patienceMs = 15 * SECOND, firstRestartMs = 250 } = options;
  const { lifeSignEveryMs = LIFE_SIGN_EVERY_MS } = options;
  const waiting = new Set<(port: number | null) => void>();
  let child: ChildProcess | null = null;
  let port: number | null = null;
  let restartTimer: NodeJS.Timeout | undefined;
  let pauseMs = firstRestartMs;
  let stopped = false;

  function announce(found: number | null): void {
    port = found;
    for (const resolve of waiting) resolve(found);
    waiting.clear();
  }

  function start(): void {
    const startedAt = performance.now();
    child = spawnChild(program, {
      log,
      lifeSignEveryMs,
      onPort(found) {
        log.info({ ms: Math.round(performance.now() - startedAt) }, "pages are up");
        announce(found);
      },
      onEnd(reason) {
        child = null;
        port = null;
        if (stopped) return;
        if (performance.now() - startedAt > SOUND_AFTER_MS) pauseMs = firstRestartMs;
        log.error({ ...reason, restartInMs: pauseMs }, "pages ended; they are started again");
        restartTimer = setTimeout(start, pauseMs);
        pauseMs = Math.min(pauseMs * 2, LONGEST_RESTART_MS);
      },
    });
  }

  start();
  return {
    state: () => (stopped ? "stopped" : port === null ? "starting" : "up"),
    port() {
      if (port !== null || stopped) return Promise.resolve(port);
      return new Promise((resolve) => {
        const timer = setTimeout(() => answer(null), patienceMs);
        const answer = (found: number | null) => {
          clearTimeout(timer);
          waiting.delete(answer);
          resolve(found);
        };
        waiting.add(answer);
      });
    },
    async stop(graceMs) {
      stopped = true;
      clearTimeout(restartTimer);
      announce(null);
      if (child !== null) await endChild(child, graceMs);
    },
  };
}

type ChildEvents = {
  log: Logger;
  lifeSignEveryMs: Millis;
  onPort(port: number): void;
  onEnd(reason: { code?: number | null; signal?: NodeJS.Signals | null; err?: Error }): void;
};

function spawnChild(program: PagesProgram, { log, lifeSignEveryMs, onPort, onEnd }: ChildEvents): ChildProcess {
  const child = fork(program.entry, [...program.args], {
    cwd: program.cwd,
    env: program.env,
    execArgv: [...(program.execArgv ?? [])],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A group of its own: Ctrl-C in a terminal reaches the front alone, which ends the pages in their turn.
    detached: true,
  });
  // In production a plain line is Next's banner.
  logOutput(child, log, program.env.NODE_ENV === "development" ? "info" : "debug");
  const stopWatching = watchLife(child, log, lifeSignEveryMs);
  child.on("message", (message: unknown) => {
    const port = announcedPort(message);
    if (port !== null) onPort(port);
  });
  child.once("exit", (code, signal) => {
    stopWatching();
    onEnd({ code, signal });
  });
  child.on("error", (err) => {
    log.error({ err }, "the process of the pages could not be started or reached");
    if (child.pid !== undefined) return;
    stopWatching();
    onEnd({ err });
  });
  return child;
}

/** A child that starts has more time: a busy machine may need it. */
function watchLife(child: ChildProcess, log: Logger, everyMs: Millis): () => void {
  let unanswered = 0;
  let timer: NodeJS.Timeout = setTimeout(() => kill("pages do not start"), START_WITHIN_MS);
  const kill = (reason: string) => {
    log.error({ pid: child.pid }, `${reason}; their process is killed`);
    killGroup(child, "SIGKILL");
  };
  const ask = () => {
    if (unanswered >= FROZEN_AFTER) return kill("pages are frozen");
    unanswered += 1;
    if (child.connected) child.send("alive?", () => {});
  };
  child.on("message", (message) => {
    unanswered = 0;
    if (announcedPort(message) === null) return;
    clearTimeout(timer);
    timer = setInterval(ask, everyMs);
  });
  return () => clearTimeout(timer);
}

function announcedPort(message: unknown): number | null {
  if (typeof message !== "object" || message === null || !("port" in message)) return null;
  return typeof message.port === "number" ? message.port : null;
}

async function endChild(child: ChildProcess, graceMs: Millis): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => killGroup(child, "SIGKILL"), graceMs);
  await ended;
  clearTimeout(timer);
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal); // the group is gone already
  }
}
