import { randomUUID } from "node:crypto";
import { connect } from "node:net";

/** A keep-alive connection as small as can be, which asks one thing at a time. */
export type Connection = { ask(request: string): void; end(): void };

export type ConnectionEvents = {
  onOpen(connection: Connection): void;
  onAnswer(connection: Connection, ok: boolean): void;
  onClose(): void;
};

/** A failed connection ends the process: the measurement is worth nothing then. */
export function openConnection(port: number, { onOpen, onAnswer, onClose }: ConnectionEvents): void {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => onOpen(connection));
  const connection: Connection = {
    ask: (request) => void socket.write(request),
    end: () => void socket.end(),
  };
  let partial = "";
  socket.on("close", onClose);
  socket.on("data", (chunk) => {
    partial += chunk.toString("latin1");
    // Every answer of interest ends so; whatever does not is long enough to be counted by its end of headers.
    if (!partial.endsWith("OK") && !partial.startsWith("HTTP/1.1 5") && !partial.startsWith("HTTP/1.1 4")) return;
    const ok = partial.startsWith("HTTP/1.1 200");
    partial = "";
    onAnswer(connection, ok);
  });
}

/** Run ids that differ in their first digits: as unlike each other as real ones, and cheaper to make. */
const tail = randomUUID().slice(8);
let asked = Math.floor(Math.random() * 2 ** 31);

/** Makes the requests of pings that go to one job after the other. @param bodyBytes of a POST's body; 0: GET */
export function pingsTo(jobIds: readonly string[], bodyBytes: number): () => string {
  const { head, rest } = partsOf(bodyBytes);
  return () => {
    asked += 1;
    const rid = (asked >>> 0).toString(16).padStart(8, "0") + tail;
    return `${head}/ping/${jobIds[asked % jobIds.length]}?rid=${rid}${rest}`;
  };
}

const HEADERS = " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n";

/** What comes before and after the address. The body is like the output of a job: lines that are much alike. */
function partsOf(bodyBytes: number): { head: string; rest: string } {
  if (bodyBytes === 0) return { head: "GET ", rest: `${HEADERS}\r\n` };
  const line = "2026-11-22 03:00:01 INFO copied 1412 files of /srv/data, 38 changed\n";
  const body = line.repeat(Math.ceil(bodyBytes / line.length)).slice(0, bodyBytes);
  const type = "Content-Type: application/x-www-form-urlencoded";
  return { head: "POST ", rest: `${HEADERS}${type}\r\nContent-Length: ${bodyBytes}\r\n\r\n${body}` };
}
