import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import ipaddr from "ipaddr.js";
import type { Millis } from "../domain/time.ts";
import { createAnswering } from "./answering.ts";

/** All connections of the front, so that those who only hold theirs give way to those who use them. */
export type Connections = {
  readonly size: number;
  /** False where there is no room for it, not even after others were closed. */
  add(socket: Socket): boolean;
  /** Notes a request. `too-many`: its answer is its connection's last; `ignored`: it came behind that one and gets none. */
  begin(request: IncomingMessage, response: ServerResponse): "welcome" | "too-many" | "ignored";
  /** Notes whether a connection that Node does not read waits for us. */
  occupy(socket: Socket, busy: boolean): void;
  /** Resolves when nothing is being answered any more, or after `patienceMs`. */
  idle(patienceMs: Millis): Promise<void>;
  /** Requests of a connection that are not answered yet. */
  unanswered(socket: Socket): readonly ServerResponse[];
};

export type ConnectionLimits = {
  mostConnections: number;
  /** Of one connection: nobody may keep us busy alone by pipelining. */
  mostUnanswered: number;
};

type Connection = {
  socket: Socket;
  network: string;
  responses: Set<ServerResponse>;
  busy: boolean;
  /** Whether it ends with an answer that is on its way. */
  isOver: boolean;
  /** When its latest request came, or else itself, in the order of all of them. */
  latest: number;
};

/**
 * Where there are as many as can be, connections that wait for their client are closed: of the network that has the
 * most, those that have rested longest. Whoever waits for an answer of ours is left alone.
 */
export function createConnections({ mostConnections, mostUnanswered }: ConnectionLimits): Connections {
  const bySocket = new Map<Socket, Connection>();
  const byNetwork = new Map<string, Set<Connection>>();
  const answering = createAnswering<Connection>();
  let comings = 0;

  const note = (connection: Connection): void =>
    answering.note(connection, connection.busy || connection.responses.size > 0);

  function add(socket: Socket): boolean {
    if (bySocket.size >= mostConnections) makeRoom();
    if (bySocket.size >= mostConnections) return false;
    const network = networkOf(socket.remoteAddress);
    const latest = ++comings;
    const connection: Connection = { socket, network, responses: new Set(), busy: false, isOver: false, latest };
    bySocket.set(socket, connection);
    const peers = byNetwork.get(network);
    if (peers === undefined) byNetwork.set(network, new Set([connection]));
    else peers.add(connection);
    socket.once("close", () => {
      remove(connection);
      // Node tells nothing of requests that still waited for their turn to be answered.
      connection.busy = false;
      connection.responses.clear();
      note(connection);
    });
    return true;
  }

  function remove(connection: Connection): void {
    const peers = byNetwork.get(connection.network);
    bySocket.delete(connection.socket);
    peers?.delete(connection);
    if (peers?.size === 0) byNetwork.delete(connection.network);
  }

  function makeRoom(): void {
    // Some at once: under a flood the search would cost more than what is searched for.
    let wanted = Math.ceil(mostConnections / 100);
    const largestFirst = [...byNetwork.values()].toSorted((a, b) => b.size - a.size);
    for (const peers of largestFirst) {
      const resting = [...peers].filter(waitsForClient).sort((a, b) => a.latest - b.latest);
      for (const connection of resting.slice(0, wanted)) {
        remove(connection);
        connection.socket.destroy();
        wanted -= 1;
      }
      if (wanted === 0) return;
    }
  }

  return {
    get size() {
      return bySocket.size;
    },
    add,
    begin({ socket }, response) {
      const connection = bySocket.get(socket);
      if (connection === undefined) return "welcome";
      const { responses } = connection;
      connection.latest = ++comings;
      responses.add(response);
      note(connection);
      response.once("close", () => {
        responses.delete(response);
        note(connection);
      });
      if (connection.isOver) return "ignored";
      if (responses.size <= mostUnanswered) return "welcome";
      connection.isOver = true;
      throwAwayWhatComes(socket);
      return "too-many";
    },
    occupy(socket, busy) {
      const connection = bySocket.get(socket);
      if (connection === undefined) return;
      if (busy) connection.latest = ++comings;
      connection.busy = busy;
      note(connection);
    },
    idle: (patienceMs) => answering.idle(patienceMs),
    unanswered: (socket) => [...(bySocket.get(socket)?.responses ?? [])],
  };
}

/** Node reads on as soon as an answer is sent and keeps every request that it reads, so nothing more comes to it. */
function throwAwayWhatComes(socket: Socket): void {
  const readers = socket.listeners("data");
  // Who listens beside Node's parser makes it take what comes from the socket like everybody else.
  socket.on("data", () => socket.pause());
  for (const read of readers) Reflect.apply(socket.off, socket, ["data", read]);
  socket.pause();
}

/** Between requests, or with one that has not come whole. A ping's body that breaks off so counts with what has come. */
function waitsForClient({ responses, busy }: Connection): boolean {
  if (busy) return false;
  for (const response of responses) if (response.req.complete) return false;
  return true;
}

/** Who counts as one: an IPv4 address, or the 64 bits of an IPv6 address that one site has to itself. */
function networkOf(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return "";
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(":") : parsed.toString();
}
