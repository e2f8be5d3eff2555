import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseDuration } from "../../lib/domain/duration.ts";
import type { ScheduleSpec } from "../../lib/domain/job.ts";
import { parseScheduleText } from "../../lib/domain/schedule.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import { createLog } from "../../lib/log.ts";
import { createPingHandler, type PingHandler, type PingHandlerDeps } from "../../lib/ping/handler.ts";
import { createClientReader } from "../../lib/server/client-address.ts";
import { openBus } from "../../lib/store/bus.ts";
import { type DatabaseClock, openClock } from "../../lib/store/clock.ts";
import { settingsOf } from "./jobs.ts";
import type { TestDatabase } from "./database.ts";

/** The ping path behind a real HTTP server, without the rest of Belfry. */
export type PingServer = {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  handler: PingHandler;
  clock: DatabaseClock;
  close(): Promise<void>;
};

type Options = Partial<Pick<PingHandlerDeps, "bodyLimit" | "limits" | "watch" | "log">> & { trustedProxies?: string[] };

export async function startPingServer(database: TestDatabase, options: Options = {}): Promise<PingServer> {
  const log = options.log ?? createLog("silent");
  const bus = await openBus(database.url, log);
  const clock = await openClock(database.pool);
  const handler = createPingHandler({
    database,
    clock,
    log,
    bus,
    watch: options.watch ?? { ensureFresh: async () => {} },
    bodyLimit: options.bodyLimit ?? 100_000,
    readClient: createClientReader(options.trustedProxies ?? []),
    parseCreation: (slug, { schedule, timeZone, grace }) => {
      const graceMs = grace === null ? null : parseDuration(grace);
      if (grace !== null && graceMs === null) throw new AppError("invalid", `"${grace}" is no duration.`, "grace");
      return settingsOf(slug, parseSchedule(schedule ?? "", timeZone ?? "UTC"), { graceMs });
    },
    limits: options.limits,
  });
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    handler,
    clock,
    async close() {
      await handler.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await bus.close();
    },
  };
}

function parseSchedule(text: string, timeZone: string): ScheduleSpec {
  try {
    return parseScheduleText(text, timeZone);
  } catch (error) {
    throw new AppError("invalid", messageOf(error), "schedule");
  }
}
