// Jobs of three schedulers, each instrumented as Sentry's documentation says. Each runs twice; the second time it fails.
import { setTimeout as wait } from "node:timers/promises";
import * as Sentry from "@sentry/node";
import { CronJob } from "cron";
import nodeCron from "node-cron";
import nodeSchedule from "node-schedule";

Sentry.init();

const EVERY_SECOND = "* * * * * *";

/** Work that goes well once and fails once, and then calls `done`. */
function twice(done) {
  let runs = 0;
  return async () => {
    runs += 1;
    if (runs > 2) return;
    await wait(200);
    if (runs === 1) return;
    done();
    throw new Error("the second run fails");
  };
}

function runNodeCron() {
  const cron = Sentry.cron.instrumentNodeCron(nodeCron);
  return new Promise((resolve) => {
    const work = twice(() => void task.stop().then?.(resolve) ?? resolve());
    const task = cron.schedule(EVERY_SECOND, work, { name: "node-cron job", timezone: "Europe/Riga" });
  });
}

await Promise.all([runNodeCron()]);
await Sentry.flush(10_000);
