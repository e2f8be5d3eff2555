// Jobs of three schedulers, each instrumented as Sentry's documentation says. Each runs twice; the second time it fails.
import { setTimeout as wait } from "node:timers/promises";
import * as Sentry from "@sentry/node";
import { CronJob } from "cron";
import cron from "node-cron";
import nodeSchedule from "node-schedule";

Sentry.init();

const EVERY_SECOND = "* * * * * *";

/** Work that goes well once and then fails; `over` resolves when it is about to. */
function failsLater() {
  const over = deferred();
  let runs = 0;
  const work = async () => {
    runs += 1;
    const good = runs === 1;
    await wait(200);
    if (good) return;
    over.resolve();
    throw new Error("the second run fails");
  };
  return { work, over: over.promise };
}

/** As Promise.withResolvers, which Node 20 lacks. */
function deferred() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

async function runNodeCron() {
  const { work, over } = failsLater();
  const task = Sentry.cron
    .instrumentNodeCron(cron, { maxRuntime: 2 })
    .schedule(EVERY_SECOND, work, { name: "node-cron job", timezone: "Europe/Riga" });
  await over;
  await task.stop();
}

async function runCron() {
  const { work, over } = failsLater();
  const Monitored = Sentry.cron.instrumentCron(CronJob, "cron job");
  const job = Monitored.from({
    cronTime: EVERY_SECOND,
    onTick: work,
    start: true,
    timeZone: "America/New_York",
    waitForCompletion: true,
    errorHandler: (error) => console.error(error.message),
  });
  await over;
  await job.stop();
}

async function runNodeSchedule() {
  const { work, over } = failsLater();
  const job = Sentry.cron.instrumentNodeSchedule(nodeSchedule).scheduleJob("node-schedule job", EVERY_SECOND, work);
  job.on("error", (error) => console.error(error.message));
  await over;
  job.cancel();
}

await Promise.all([runNodeCron(), runCron(), runNodeSchedule()]);
await Sentry.flush(10_000);
