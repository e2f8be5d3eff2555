import { type Auth, createAuth } from "../auth/server.ts";
import { readConfig } from "../config.ts";
import { createLinkSigner } from "../delivery/signed-link.ts";
import { SECOND } from "../domain/time.ts";
import { createLog } from "../log.ts";
import { type Bus, openBus } from "../store/bus.ts";
import { openDatabase } from "../store/client.ts";
import { openClock } from "../store/clock.ts";
import { createSecretBox } from "../store/secrets.ts";
import { refreshZones } from "../zones/source.ts";
import { requireProject } from "./access.ts";
import type { Ctx, Services } from "./context.ts";

/** What a process of screens keeps open: one per process, whatever the number of bundles that ask. */
export type ScreenProcess = {
  services: Services;
  auth: Auth;
  /** Calls `listener` at every change in that project until the returned function is called. @throws AppError `not-found`. */
  watchProject(ctx: Ctx, input: { projectId: string }, listener: () => void): Promise<() => void>;
  /** Lets go of the database; the next call of `screenProcess` opens a new one. */
  close(): Promise<void>;
};

const CLOCK_REFRESH_MS = 10 * SECOND;
const POOL_SIZE = 10;
const KEY = Symbol.for("belfry.screens");

type Shared = typeof globalThis & { [KEY]?: Promise<ScreenProcess> };

/** Opens it at the first call, from the environment (`DATABASE_URL` and `SECRET_KEY` are set by the front). */
export function screenProcess(): Promise<ScreenProcess> {
  // Every bundle has a domain of its own, with zones of its own: whichever asks gets them, and what becomes of them.
  refreshZones();
  const shared: Shared = globalThis;
  shared[KEY] ??= openScreenProcess().catch((error: unknown) => {
    // The database may be away just now: the next visitor tries again.
    delete shared[KEY];
    throw error;
  });
  return shared[KEY];
}

async function openScreenProcess(): Promise<ScreenProcess> {
  const config = readConfig();
  const { databaseUrl, secretKey } = config;
  if (databaseUrl === null || secretKey === null) {
    throw new Error("The pages need DATABASE_URL and SECRET_KEY, which the server sets: start it with npm start.");
  }
  const log = createLog(config.logLevel).child({ part: "screens" });
  const database = openDatabase({ url: databaseUrl, poolSize: POOL_SIZE, applicationName: "belfry screens" });
  try {
    const clock = await openClock(database.pool);
    const bus = await openBus(databaseUrl, log);
    const refresh = setInterval(() => void clock.refresh().catch(() => null), CLOCK_REFRESH_MS).unref();
    return {
      services: {
        ...{ database, config, clock, log },
        secrets: createSecretBox(secretKey),
        links: createLinkSigner(secretKey),
      },
      auth: createAuth({ database, config, log }),
      watchProject: watcherOf(bus),
      async close() {
        const shared: Shared = globalThis;
        delete shared[KEY];
        clearInterval(refresh);
        await bus.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function watcherOf(bus: Bus): ScreenProcess["watchProject"] {
  return async (ctx, input, listener) => {
    const { id } = await requireProject(ctx, input.projectId, "see");
    // An empty payload: the connection was away, and anything may have changed meanwhile.
    return bus.on("belfry_live", (payload) => {
      if (payload === id || payload === "") listener();
    });
  };
}
