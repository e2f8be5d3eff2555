import type { Socket } from "node:net";
import { createAnswerBytes } from "./answer-bytes.ts";
import { createTurns } from "./turns.ts";
import { WholeConnection, type WholeOptions } from "./whole-connection.ts";

export type WholeConnections = {
  /** Serves a new connection for as long as its requests come whole. */
  enter(socket: Socket): void;
  /** Leaves every further request to Node, and ends connections that rest between requests. */
  retire(): void;
  /** Ends all of them but those that Node was given. */
  close(): void;
};

/**
 * Those that have more served in one turn of the event loop. Without a bound, four hundred clients that pipeline keep it from
 * its database for seconds, and then nothing is stored.
 */
const CONNECTIONS_A_TURN = 25;

/**
 * Pings that came in one piece, mostly all, read and answered without Node's HTTP server, which takes 10 to 50 µs more for
 * each. The first request of a connection that is anything else goes to Node with all that follow.
 */
export function createWholeConnections(options: WholeOptions): WholeConnections {
  const open = new Set<WholeConnection>();
  const bytes = createAnswerBytes(options.keepAliveTimeoutMs);
  const turns = createTurns<WholeConnection>(CONNECTIONS_A_TURN, (connection) => connection.readOn());
  const shared = { ...options, open, bytes, turns, retired: false };
  return {
    enter: (socket) => void open.add(new WholeConnection(socket, shared)),
    retire() {
      shared.retired = true;
      for (const connection of open) connection.endIfResting();
    },
    close() {
      for (const connection of open) connection.destroy();
    },
  };
}
