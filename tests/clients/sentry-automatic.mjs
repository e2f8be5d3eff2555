// The same schedulers, watched by Sentry's integrations without a word in the jobs. Started with `--import @sentry/node/import`.
import { setTimeout as wait } from "node:timers/promises";
import * as Sentry from "@sentry/node";
import { CronJob } from "cron";
import cron from "node-cron";
import nodeSchedule from "node-schedule";

Sentry.init({
  integrations: [Sentry.nodeCronIntegration(), Sentry.cronJobIntegration(), Sentry.nodeScheduleIntegration()],
});

const work = () => wait(200);

const task = cron.schedule("5 4 * * *", work, { name: "unchanged node-cron job", timezone: "Europe/Riga" });
const cronJob = CronJob.from({
  cronTime: "6 4 * * 1-5",
  onTick: work,
  name: "unchanged cron job",
  start: true,
  timeZone: "Asia/Tokyo",
  waitForCompletion: true,
});
const scheduled = nodeSchedule.scheduleJob("unchanged node-schedule job", { rule: "7 4 * * *", tz: "UTC" }, work);

// Their time is at night: each is told to run once now, as people do to try a job out.
await Promise.all([task.execute(), cronJob.fireOnTick(), scheduled.invoke()]);
await task.stop();
await cronJob.stop();
scheduled.cancel();
await Sentry.flush(10_000);
