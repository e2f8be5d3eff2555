import { parseCronieCron } from "../cronie-grammar.ts";
import type { CronDialect } from "../dialect.ts";
import { vixie, vixiePolicy } from "./vixie.ts";

/** cronie 1.5 to 1.7, the cron of Red Hat, Fedora, SUSE and Arch. */
export const cronie: CronDialect = {
  title: "Red Hat, Fedora, SUSE, Arch (cronie)",
  scheduler: "Cronie",
  example: "0 2 * * 1-5",
  grammar: parseCronieCron,
  dayRule: vixie.dayRule,
  policy: vixiePolicy,
  jitterMs: 0,
};
