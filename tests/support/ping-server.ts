import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLog } from "../../lib/log.ts";
import { Intake, type IntakeDeps } from "../../lib/ping/intake.ts";
import { PROTOCOLS } from "../../lib/ping/protocols.ts";
import { pathOf } from "../../lib/server/front.ts";
import { createJobMaker } from "../../lib/server/job-maker.ts";
import { createClientReader } from "../../lib/server/client-address.ts";
import { openBus } from "../../lib/store/bus.ts";
import { type DatabaseClock, openClock } from "../../lib/store/clock.ts";
import type { TestDatabase } from "./database.ts";

/** The ping path behind a real HTTP server, without the rest of Belfry. */
export type PingServer = {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  intake: Intake;
  clock: DatabaseClock;
  close(): Promise<void>;
};

type Options = Partial<Pick<IntakeDeps, "bodyLimit" | "limits" | "watch" | "log">> & { trustedProxies?: string[] };

export async function startPingServer(database: TestDatabase, options: Options = {}): Promise<PingServer> {
  const log = options.log ?? createLog("silent");
  const bus = await openBus(database.url, log);
  const clock = await openClock(database.pool);
  const intake = new Intake({
    database,
    clock,
    log,
    bus,
    watch: options.watch ?? { ensureFresh: async () => {} },
    bodyLimit: options.bodyLimit ?? 100_000,
    readClient: createClientReader(options.trustedProxies ?? []),
    jobs: createJobMaker({ database, clock }),
    limits: options.limits,
  });
  const protocols = PROTOCOLS.map(({ matches, open }) => ({ matches, handle: open(intake) }));
  const server = createServer((request, response) => {
    const found = protocols.find(({ matches }) => matches(pathOf(request.url ?? "")));
    if (found !== undefined) found.handle(request, response);
    else response.writeHead(501).end("no protocol");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    intake,
    clock,
    async close() {
      await intake.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await bus.close();
    },
  };
}
