import { createDispatch } from "../../lib/checker/dispatch.ts";
import { createPlanner } from "../../lib/checker/plan.ts";
import { createSweep } from "../../lib/checker/sweep.ts";
import { openWatch } from "../../lib/checker/watch.ts";
import { createAddressRule } from "../../lib/delivery/guard.ts";
import { openHttpSender } from "../../lib/delivery/http.ts";
import { openChannels } from "../../lib/delivery/kinds.ts";
import { createLog } from "../../lib/log.ts";
import { openBus } from "../../lib/store/bus.ts";
import { openDatabase } from "../../lib/store/client.ts";
import { openClock } from "../../lib/store/clock.ts";
import { TEST_LINKS, TEST_SECRETS } from "../support/outbox.ts";

// The loops of one Belfry process without its front: what sweeps deadlines, what plans alerts and what delivers them.

export type CheckerRequest =
  | { do: "open"; url: string }
  /** Calls an address so often as Belfry would, and does nothing else. Answers the seconds that it took. */
  | { do: "send"; url: string; calls: number };

const LOOPBACK = ["127.0.0.0/8"];
/** As many as one kind of channel may send at once. */
const SENT_AT_ONCE = 32;
const PATIENCE_MS = 60_000;
/** About as long as the message of an alarm. */
const BODY = JSON.stringify({ text: "x".repeat(1_500) });

process.on("message", (request: CheckerRequest) => void answer(request));
process.on("disconnect", () => process.exit());

async function answer(request: CheckerRequest): Promise<void> {
  if (request.do === "send") process.send?.(await send(request.url, request.calls));
  else await open(request.url).then(() => process.send?.({ open: true }));
}

async function send(url: string, calls: number): Promise<number> {
  const http = openHttpSender(createAddressRule(LOOPBACK));
  const startedAt = performance.now();
  let left = calls;
  const work = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      await http.call({
        method: "POST",
        url,
        headers: { "content-type": "application/json" },
        body: BODY,
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    }
  };
  await Promise.all(Array.from({ length: SENT_AT_ONCE }, work));
  return (performance.now() - startedAt) / 1_000;
}

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
    allowPrivateTargets: LOOPBACK,
  });
  const [secrets, links] = [TEST_SECRETS, TEST_LINKS];
  const dispatch = createDispatch({ pool, clock, log, channels, secrets, links, baseUrl: "http://localhost:3000" });
  bus.on("belfry_deliver", () => dispatch.wake());
  const planner = createPlanner({ pool, clock, log, mailWorks: false, keepers: new Set() });
  bus.on("belfry_plan", () => planner.wake());
  createSweep({ pool, clock, log, bus, watch }).start();
  planner.start();
  dispatch.start();
}
