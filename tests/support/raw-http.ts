import { connect, type Socket } from "node:net";

export type RawAnswer = { status: number; headers: Map<string, string>; body: string };

/** Sends bytes as they are; everything that comes back until the connection ends. Fails where it stays open for `withinMs`. */
export async function speak(port: number, bytes: string | Buffer, withinMs = 20_000): Promise<RawAnswer[]> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  return readAll(socket, withinMs);
}

/** Answers until the other side ends; a reset ends them, too. */
export async function readAll(socket: Socket, withinMs = 20_000): Promise<RawAnswer[]> {
  return answersIn(await readText(socket, withinMs));
}

/** The same as it came. */
export function readText(socket: Socket, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`It hangs. So far it said: ${Buffer.concat(chunks).toString("latin1").slice(0, 500)}`));
    }, withinMs);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("end", () => socket.end());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString("latin1"));
    });
  });
}

/** Reads answers one after another; each has a Content-Length or no body, as all of Belfry's short ones have. */
export function answersIn(text: string, head = false): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n");
    const [line = "", ...fields] = rest.slice(0, end).split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1] ?? Number.NaN);
    if (end === -1 || Number.isNaN(status)) throw new Error(`This is no answer: ${rest.slice(0, 200)}`);
    const headers = new Map(fields.map((field) => pairOf(field)));
    // To a request that cannot be read nobody knows whether its method was HEAD.
    const bodiless = head && (end + 4 === rest.length || rest.startsWith("HTTP/1.1 ", end + 4));
    const length = bodiless || status < 200 || status === 204 ? 0 : Number(headers.get("content-length") ?? Number.NaN);
    if (Number.isNaN(length)) throw new Error(`This answer has no length: ${rest.slice(0, 500)}`);
    const body = rest.slice(end + 4, end + 4 + length);
    answers.push({ status, headers, body });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}

function pairOf(field: string): [name: string, value: string] {
  const colon = field.indexOf(":");
  return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
}
