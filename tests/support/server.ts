import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder with the bundled programs of this run. */
    programs: string;
  }
}

/** The real program as a process of its own on any free port. Without pages unless roles are given. */
export type ServerProcess = {
  readonly child: ChildProcess;
  /** Resolves with its address when it listens and its database is there; rejects where it ends before. */
  readonly url: Promise<string>;
  /** Everything it has printed. */
  said(): string;
  /** Exit code, null after a signal; and how long it took from `signal` on. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
  readonly ended: Promise<number | null>;
};

const ROOT = join(import.meta.dirname, "../..");

export function startServerProcess(env: Record<string, string>): ServerProcess {
  const child = spawn(process.execPath, [join(inject("programs"), "server.mjs")], {
    cwd: ROOT,
    env: {
      NODE_ENV: "production",
      PATH: process.env.PATH,
      PORT: "0",
      BELFRY_ROLES: "pings,sweep,deliver",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const ended = once(child, "close").then(([code]) => code as number | null);
  const url = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const address = /Belfry listens on (http:[^"\s]+)/.exec(printed)?.[1];
      if (address !== undefined) resolve(address.replace("localhost", "127.0.0.1"));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void ended.then(() => reject(new Error(`The server ended:\n${printed}`)));
  });
  url.catch(() => {});
  return {
    child,
    url,
    ended,
    said: () => printed,
    async end(signal) {
      const startedAt = performance.now();
      child.kill(signal);
      return { code: await ended, ms: performance.now() - startedAt };
    },
  };
}

/** A data folder; `remove` when its server has ended. */
export function makeDataFolder(): { path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "belfry-server-"));
  return { path: join(folder, "data"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A way to a test database over TCP that can be cut and mended, as a network would be. */
export type Line = { url: string; mend(): Promise<void>; cut(): Promise<void> };

/** @param url address of a database on a Unix socket. The line is cut at first. */
export async function openLine(url: string): Promise<Line> {
  const target = new URL(url);
  const socketPath = join(target.searchParams.get("host") ?? "", ".s.PGSQL.5432");
  const sockets = new Set<Socket>();
  let server: Server | null = null;

  const listen = async (port: number): Promise<number> => {
    server = createServer((socket) => {
      const upstream = connect(socketPath);
      for (const [end, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        sockets.add(end);
        end.on("error", () => other.destroy());
        end.on("close", () => sockets.delete(end) && other.destroy());
      }
      socket.pipe(upstream).pipe(socket);
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  };

  const cut = async (): Promise<void> => {
    const closing = server;
    server = null;
    if (closing === null) return;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  const port = await listen(0);
  await cut();
  const cleared = new URL(target);
  cleared.searchParams.delete("host");
  cleared.host = `127.0.0.1:${port}`;
  return { url: cleared.href, mend: () => listen(port).then(() => {}), cut };
}
