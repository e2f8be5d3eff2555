import type { CronDialect } from "../dialect.ts";
import { cronie } from "./cronie.ts";

/** Lines of a cronie crontab below `CRON_TZ=`: for these cronie looks at the clock of the zone and nothing else. */
export const cronieCrontz: CronDialect = {
  ...cronie,
  title: "Cronie, below a CRON_TZ= line",
  scheduler: "Cronie with CRON_TZ",
  policy: () => ({ gap: "skip", fold: "both" }),
};
