import { lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { Agent, buildConnector } from "undici";
import type { Millis } from "../domain/time.ts";

/** Which addresses outgoing calls may reach: public ones, and the private networks that the operator allows. */
export type AddressRule = {
  /** `address` is an IP address as text; an IPv4 address in IPv6 clothes counts as what it is. */
  allows(address: string): boolean;
};

/** Every address of the host is one that this installation does not call. */
export class AddressRefused extends Error {
  constructor(host: string) {
    super(
      `${host} is a private address, which Belfry does not call. An operator can allow its network with ALLOW_PRIVATE_TARGETS.`,
    );
    this.name = "AddressRefused";
  }
}

/** `networks` in CIDR notation. */
export function createAddressRule(networks: readonly string[]): AddressRule {
  const allowed = networks.map((network) => ipaddr.parseCIDR(network));
  return {
    allows(address) {
      if (!ipaddr.isValid(address)) return false;
      const parsed = ipaddr.process(address);
      if (parsed.range() === "unicast") return true;
      return allowed.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits]));
    },
  };
}

/** An address without the brackets of a URL; null for a name. A URL has already turned `0x7f.1` into `127.0.0.1`. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return isIP(bare) === 0 ? null : bare;
}

/**
 * Connections that only reach allowed addresses. Checked here and not before the call, so that a name which resolves
 * differently a moment later changes nothing: what was checked is what is connected to.
 */
export function createGuardedAgent(rule: AddressRule, connectTimeoutMs: Millis): Agent {
  const connect = buildConnector({ timeout: connectTimeoutMs, lookup: guardedLookup(rule) });
  return new Agent({
    connections: 64,
    pipelining: 1,
    // Below what servers usually grant: a reused connection that the server just closed costs an attempt.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 4_000,
    connect(options, callback) {
      // A literal address is never looked up, so the lookup alone would let it through.
      const literal = literalAddress(options.hostname);
      if (literal !== null && !rule.allows(literal)) {
        callback(new AddressRefused(literal), null);
        return;
      }
      connect(options, callback);
    },
  });
}

/** Resolves names as usual and leaves only allowed addresses. */
function guardedLookup(rule: AddressRule): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, "");
        return;
      }
      const allowed = addresses.filter(({ address }) => rule.allows(address));
      const [first] = allowed;
      if (first === undefined) callback(new AddressRefused(hostname), "");
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
