import { setTimeout as sleep } from "node:timers/promises";
import { createLog } from "../../../lib/log.ts";
import { stopOnBugs, stopOnSignals } from "../../../lib/server/signals.ts";

// A process that meets the fate named on its command line.

const log = createLog("info");
const fate = process.argv[2];

async function stop(): Promise<void> {
  if (fate === "stuck") await sleep(60_000);
  log.info("stopped in order");
}

stopOnSignals(stop, log);
stopOnBugs(stop, log);
setInterval(() => {}, 1_000);
log.info("ready");

if (fate === "exception") setImmediate(() => JSON.parse("no JSON"));
if (fate === "rejection") void Promise.reject(new Error("a bug"));
if (fate === "lost-connection") {
  void Promise.reject(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
  setTimeout(() => log.info("still here"), 100);
}
