import { Intake } from "../ping/intake.ts";
import { PROTOCOLS } from "../ping/protocols.ts";
import { createClientReader } from "./client-address.ts";
import type { Foundation } from "./foundation.ts";
import type { Route } from "./front.ts";
import { createJobMaker } from "./job-maker.ts";
import { openMail } from "./mail.ts";
import type { Metrics } from "./metrics.ts";
import { NO_PINGS } from "./plain-answer.ts";
import { plainRoute } from "./routes.ts";
import type { Parts } from "./shutdown.ts";

/** Takes pings in every protocol, one route each; where this process does not take them, the routes say so. */
export async function openPings(parts: Parts, foundation: Foundation, metrics: Metrics): Promise<Route[]> {
  const { config, log } = foundation;
  if (!config.roles.has("pings")) return PROTOCOLS.map(({ matches }) => plainRoute(matches, NO_PINGS));
  const intake = new Intake({
    ...foundation,
    bodyLimit: config.pingBodyLimit,
    readClient: createClientReader(config.trustedProxies),
    jobs: createJobMaker(foundation),
    onBatch: metrics.batch,
  });
  parts.pings = intake;
  parts.mail = await openMail(config, { intake, log, metrics });
  metrics.watchPings(() => intake.figures());
  return PROTOCOLS.map(({ name, matches, open }) => ({ matches, ...metrics.timePings(name, open(intake)) }));
}
