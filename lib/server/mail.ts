import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import type { Intake } from "../ping/intake.ts";
import { type MailListener, openMailListener } from "../ping/mail/listener.ts";
import type { Metrics } from "./metrics.ts";

/**
 * Takes pings by mail where a port for them is set.
 * @throws AppError `conflict`, `invalid` where that port or address cannot be had.
 */
export async function openMail(
  config: Config,
  { intake, log, metrics }: { intake: Intake; log: Logger; metrics: Metrics },
): Promise<MailListener | null> {
  const { mailHost: host, mailPort: port, mailDomain: domain, mailDomainSet } = config;
  if (port === null) return null;
  const listener = await openMailListener({
    ...{ intake, log, host, port, domain },
    onlyDomain: mailDomainSet ? domain : null,
    onMail: ({ result, ms }) => metrics.pingAnswered({ protocol: "mail", result, ms }),
  });
  log.info({ host, port: listener.port, domain }, `pings by mail are taken on port ${listener.port}`);
  return listener;
}
