import { resolve } from "node:path";
import { createClientReader } from "../../../lib/server/client-address.ts";
import { createForwarder, type ForwarderOptions } from "../../../lib/server/forward.ts";
import { openFront, type Front, type Route } from "../../../lib/server/front.ts";
import { startPages, type Pages, type PagesOptions } from "../../../lib/server/pages.ts";
import { createLog } from "../../../lib/log.ts";

export const silent = createLog("silent");

/** A front with stub pages behind it. */
export type Site = { url: string; front: Front; pages: Pages; close(): Promise<void> };

export type SiteOptions = {
  routes?: readonly Route[];
  forward?: Partial<ForwarderOptions>;
  trustedProxies?: readonly string[];
  pages?: Partial<PagesOptions>;
  env?: Record<string, string>;
};

export async function openSite(options: SiteOptions = {}): Promise<Site> {
  const pages = startStubPages(options);
  const forwarder = createForwarder({
    pages,
    baseUrl: "http://localhost:3000",
    readClient: createClientReader(options.trustedProxies ?? []),
    databaseAway: async () => false,
    log: silent,
    ...options.forward,
  });
  const everything = { matches: () => true, handle: forwarder.handle };
  const front = await openFront({
    host: "127.0.0.1",
    port: 0,
    log: silent,
    routes: [...(options.routes ?? []), everything],
  });
  return {
    url: `http://127.0.0.1:${front.port}`,
    front,
    pages,
    async close() {
      forwarder.close();
      await Promise.all([front.close(), pages.stop(1_000)]);
    },
  };
}

export function startStubPages(options: Pick<SiteOptions, "pages" | "env"> = {}): Pages {
  return startPages({
    program: {
      entry: resolve("lib/server/pages-child.ts"),
      args: [resolve("tests/server/stub/pages.ts")],
      execArgv: ["--import", "tsx"],
      cwd: resolve("."),
      env: { ...process.env, NODE_ENV: "production", PORT: "3000", HOSTNAME: "elsewhere", ...options.env },
    },
    log: silent,
    ...options.pages,
  });
}
