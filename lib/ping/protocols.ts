import { NATIVE_MANNER } from "./answers.ts";
import {
  BETTER_STACK_PREFIX,
  cronhubPrefix,
  isBare,
  OPSGENIE_MANNER,
  OPSGENIE_PREFIX,
  parseBare,
  parseBetterStack,
  parseCronhub,
  parseOpsgenie,
  parseUptimeKuma,
  UPTIME_KUMA_MANNER,
  UPTIME_KUMA_PREFIX,
} from "./bare.ts";
import { CRONITOR_MANNER, CRONITOR_PREFIX, parseCronitor } from "./cronitor.ts";
import { type ExchangeHandler, onNode } from "./exchange.ts";
import { createPingHandler, type PingHandler, type Reading } from "./handler.ts";
import type { Intake } from "./intake.ts";
import { NATIVE_PREFIX, parseNative, wishOf } from "./native.ts";
import { createSentryHandler, isSentryPath } from "./sentry/handler.ts";
import { createSnoozeHandler } from "./snooze/handler.ts";
import { mayBeSnooze, refuseMissing } from "./snooze/request.ts";

/** What clients may speak. One row a protocol; the first that matches the path gets the request. */
export type Protocol = {
  name: string;
  /** Of the path, without the query. */
  matches: (path: string) => boolean;
  open: (intake: Intake) => Served;
};

/** How a protocol serves requests that Node has read, and, where one is one ping, those that came whole in one piece. */
export type Served = { handle: PingHandler; exchange?: ExchangeHandler };

const NATIVE: Reading = {
  protocol: "native",
  parse: ({ url = "" }) => parseNative(url),
  manner: NATIVE_MANNER,
  wishOf,
};

export const PROTOCOLS: readonly Protocol[] = [
  {
    name: "snooze",
    matches: mayBeSnooze,
    open: (intake) => ({
      handle: createSnoozeHandler(intake, onNode(createPingHandler(intake, { ...NATIVE, refuseMissing }))),
    }),
  },
  { name: "native", matches: (path) => path.startsWith(NATIVE_PREFIX), open: plainly(NATIVE) },
  { name: "sentry", matches: isSentryPath, open: (intake) => ({ handle: createSentryHandler(intake) }) },
  {
    name: "cronitor",
    matches: (path) => path.startsWith(CRONITOR_PREFIX),
    open: plainly({
      protocol: "cronitor",
      parse: ({ url = "" }, receivedAt) => parseCronitor(url, receivedAt),
      manner: CRONITOR_MANNER,
    }),
  },
  {
    name: "bare",
    matches: isBare,
    open: plainly({ protocol: "other", parse: ({ url = "" }) => parseBare(url) }),
  },
  {
    name: "cronhub",
    matches: (path) => cronhubPrefix(path) !== null,
    open: plainly({ protocol: "other", parse: ({ url = "" }) => parseCronhub(url) }),
  },
  {
    name: "uptime-kuma",
    matches: (path) => path.startsWith(UPTIME_KUMA_PREFIX),
    open: plainly({ protocol: "other", parse: ({ url = "" }) => parseUptimeKuma(url), manner: UPTIME_KUMA_MANNER }),
  },
  {
    name: "better-stack",
    matches: (path) => path.startsWith(BETTER_STACK_PREFIX),
    open: plainly({ protocol: "other", parse: ({ url = "" }) => parseBetterStack(url) }),
  },
  {
    name: "opsgenie",
    matches: (path) => path.startsWith(OPSGENIE_PREFIX),
    open: plainly({
      protocol: "other",
      parse: ({ url = "", headers }) => parseOpsgenie(url, headers),
      manner: OPSGENIE_MANNER,
    }),
  },
];

function plainly(reading: Reading): Protocol["open"] {
  return (intake) => {
    const exchange = createPingHandler(intake, reading);
    return { handle: onNode(exchange), exchange };
  };
}
