import { createLog } from "../../lib/log.ts";
import { Intake, type IntakeDeps } from "../../lib/ping/intake.ts";
import { PROTOCOLS } from "../../lib/ping/protocols.ts";
import { type FrontOptions, openFront } from "../../lib/server/front.ts";
import { createJobMaker } from "../../lib/server/job-maker.ts";
import { createClientReader } from "../../lib/server/client-address.ts";
import { openBus } from "../../lib/store/bus.ts";
import { type DatabaseClock, openClock } from "../../lib/store/clock.ts";
import type { TestDatabase } from "./database.ts";

/** The ping path behind the real front, without the rest of Belfry. */
export type PingServer = {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  intake: Intake;
  clock: DatabaseClock;
  close(): Promise<void>;
};

type Options = Partial<Pick<IntakeDeps, "bodyLimit" | "limits" | "watch" | "log">> & {
  trustedProxies?: string[];
  /** Limits of the front. */
  front?: FrontOptions["limits"];
};

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
  const protocols = PROTOCOLS.map(({ matches, open }) => ({ matches, ...open(intake) }));
  const front = await openFront({ host: "127.0.0.1", port: 0, log, routes: protocols, limits: options.front });
  const { port } = front;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    intake,
    clock,
    async close() {
      await intake.close();
      await front.close();
      await bus.close();
    },
  };
}
