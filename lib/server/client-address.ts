import type { IncomingHttpHeaders } from "node:http";
import ipaddr from "ipaddr.js";

/** Who is at the other end, once trusted proxies are looked through. */
export type Client = {
  /** An IP address, without IPv4-in-IPv6 wrapping; empty where the connection is already gone. */
  readonly address: string;
  /** Whether the address is a trusted proxy's own, because none named anybody else: it may stand for many. */
  readonly proxy: boolean;
  /** What a trusted proxy said of the connection it received; null without one. */
  readonly protocol: "http" | "https" | null;
};

export type ClientReader = (remoteAddress: string | undefined, headers: IncomingHttpHeaders) => Client;

/**
 * Reads the client's address. `X-Forwarded-For` and `-Proto` count only from the given networks (CIDR), read from the
 * right: the first address that is not a trusted proxy is the client. Garbage ends the walk and is never an error.
 */
export function createClientReader(trustedNetworks: readonly string[]): ClientReader {
  const networks = trustedNetworks.map((network) => ipaddr.parseCIDR(network));
  const isTrusted = (address: string) => {
    if (networks.length === 0 || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return networks.some((network) => parsed.kind() === network[0].kind() && parsed.match(network));
  };
  return (remoteAddress, headers) => {
    const remote = unwrap(remoteAddress ?? "");
    if (!isTrusted(remote)) return { address: remote, proxy: false, protocol: null };
    const address = walk(remote, headers["x-forwarded-for"], isTrusted);
    return { address, proxy: address === remote || isTrusted(address), protocol: readProtocol(headers) };
  };
}

function walk(remote: string, header: string | string[] | undefined, isTrusted: (address: string) => boolean): string {
  let client = remote;
  for (const hop of String(header ?? "")
    .split(",")
    .toReversed()) {
    const address = unwrap(hop.trim());
    if (!ipaddr.isValid(address)) break;
    client = address;
    if (!isTrusted(address)) break;
  }
  return client;
}

function readProtocol(headers: IncomingHttpHeaders): Client["protocol"] {
  const protocol = String(headers["x-forwarded-proto"] ?? "")
    .split(",")
    .at(-1)
    ?.trim()
    .toLowerCase();
  return protocol === "http" || protocol === "https" ? protocol : null;
}

/** `::ffff:192.0.2.1` → `192.0.2.1`. */
function unwrap(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
