import type { NamedDialect } from "../job.ts";
import type { CronDialect } from "./dialect.ts";
import { bullmq } from "./dialects/bullmq.ts";
import { busybox } from "./dialects/busybox.ts";
import { celery } from "./dialects/celery.ts";
import { cronie } from "./dialects/cronie.ts";
import { cronieCrontz } from "./dialects/cronie-crontz.ts";
import { eventbridge } from "./dialects/eventbridge.ts";
import { github } from "./dialects/github.ts";
import { hangfire } from "./dialects/hangfire.ts";
import { kubernetes } from "./dialects/kubernetes.ts";
import { nodeCron } from "./dialects/node-cron.ts";
import { quartz } from "./dialects/quartz.ts";
import { sidekiq } from "./dialects/sidekiq.ts";
import { spring } from "./dialects/spring.ts";
import { systemd } from "./dialects/systemd.ts";
import { vixie } from "./dialects/vixie.ts";

/** Every dialect that a schedule may be written in. */
export const DIALECTS: Record<NamedDialect, CronDialect> = {
  vixie,
  cronie,
  "cronie-crontz": cronieCrontz,
  busybox,
  systemd,
  kubernetes,
  sidekiq,
  spring,
  quartz,
  hangfire,
  celery,
  bullmq,
  "node-cron": nodeCron,
  github,
  eventbridge,
};
