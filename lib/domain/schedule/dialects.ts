import type { NamedDialect } from "../job.ts";
import type { CronDialect } from "./dialect.ts";
import { spring } from "./dialects/spring.ts";
import { quartz } from "./dialects/quartz.ts";
import { hangfire } from "./dialects/hangfire.ts";
import { eventbridge } from "./dialects/eventbridge.ts";
import { systemd } from "./dialects/systemd.ts";
import { vixie } from "./dialects/vixie.ts";

/** Every dialect that a schedule may be written in. */
export const DIALECTS: Record<NamedDialect, CronDialect> = {
  vixie,
  spring,
  quartz,
  hangfire,
  eventbridge,
  systemd,
};
