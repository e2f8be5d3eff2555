// A queue whose scheduler adds a job every second, and a worker whose work is wrapped in Sentry's withMonitor. The second
// job fails. REDIS_SOCKET names the socket of a Redis.
import { setTimeout as wait } from "node:timers/promises";
import * as Sentry from "@sentry/node";
import { Queue, Worker } from "bullmq";

Sentry.init();

const PATTERN = "* * * * * *";
const connection = { path: process.env.REDIS_SOCKET, maxRetriesPerRequest: null };

let runs = 0;
async function work() {
  runs += 1;
  const good = runs === 1;
  await wait(200);
  if (!good) throw new Error("the second job fails");
}

const queue = new Queue("nightly", { connection });
await queue.upsertJobScheduler("nightly report", { pattern: PATTERN, tz: "Europe/Riga" }, { name: "report" });

const worker = new Worker(
  "nightly",
  () =>
    Sentry.withMonitor("nightly report", work, {
      schedule: { type: "crontab", value: PATTERN },
      timezone: "Europe/Riga",
      checkinMargin: 1,
      maxRuntime: 3,
    }),
  { connection },
);
worker.on("error", (error) => console.error(error.message));
await new Promise((resolve) => worker.once("failed", resolve));

await queue.removeJobScheduler("nightly report");
await worker.close();
await queue.close();
await Sentry.flush(10_000);
