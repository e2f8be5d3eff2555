import type { IncomingHttpHeaders } from "node:http";
import type { Millis } from "../domain/time.ts";
import type { PingProtocol } from "../store/pings.ts";
import type { PingEvent } from "./event.ts";
import type { RequestHead } from "./exchange.ts";
import { createRateLimiter, type Excess, type Rates, USUAL_RATES } from "./rate-limit.ts";

/** Finds the client behind trusted proxies. `proxy`: the address is such a proxy's own, which named nobody. */
export type ReadClient = (
  remoteAddress: string | undefined,
  headers: IncomingHttpHeaders,
) => { readonly address: string; readonly proxy: boolean };

/** Beyond the rate limits since the start: refused, or served because their protocol knows no such answer. */
export type GateFigures = { limited: number; overLimit: number };

/** Tells which pings are too many. */
export type Gate = {
  /** For protocols that can say so: null where the ping may come in. */
  admit(event: Pick<PingEvent, "address">, request: Pick<RequestHead, "socket" | "headers">): Excess | null;
  /** For the others, once they are about to be stored: it only counts. */
  watch(event: PingEvent, source: string | null, now: Millis): void;
  readonly figures: Readonly<GateFigures>;
};

/** What was let in is not counted twice. */
const ADMITTED: ReadonlySet<PingProtocol> = new Set<PingProtocol>(["native", "mail"]);

export function createGate(readClient: ReadClient, rates: Partial<Rates> = {}): Gate {
  const limiter = createRateLimiter({ ...USUAL_RATES, ...rates });
  const figures: GateFigures = { limited: 0, overLimit: 0 };
  return {
    figures,
    admit({ address }, { socket, headers }) {
      const client = readClient(socket.remoteAddress, headers);
      if (isLoopback(client.address)) return null;
      const excess = limiter.take(address, client.proxy ? null : client.address, performance.now());
      if (excess !== null) figures.limited += 1;
      return excess;
    },
    watch({ protocol, address }, source, now) {
      if (ADMITTED.has(protocol) || source === null || isLoopback(source)) return;
      if (limiter.take(address, source, now) !== null) figures.overLimit += 1;
    },
  };
}

/** What runs on Belfry's own machine needs no limit, nor would one do: a proxy there that is not trusted stands for all. */
function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1" || address === "";
}
