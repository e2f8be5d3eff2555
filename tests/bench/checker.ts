import { createDispatch } from "../../lib/checker/dispatch.ts";
import { createSweep } from "../../lib/checker/sweep.ts";
import { openWatch } from "../../lib/checker/watch.ts";
import { openChannels } from "../../lib/delivery/kinds.ts";
import { createLog } from "../../lib/log.ts";
import { openBus } from "../../lib/store/bus.ts";
import { openDatabase } from "../../lib/store/client.ts";
import { openClock } from "../../lib/store/clock.ts";
import { TEST_LINKS, TEST_SECRETS } from "../support/outbox.ts";

// The loops of one Belfry process without its front: what sweeps deadlines and what delivers.

export type CheckerRequest = { do: "open"; url: string };

process.on("message", (request: CheckerRequest) => void open(request.url).then(() => process.send?.({ open: true })));
process.on("disconnect", () => process.exit());

async function open(url: string): Promise<void> {
  const log = createLog("warn");
  const database = openDatabase({ url });
  const { pool } = database;
  const clock = await openClock(pool);
  const bus = await openBus(url, log);
  const roles = new Set(["pings", "sweep", "deliver"]);
  const watch = openWatch({ pool, clock, log, processId: crypto.randomUUID(), roles, onGap: async () => {} });
  const channels = openChannels({
    smtpUrl: null,
    mailFrom: "Belfry <belfry@localhost>",
    allowPrivateTargets: ["127.0.0.0/8"],
  });
  const [secrets, links] = [TEST_SECRETS, TEST_LINKS];
  const dispatch = createDispatch({ pool, clock, log, channels, secrets, links, baseUrl: "http://localhost:3000" });
  bus.on("belfry_deliver", () => dispatch.wake());
  createSweep({ pool, clock, log, bus, watch }).start();
  dispatch.start();
}
