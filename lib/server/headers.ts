import type { IncomingHttpHeaders } from "node:http";
import type { Client } from "./client-address.ts";

/** These describe one connection and never travel on (RFC 9110, 7.6.1). `expect` is answered by the front itself. */
const HOP_BY_HOP = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What only the front may say to the pages: a client that sends these is lying. */
const RESERVED = new Set(["forwarded", "host", "x-real-ip"]);
const RESERVED_PREFIXES = ["x-forwarded-", "x-middleware-"];

type Headers = Record<string, string | string[]>;

/** The public address as the pages should see it. */
export type PublicAddress = {
  readonly host: string;
  readonly protocol: "http" | "https";
};

/**
 * Where the request was addressed to: BASE_URL once that is https (everything else was redirected to it), else what the
 * client asked for.
 */
export function publicAddress(baseUrl: URL, host: string | undefined, client: Client): PublicAddress {
  if (baseUrl.protocol === "https:") return { host: baseUrl.host, protocol: "https" };
  return { host: host ?? baseUrl.host, protocol: client.protocol ?? "http" };
}

/** Headers of a client's request as the pages get them. */
export function requestHeaders(
  incoming: { rawHeaders: readonly string[]; headers: IncomingHttpHeaders },
  client: Client,
  address: PublicAddress,
): Headers {
  const named = namedByConnection(incoming.headers.connection);
  const headers: Headers = {};
  for (const [name, value] of pairs(incoming.rawHeaders)) {
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || named.has(key) || isReserved(key)) continue;
    const earlier = headers[key];
    headers[key] = earlier === undefined ? value : [earlier, value].flat();
  }
  headers.host = address.host;
  headers["x-forwarded-for"] = client.address;
  headers["x-forwarded-host"] = address.host;
  headers["x-forwarded-proto"] = address.protocol;
  headers["x-forwarded-port"] = portOf(address);
  return headers;
}

/** Headers of the pages' answer as the client gets them: names as they came, in order, repeated ones kept. */
export function responseHeaders(rawHeaders: readonly string[], connection: string | undefined): string[] {
  const named = namedByConnection(connection);
  return pairs(rawHeaders)
    .filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !named.has(name.toLowerCase()))
    .flat();
}

function isReserved(key: string): boolean {
  return RESERVED.has(key) || RESERVED_PREFIXES.some((prefix) => key.startsWith(prefix));
}

function namedByConnection(connection: string | undefined): ReadonlySet<string> {
  return new Set((connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
}

function portOf(address: PublicAddress): string {
  return /:(\d+)$/.exec(address.host)?.[1] ?? (address.protocol === "https" ? "443" : "80");
}

function pairs(rawHeaders: readonly string[]): [name: string, value: string][] {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    list.push([rawHeaders[index] ?? "", rawHeaders[index + 1] ?? ""]);
  }
  return list;
}
