import type { NamedDialect } from "../job.ts";
import type { CronDialect } from "./dialect.ts";
import { vixie } from "./dialects/vixie.ts";

/** Every dialect that a schedule may be written in. */
export const DIALECTS: Record<NamedDialect, CronDialect> = {
  vixie,
};
