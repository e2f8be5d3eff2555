import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "../errors.ts";

/** Connections that the kernel keeps until we come to them: at the full hour thousands arrive at once. */
const BACKLOG = 4_096;

/**
 * Resolves when the port is open.
 * @throws AppError `conflict` where the port is taken, `invalid` where the address is not ours or not allowed.
 */
export async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port));
    server.once("error", fail);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case "EADDRINUSE":
      return new AppError(
        "conflict",
        `Port ${port} on ${host} is taken by another program. Set PORT to a free one.`,
        "PORT",
      );
    case "EACCES":
      return new AppError("invalid", `This user may not listen on port ${port}. Set PORT to one above 1023.`, "PORT");
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new AppError(
        "invalid",
        `HOST="${host}" is not an address of this machine. Try 127.0.0.1 or 0.0.0.0.`,
        "HOST",
      );
    default:
      return error;
  }
}

/** The port that it listens on. */
export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("The front does not listen on a TCP port.");
  return address.port;
}

/** Ends all connections that Node reads. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    if (!server.listening) resolve();
    else server.close(() => resolve());
    server.closeAllConnections();
  });
}
