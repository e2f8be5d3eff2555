import { existsSync } from "node:fs";
import { SentryCli } from "@sentry/cli";

/** Where npm put Sentry's command line program. */
export function sentryCliPath(): string {
  return SentryCli.getPath();
}

/** Why it cannot be run here; null where it can. */
export function sentryCliMissing(): string | null {
  if (existsSync(SentryCli.getPath())) return null;
  return `no sentry-cli for ${process.platform}-${process.arch} among the packages of npm`;
}
