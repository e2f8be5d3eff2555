import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createLog, type Logger } from "../../lib/log.ts";
import { hasBody } from "../../lib/ping/body.ts";
import { Intake } from "../../lib/ping/intake.ts";
import { parseNative } from "../../lib/ping/native.ts";
import { PROTOCOLS } from "../../lib/ping/protocols.ts";
import { clientOf, NO_BODY } from "../../lib/ping/ticket.ts";
import { createClientReader } from "../../lib/server/client-address.ts";
import { openFront } from "../../lib/server/front.ts";
import { openBus } from "../../lib/store/bus.ts";
import { openDatabase } from "../../lib/store/client.ts";
import { openClock } from "../../lib/store/clock.ts";
import { openWatch } from "../../lib/checker/watch.ts";
import { createBareRecorder } from "./bare-recorder.ts";

// Four servers in one process, so that all are measured under the same conditions: `plain` answers OK and does nothing
// else; `bare` answers after a batched insert of a ping's row, `rows` of the rows that Belfry writes; `belfry` is the whole way.

export type ServerName = "plain" | "bare" | "rows" | "belfry";
export type PingServerRequest = { do: "open"; url: string; maxBatch?: number } | { do: "usage" };
export type Ports = Record<ServerName, number>;
/** CPU time of the process so far, in microseconds; `batches` and `stored` since the start. */
export type Usage = { cpuUs: number; batches: number; stored: number };

let intake: Intake | null = null;

process.on("message", (request: PingServerRequest) => {
  if (request.do === "open") void open(request).then((ports) => process.send?.(ports));
  else process.send?.(usage());
});
process.on("disconnect", () => process.exit());

async function open({ url, maxBatch }: { url: string; maxBatch?: number }): Promise<Ports> {
  const log = createLog("warn");
  const database = openDatabase({ url });
  const clock = await openClock(database.pool);
  const bus = await openBus(url, log);
  const watch = openWatch({
    ...{ pool: database.pool, clock, log, processId: crypto.randomUUID(), roles: new Set(["pings"]) },
    onGap: async () => {},
  });
  intake = new Intake({
    ...{ database, clock, log, bus, watch, bodyLimit: 100_000, readClient: createClientReader([]) },
    jobs: { read: refuseCreation, update: refuseCreation },
    limits: maxBatch === undefined ? {} : { maxBatch },
  });
  return {
    plain: await listen(answerPlain),
    bare: await listen(answerBare(intake, createBareRecorder(database.pool, "pings"))),
    rows: await listen(answerBare(intake, createBareRecorder(database.pool, "rows"))),
    belfry: await openBelfry(intake, log),
  };
}

/** As in Belfry itself: behind its front, with the protocol's row of the table. */
async function openBelfry(of: Intake, log: Logger): Promise<number> {
  const routes = PROTOCOLS.filter(({ name }) => name === "native").map(({ matches, open: serve }) => ({
    matches,
    ...serve(of),
  }));
  return (await openFront({ host: "127.0.0.1", port: 0, log, routes })).port;
}

function refuseCreation(): never {
  throw new Error("Nothing is made here.");
}

function answerPlain(_request: IncomingMessage, response: ServerResponse): void {
  response.end("OK");
}

/** Believes every address, and knows nothing of jobs and runs. */
function answerBare(of: Intake, record: ReturnType<typeof createBareRecorder>) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const event = parseNative(request.url ?? "");
    if (event.kind === "refusal" || event.address.kind !== "job") return void response.writeHead(400).end();
    const { jobId } = event.address;
    const client = clientOf(request, request.socket.remoteAddress ?? null);
    const receivedAt = of.now();
    const answer = () => response.end("OK");
    if (hasBody(request)) {
      of.bodies.read(request, (body) => {
        record({ event, jobId, receivedAt, client, body }, answer);
        of.bodies.giveBack(body.kept?.length ?? 0);
      });
    } else record({ event, jobId, receivedAt, client, body: NO_BODY }, answer);
  };
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { batches = 0, stored = 0 } = intake?.figures() ?? {};
  return { cpuUs: user + system, batches, stored };
}
